import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import * as vscode from '../ui/vscode';
import type { Connection, Credential, IamConnection } from '../../model/connection';
import { connectionId } from '../../model/ids';
import type { ProvidedConnection } from '../connections/savedConnections';
import type { Prompts } from '../services';
import { setContextKey } from '../ui/contextKeys';
import { DisposableStore } from '../ui/lifecycle';
import { kindOfDataFolder, removeStore } from './dataFolder';
import { findRunningServer, isAlive, startServer, stopFoundServer, stopServer, type ServerInfo } from './serverProcess';

/** The connection that leads to the local server. */
export const localConnectionId = connectionId('local-object-storage');

type ServerState =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting'; readonly work: Promise<boolean> }
  | { readonly kind: 'owned'; readonly info: ServerInfo; readonly child: ChildProcess; readonly ended: Promise<string> }
  /** It runs for another window, or was left running. */
  | { readonly kind: 'found'; readonly info: ServerInfo; readonly pid: number; readonly dataFolderFsPath: string };

type FoundState = ServerState & { readonly kind: 'found' };

/** Between two looks whether a server of another window still runs; and for how long one that ended may come back. */
const timing = { watchMs: 1000, comeBackMs: 15_000 };

const connectionKey = 'localServer.connection';
const wasRunningKey = 'localServer.wasRunning';

/** Local Object Storage: the server, its connection, and the status bar item while it runs. */
export class LocalServer implements ProvidedConnection, vscode.Disposable {
  readonly connectionId = localConnectionId;
  readonly #context: vscode.ExtensionContext;
  readonly #prompts: Prompts;
  readonly #timing: typeof timing;
  readonly #owned = new DisposableStore();
  readonly #didChange = this.#owned.add(new vscode.EventEmitter<void>());
  #statusItem: vscode.StatusBarItem | undefined;
  #state: ServerState = { kind: 'stopped' };
  #isResumed = false;
  #isDisposed = false;

  readonly onDidChange = this.#didChange.event;

  constructor(context: vscode.ExtensionContext, prompts: Prompts, watching = timing) {
    this.#timing = watching;
    this.#context = context;
    this.#prompts = prompts;
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#owned.dispose();
    this.#statusItem?.dispose();
  }

  /** Stops a server that this window started, unless it is to be kept running. For the window's end. */
  async close(): Promise<void> {
    const state = this.#state;
    if (state.kind === 'owned' && !settings().keepRunning) await stopServer(state.child, state.ended);
  }

  isStarting(): boolean {
    return this.#state.kind === 'starting';
  }

  isRunning(): boolean {
    return this.#state.kind === 'owned' || this.#state.kind === 'found';
  }

  /** Endpoints by location of the server that runs, if one does. */
  locationEndpoints(): Readonly<Record<string, string>> | undefined {
    return this.#state.kind === 'owned' || this.#state.kind === 'found' ? this.#state.info.endpoints : undefined;
  }

  /** Where the server that runs shows the website of a bucket at one of its endpoints. */
  websiteUrl(bucket: string, endpoint: string): string | undefined {
    const { info } = this.#state.kind === 'owned' || this.#state.kind === 'found' ? this.#state : { info: undefined };
    if (info?.websiteEndpoint === undefined || !Object.values(info.endpoints).includes(endpoint)) return undefined;
    return info.websiteEndpoint.replace(/\/\/[^:/]+/, `//${bucket}.localhost`).replace(/\/?$/, '/');
  }

  current(): { readonly connection: Connection; readonly credential: Credential | undefined } | undefined {
    const connection = this.#context.globalState.get<IamConnection>(connectionKey);
    if (connection === undefined) return undefined;
    const { info } = this.#state.kind === 'owned' || this.#state.kind === 'found' ? this.#state : { info: undefined };
    if (info === undefined) return { connection, credential: undefined };
    const { apiKey, hmac } = info;
    return { connection: connectionTo(info, connection), credential: { kind: 'apiKey', apiKey, hmac } };
  }

  async update(connection: Connection): Promise<void> {
    await this.#context.globalState.update(connectionKey, connection);
    this.#didChange.fire();
  }

  /** Stops the server and takes its connection away; its data stays for the next start. */
  async forget(): Promise<void> {
    await this.stop();
    await this.#context.globalState.update(connectionKey, undefined);
    this.#didChange.fire();
  }

