import type * as vscode from './ui/vscode';
import type { Connection, Credential } from '../model/connection';
import type { CosError, Result } from '../model/cosError';
import type { BucketName, ConnectionId, ObjectKey } from '../model/ids';
import type { EngineNotifications } from '../protocol/notifications';
import type { EngineMethod, EngineRequests, HostMethod, HostRequests } from '../protocol/requests';

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
