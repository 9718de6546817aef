import type * as vscode from 'vscode';
import type { Connection, Credential } from '../model/connection';
import type { CosError, Result } from '../model/cosError';
import type { DocumentSubject } from '../model/configDocument';
import type { BucketName, ConnectionId, ObjectKey, TransferId } from '../model/ids';
import type { TransferSnapshot } from '../model/transferState';
import type { EngineNotifications } from '../protocol/notifications';
import type {
  EngineMethod,
  EngineRequests,
  HostMethod,
  HostRequests,
  ObjectRef,
  TransferRequest,
} from '../protocol/requests';
import type { TransferNode } from './nodes/transferNode';
import type { BucketNode, BucketRef, FolderNode, FolderRef, ObjectNode, TreeNode } from './nodes/treeNode';

/** The engine as the extension sees it. Starts the process on the first request; never throws for a failure of the work. */
export interface EngineClient {
  send<M extends EngineMethod>(
    method: M,
    params: EngineRequests[M]['params'],
    token?: vscode.CancellationToken,
  ): Promise<Result<EngineRequests[M]['result']>>;
  on<N extends keyof EngineNotifications>(
    name: N,
    listener: (params: EngineNotifications[N]) => void,
  ): vscode.Disposable;
  /** Fires after the engine died and a new one is ready: state that was only in the engine is gone. */
  readonly onDidRestart: vscode.Event<void>;
  /** Fires when the engine died too often and no other is started by itself. */
  readonly onDidGiveUp: vscode.Event<void>;
  /** Ends the engine, if it runs, and starts a new one. Also the way back after it was given up. */
  restart(): Promise<void>;
}

/** Answers the requests of the engine. Failures are values. */
export type HostAnswers = {
  readonly [M in HostMethod]: (
    params: HostRequests[M]['params'],
    token: vscode.CancellationToken,
  ) => Promise<Result<HostRequests[M]['result']>>;
};

/** Where a connection's secret is kept. */
export type SecretPlace = 'keychain' | 'secretStorage' | 'localServer' | 'none';

/** Saved connections and their secrets. */
export interface Connections {
  list(): readonly Connection[];
  get(id: ConnectionId): Connection | undefined;
  readonly onDidChange: vscode.Event<{ readonly changed: readonly ConnectionId[] }>;
  secretPlace(id: ConnectionId): Promise<SecretPlace>;
  /** The secret of a connection, absent when no place has one. */
  findCredential(id: ConnectionId): Promise<Credential | undefined>;
  /** Saves settings and, when given, the secret. Rejects when neither the keychain nor VS Code could keep the secret. */
  save(connection: Connection, credential?: Credential): Promise<void>;
  /** Keeps a secret that took the place of the one before. Nothing else changes; a connection that is gone stays gone. */
  keepSecret(id: ConnectionId, credential: Credential): Promise<void>;
  /** Removes settings, and the secret from every place. */
  remove(id: ConnectionId): Promise<void>;
}

/** What is shown of a folder or bucket is stale; the tree and open documents listen. */
export interface ObjectChange {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
  /** Prefix below which things changed; the bucket itself for an empty one. */
  readonly prefix: string;
  readonly keys?: readonly ObjectKey[];
  readonly kind: 'changed' | 'deleted' | 'created';
}

/** Tells tree and documents about changes that commands, saves and transfers made. */
export interface Changes {
  readonly onDidChange: vscode.Event<ObjectChange>;
  fire(change: ObjectChange): void;
}

/** A step of several: its place, and whether the one before can be had back. */
export interface StepPlace {
  readonly title: string;
  readonly step: number;
  readonly totalSteps: number;
  readonly canGoBack: boolean;
}

/** What a person did with a step. */
export type StepAnswer<T> =
  { readonly kind: 'value'; readonly value: T } | { readonly kind: 'back' } | { readonly kind: 'cancel' };

/** Everything a person is asked. Replaced by a recording fake in tests of the extension host. */
export interface Prompts {
  input(options: vscode.InputBoxOptions): Promise<string | undefined>;
  pick<T extends vscode.QuickPickItem>(
    items: readonly T[] | Promise<readonly T[]>,
    options: vscode.QuickPickOptions,
  ): Promise<T | undefined>;
  pickMany<T extends vscode.QuickPickItem>(
    items: readonly T[],
    options: vscode.QuickPickOptions,
  ): Promise<readonly T[] | undefined>;
  /** An input with a back button. */
  inputStep(options: vscode.InputBoxOptions, place: StepPlace): Promise<StepAnswer<string>>;
  /** A choice with a back button; `activeLabel` is the item to start at. */
  pickStep<T extends vscode.QuickPickItem>(
    items: readonly T[],
    options: vscode.QuickPickOptions & { readonly activeLabel?: string },
    place: StepPlace,
  ): Promise<StepAnswer<T>>;
  openFiles(options: vscode.OpenDialogOptions): Promise<readonly vscode.Uri[] | undefined>;
  saveFile(options: vscode.SaveDialogOptions): Promise<vscode.Uri | undefined>;
  /** A modal question; the answer is one of the buttons, or undefined for Cancel. */
  confirm(message: string, detail: string, ...buttons: string[]): Promise<string | undefined>;
  info(message: string, ...buttons: string[]): Promise<string | undefined>;
  warn(message: string, ...buttons: string[]): Promise<string | undefined>;
  error(message: string, ...buttons: string[]): Promise<string | undefined>;
}

/** A button of a failure that was shown. */
export type FailureAction =
  'signIn' | 'replaceKey' | 'editConnection' | 'allowChanges' | 'diagnose' | 'whyRefused' | 'retry' | 'showLog';