  /** Once in a window's life: starts the server again when it ran before, or when it is to start by itself. */
  async resume(): Promise<void> {
    if (this.#isResumed) return;
    this.#isResumed = true;
    if (settings().autoStart || this.#context.globalState.get<boolean>(wasRunningKey) === true) await this.start();
  }

  /** Starts the server, or finds the one that runs. Failures are shown; the answer says whether it runs. */
  async start(): Promise<boolean> {
    this.#isResumed = true;
    if (this.#state.kind === 'starting') return this.#state.work;
    if (this.#state.kind === 'owned') return true;
    const work = this.#start().catch((error: unknown) => this.#couldNotStart(messageOf(error)));
    this.#setState({ kind: 'starting', work });
    return work;
  }

  /** Stops the server, also one that another window started. */
  async stop(): Promise<void> {
    const state = this.#state;
    switch (state.kind) {
      case 'stopped':
        break;
      case 'starting':
        if (await state.work) await this.stop();
        return;
      case 'owned':
        this.#setState({ kind: 'stopped' });
        await stopServer(state.child, state.ended);
        break;
      case 'found':
        this.#setState({ kind: 'stopped' });
        await stopFoundServer(state.dataFolderFsPath, state.pid);
        break;
    }
    await this.#context.globalState.update(wasRunningKey, false);
  }

  /** Deletes all buckets, objects and keys after a question, and starts anew with the sample buckets. */
  async reset(): Promise<void> {
    const folder = this.#dataFolderFsPath();
    const button = vscode.l10n.t('Delete Everything');
    const question = vscode.l10n.t('Delete everything in Local Object Storage and start anew?');
    const detail = vscode.l10n.t(
      'All its buckets, objects and keys are permanently deleted, and the sample buckets come back: "{0}"',
      folder,
    );
    if ((await this.#prompts.confirm(question, detail, button)) !== button) return;
    await this.stop();
    try {
      await removeStore(folder);
    } catch (error) {
      void this.#prompts.error(vscode.l10n.t('Local Object Storage was not reset: {0}', messageOf(error)));
      return;
    }
    await this.start();
  }

  /** Lets a person choose where the server keeps its data, and starts it there. What was kept elsewhere stays there. */
  async chooseDataFolder(): Promise<void> {
    const chosen = await this.#prompts.openFiles({
      canSelectFiles: false,
      canSelectFolders: true,
      defaultUri: vscode.Uri.file(this.#dataFolderFsPath()),
      openLabel: vscode.l10n.t('Keep Data Here'),
    });
    const folder = chosen?.[0];
    if (folder === undefined) return;
    if (kindOfDataFolder(folder.fsPath) === 'foreign') {
      const sentence = vscode.l10n.t(
        'Choose an empty folder, or one that Local Object Storage has used: "{0}"',
        folder.fsPath,
      );
      void this.#prompts.error(sentence);
      return;
    }
    await this.stop();
    const section = vscode.workspace.getConfiguration('ibmcos.localServer');
    await section.update('dataFolder', folder.fsPath, vscode.ConfigurationTarget.Global);
    await this.start();
  }

  /** Shows what the server wrote about its requests and failures. */
  async showLog(): Promise<void> {
    const uri = vscode.Uri.file(this.#logFsPath());
    try {
      await vscode.workspace.fs.stat(uri);
    } catch (error) {
      if (!(error instanceof vscode.FileSystemError)) throw error;
      void this.#prompts.info(vscode.l10n.t('Local Object Storage has not been started yet, so there is no log.'));
      return;
    }
    await vscode.window.showTextDocument(uri, { preview: true });
  }

  async #start(): Promise<boolean> {
    const dataFolderFsPath = this.#dataFolderFsPath();
    const running = await findRunningServer(dataFolderFsPath);
    if (running !== undefined) return await this.#found({ kind: 'found', ...running, dataFolderFsPath });
    const { port, keepRunning } = settings();
    const started = await startServer({
      scriptFsPath: join(this.#context.extensionPath, 'dist', 'localServer.js'),
      dataFolderFsPath,
      logFsPath: this.#logFsPath(),
      port,
      lifetime: keepRunning ? 'own' : 'window',
      environment: process.env,
    });
    if (started.kind === 'failed') return this.#couldNotStart(started.message);
    const { child, info, ended } = started;
    const isStarted = await this.#started({ kind: 'owned', child, info, ended });
    void ended.then((reason) => this.#ended(child, reason));
    return isStarted;
  }

  async #couldNotStart(message: string): Promise<false> {
    this.#setState({ kind: 'stopped' });
    await this.#context.globalState.update(wasRunningKey, false);
    this.#offerRestart(vscode.l10n.t('Local Object Storage could not start: {0}', message));
    return false;
  }

  async #started(state: ServerState & { readonly info: ServerInfo }): Promise<boolean> {
    const before = this.#context.globalState.get<IamConnection>(connectionKey);
    await this.#context.globalState.update(connectionKey, connectionTo(state.info, before));
    await this.#context.globalState.update(wasRunningKey, true);
    this.#setState(state);
    return true;
  }

  async #found(found: FoundState): Promise<boolean> {
    const isFound = await this.#started(found);
    void this.#watch(found);
    return isFound;
  }

  /** Notices when a server ends that is not this window's: nobody tells. Its window may be loading anew, and start it again. */
  async #watch(found: FoundState): Promise<void> {
    const { watchMs, comeBackMs } = this.#timing;
    for (let goneMs = 0; goneMs <= comeBackMs; goneMs = isAlive(found.pid) ? 0 : goneMs + watchMs) {
      await new Promise((done) => setTimeout(done, watchMs).unref());
      if (this.#state !== found || this.#isDisposed) return;
      const running = isAlive(found.pid) ? undefined : await findRunningServer(found.dataFolderFsPath);
      if (this.#state !== found || this.#isDisposed) return;
      if (running !== undefined) {
        await this.#found({ ...found, ...running });
        return;
      }
    }
    this.#setState({ kind: 'stopped' });
    this.#offerRestart(vscode.l10n.t('Local Object Storage was stopped outside of this window.'));
  }

  #ended(child: ChildProcess, reason: string): void {
    if (this.#state.kind !== 'owned' || this.#state.child !== child) return;
    this.#setState({ kind: 'stopped' });
    this.#offerRestart(vscode.l10n.t('Local Object Storage stopped unexpectedly: {0}', reason));
  }

  #offerRestart(message: string): void {
    const restart = vscode.l10n.t('Restart');
    const showLog = vscode.l10n.t('Show Log');
    void this.#prompts.error(message, restart, showLog).then(async (answer) => {
      if (answer === restart) await this.start();
      if (answer === showLog) await this.showLog();
    });
  }

  #setState(state: ServerState): void {
    this.#state = state;
    setContextKey('ibmcos:localServerRunning', this.isRunning());
    setContextKey('ibmcos:localServerStarting', this.isStarting());
    this.#showStatus();
    this.#didChange.fire();
  }

  #showStatus(): void {
    this.#statusItem?.dispose();
    this.#statusItem = undefined;
    if (this.#state.kind !== 'owned' && this.#state.kind !== 'found') return;
    const item = vscode.window.createStatusBarItem('ibmcos.localServer', vscode.StatusBarAlignment.Left);
    item.name = vscode.l10n.t('Local Object Storage');
    item.icon = 'server-environment';
    item.text = vscode.l10n.t('Local Object Storage');
    item.tooltip = vscode.l10n.t(
      'Local Object Storage is running at {0}. Click to open its log.',
      this.#state.info.endpoint,
    );
    item.command = 'ibmcos.localServer.showLog';
    item.show();
    this.#statusItem = item;
  }

  #dataFolderFsPath(): string {
    const { dataFolder } = settings();
    return dataFolder === '' ? join(this.#context.globalStorageUri.fsPath, 'local-server') : dataFolder;
  }

  #logFsPath(): string {
    return join(this.#context.globalStorageUri.fsPath, 'local-server.log');
  }
}

interface LocalServerSettings {
  readonly port: number;
  readonly dataFolder: string;
  readonly keepRunning: boolean;
  readonly autoStart: boolean;
}

function settings(): LocalServerSettings {
  const section = vscode.workspace.getConfiguration('ibmcos.localServer');
  return {
    port: section.get('port', 0),
    dataFolder: section.get('dataFolder', ''),
    keepRunning: section.get('keepRunning', false),
    autoStart: section.get('autoStart', false),
  };
}

/** The server's addresses may change with every start; what people changed of the connection stays. */
function connectionTo(info: ServerInfo, before: IamConnection | undefined): IamConnection {
  return {
    name: vscode.l10n.t('Local Object Storage'),
    ...before,
    id: localConnectionId,
    kind: 'iam',
    serviceInstanceId: info.serviceInstanceId,
    endpoint: info.endpoint,
    iamEndpoint: info.iamEndpoint,
    locationEndpoints: info.endpoints,
    controlEndpoints: info.controlEndpoints,
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
