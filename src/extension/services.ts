import type * as vscode from 'vscode';
import type { Connection, Credential } from '../model/connection';
import type { Result } from '../model/cosError';
import type { BucketName, ConnectionId, ObjectKey } from '../model/ids';
import type { EngineNotifications } from '../protocol/notifications';
import type { EngineMethod, EngineRequests } from '../protocol/requests';

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
}

/** Where a connection's secret is kept. */
export type SecretPlace = 'keychain' | 'secretStorage' | 'localServer' | 'none';

/** Saved connections and their secrets. */
export interface Connections {
  list(): readonly Connection[];
  get(id: ConnectionId): Connection | undefined;
  readonly onDidChange: vscode.Event<{ readonly changed: readonly ConnectionId[] }>;
  secretPlace(id: ConnectionId): Promise<SecretPlace>;
  save(connection: Connection, credential?: Credential): Promise<void>;
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
  openFiles(options: vscode.OpenDialogOptions): Promise<readonly vscode.Uri[] | undefined>;
  saveFile(options: vscode.SaveDialogOptions): Promise<vscode.Uri | undefined>;
  /** A modal question; the answer is one of the buttons, or undefined for Cancel. */
  confirm(message: string, detail: string, ...buttons: string[]): Promise<string | undefined>;
  info(message: string, ...buttons: string[]): Promise<string | undefined>;
  warn(message: string, ...buttons: string[]): Promise<string | undefined>;
  error(message: string, ...buttons: string[]): Promise<string | undefined>;
}