/** Shows failures: one message each, whose buttons act. Cancelled work shows nothing. */
export interface FailureReporter {
  /** Resolves with `retry` when the person chose to try again; the other buttons are already acted upon. */
  report(
    error: CosError,
    options?: { readonly canRetry?: boolean; readonly connectionId?: ConnectionId },
  ): Promise<'retry' | undefined>;
  /** The sentence alone, for nodes and dialogs. */
  sentence(error: CosError): string;
}

/** What a person sees of a transfer. `nothing`: whoever runs it shows progress and failure itself. */
export interface RunOptions {
  readonly show: 'progress' | 'nothing';
  /** Whoever runs many transfers tells of their changes himself, once. */
  readonly announce?: 'byCaller';
}

/** Runs transfers to their end. */
export interface TransferRunner {
  /** Answers once the transfer is over, however it ended; not ok only when it could not be started. */
  run(request: TransferRequest, options?: RunOptions): Promise<Result<TransferSnapshot>>;
  /** Ends a transfer; its snapshot says when it has stopped. */
  cancel(id: TransferId): Promise<void>;
}

/** Transfers that are known to this window, and what can be done with them. */
export interface KnownTransfers extends TransferRunner {
  readonly mirror: {
    get(id: TransferId): TransferSnapshot | undefined;
    list(): readonly TransferSnapshot[];
  };
  readonly control: TransferSteering;
}

/** Steers transfers that exist. A failure is reported there, once for all. */
export interface TransferSteering {
  pause(ids: readonly TransferId[]): Promise<void>;
  resume(ids: readonly TransferId[]): Promise<void>;
  cancel(ids: readonly TransferId[]): Promise<void>;
  retry(ids: readonly TransferId[]): Promise<void>;
  /** Takes finished ones out of the list. */
  remove(ids: readonly TransferId[]): Promise<void>;
  pauseAll(): Promise<void>;
  resumeAll(): Promise<void>;
  clearFinished(): Promise<void>;
}

/** A transfer in one line, as a choice. */
export interface TransferItem {
  readonly label: string;
  readonly description: string;
  /** Id of a codicon, without `$()`. */
  readonly icon: string;
}

/** The Transfers view as commands use it. */
export interface TransfersTree {
  readonly selection: readonly TransferNode[];
  itemOf(snapshot: TransferSnapshot): TransferItem;
}

/** A bucket (empty key), folder (key ending in `/`) or object that is to be shown. */
export interface RevealTarget {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
  readonly key: ObjectKey;
}

/** The Buckets view as commands use it. */
export interface BucketsTree {
  readonly isVisible: boolean;
  readonly selection: readonly TreeNode[];
  showUploads(target: BucketRef, listed: EngineRequests['uploads/list']['result']): void;
  /** Shows or hides the versions of an object, or of all objects of a bucket or folder. */
  toggleVersions(node: ObjectNode | BucketNode | FolderNode): void;
  toggleVersionsIn(target: BucketRef): Promise<Result<null>>;
  /** Whether the backup policies of a bucket are shown from now on. */
  togglePolicies(target: BucketRef): boolean;
  refreshBackups(connectionId: ConnectionId, bucket?: BucketName): void;
  revealConnection(id: ConnectionId): Promise<void>;
  /** Reads a node anew, or everything. */
  refresh(node?: TreeNode): void;
  refreshBuckets(id: ConnectionId): void;
  forgetBucket(id: ConnectionId, bucket: BucketName): void;
  filterOf(ref: FolderRef): string;
  setFilter(ref: FolderRef, filter: string): void;
  loadMore(node: TreeNode): Promise<void>;
  reveal(target: RevealTarget, token?: vscode.CancellationToken): Promise<Result<null>>;
  /** Selects what was just made, where the view is on screen: without taking the keyboard from where it is. Never fails. */
  select(target: RevealTarget): Promise<void>;
}

/** Local Object Storage as commands use it. */
export interface LocalStorage {
  readonly connectionId: ConnectionId;
  /** Whether it runs now. */
  start(): Promise<boolean>;
  stop(): Promise<void>;
  reset(): Promise<void>;
  chooseDataFolder(): Promise<void>;
  showLog(): Promise<void>;
  /** Endpoints by location, while it runs. */
  locationEndpoints(): Readonly<Record<string, string>> | undefined;
  websiteUrl(bucket: string, endpoint: string): string | undefined;
}

/** Configuration documents as commands of other features use them. */
export interface ConfigurationDocuments {
  /** Opens the document of a subject in an editor. */
  open(subject: DocumentSubject): Promise<Result<null>>;
  /** Applies the text of an open document. Throws a `FileSystemError` where it cannot. */
  apply(uri: vscode.Uri, text: string): Promise<void>;
  /** Reads a document anew; what was not applied is lost. Throws a `FileSystemError` where it cannot. */
  reload(uri: vscode.Uri): Promise<void>;
  /** Whether a document was saved with something that was not applied yet. */
  hasDraft(uri: vscode.Uri): Promise<boolean>;
  /** Shows a bucket at a glance, as it is now. */
  showOverview(target: { readonly connectionId: ConnectionId; readonly bucket: BucketName }): Promise<void>;
}

/** Tells the file system of objects what others have seen, so that it need not ask. */
export interface ObjectDocuments {
  noteExists(ref: ObjectRef): void;
}

/** Reports of transfers, as documents. */
export interface TransferReports {
  textOf(snapshot: TransferSnapshot): string;
  show(id: TransferId): Promise<void>;
}

/** Tells when objects are back from archive. */
export interface Restores {
  /** Waits for objects whose restores were just asked for. */
  add(objects: readonly ObjectRef[]): Promise<void>;
}
