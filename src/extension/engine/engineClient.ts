import type { CancellationToken, Disposable, Event } from 'vscode';
import type { MessageConnection } from 'vscode-jsonrpc/node';
import type { CosError, CosErrorKind, Result } from '../../model/cosError';
import type { ConnectionId } from '../../model/ids';
import type { EngineNotification, EngineNotifications } from '../../protocol/notifications';
import type {
  EngineConfiguration,
  EngineInfo,
  EngineMethod,
  EngineRequests,
  HostMethod,
} from '../../protocol/requests';
import { protocolVersion } from '../../protocol/version';
import type * as rpcModule from './engineRpc';
import { RestartPolicy } from './engineRestarts';
import { forkEngine, loadEngine, type EngineLog, type EngineRun } from './engineTransport';
import type { EngineClient, HostAnswers } from '../services';
import { Emitter } from '../ui/emitter';

/** The library that the engine is spoken to with. */
type Rpc = typeof rpcModule;

/** What the client needs; nothing of it is looked at before the first request. */
export interface EngineClientOptions {
  readonly engineFsPath: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly location: () => 'process' | 'extensionHost';
  readonly configuration: () => EngineConfiguration;
  readonly answers: HostAnswers;
  readonly log: EngineLog;
  /** When it is started again; the usual delays if absent. */
  readonly restarts?: RestartPolicy;
  /** Called when the engine crashed too often to be started again by itself. */
  readonly onGaveUp: () => void;
}

/** One life of the engine. */
interface Session {
  readonly run: EngineRun;
  readonly rpc: Rpc;
  readonly connection: MessageConnection;
  /** The answer to the last `engine/configure`. Requests wait for it. */
  configured: Promise<Result<EngineInfo>>;
}

type ClientState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly session: Session }
  | { readonly kind: 'waiting'; readonly next: Promise<Session | undefined>; readonly cancel: () => void }
  | { readonly kind: 'gaveUp' }
  | { readonly kind: 'closed' };

const configureTimeoutMs = 20_000;
const closeTimeoutMs = 2_000;

/** Starts the engine on the first request, speaks to it, and starts it again when it dies. */
export class ForkedEngineClient implements EngineClient, Disposable {
  readonly #options: EngineClientOptions;
  readonly #restarts: RestartPolicy;
  readonly #didRestart = new Emitter<void>();
  readonly #didGiveUp = new Emitter<void>();
  readonly #notifications: { readonly [N in EngineNotification]: Emitter<EngineNotifications[N]> } = {
    'transfers/progress': new Emitter(),
    'transfers/journalSetAside': new Emitter(),
    'engine/log': new Emitter(),
  };
  #state: ClientState = { kind: 'idle' };
  #requestCount = 0;

  readonly onDidRestart: Event<void> = this.#didRestart.event;
  readonly onDidGiveUp: Event<void> = this.#didGiveUp.event;

  constructor(options: EngineClientOptions) {
    this.#options = options;
    this.#restarts = options.restarts ?? new RestartPolicy();
  }

  async send<M extends EngineMethod>(
    method: M,
    params: EngineRequests[M]['params'],
    token?: CancellationToken,
  ): Promise<Result<EngineRequests[M]['result']>> {
    const startedAtMs = Date.now();
    const number = ++this.#requestCount;
    const answer = await this.#send(method, params, token);
    const outcome = answer.ok ? 'ok' : `${answer.error.kind}${suffix(answer.error.reason)}`;
    const ids = answer.ok ? '' : `${suffix(answer.error.code)}${suffix(answer.error.requestId)}`;
    this.#options.log.debug(`#${number} ${method} ${Date.now() - startedAtMs} ms ${outcome}${ids}`);
    // The engine logs what services refuse; what went wrong around it is known here only.
    if (!answer.ok && (answer.error.kind === 'engineGone' || answer.error.kind === 'internal')) {
      this.#options.log.warn(`#${number} ${method}: ${answer.error.kind}${ids}: ${answer.error.detail}`);
    }
    return answer;
  }

  on<N extends EngineNotification>(name: N, listener: (params: EngineNotifications[N]) => void): Disposable {
    return this.#notifications[name].event(listener);
  }

  /** Sends the settings again, if the engine runs. */
  reconfigure(): void {
    if (this.#state.kind !== 'running') return;
    const { session } = this.#state;
    session.configured = this.#configure(session.run, session.connection);
  }

  /** Makes a running engine forget tokens and whatever it learned of a connection that changed. */
  async forgetConnection(connectionId: ConnectionId): Promise<void> {
    if (this.#state.kind === 'running') await this.send('connection/forget', { connectionId });
  }

  async restart(): Promise<void> {
    if (this.#state.kind === 'closed') return;
    this.#restarts.reset();
    const before = this.#state;
    this.#state = { kind: 'idle' };
    if (before.kind === 'waiting') before.cancel();
    if (before.kind === 'running') await this.#end(before.session);
    const session = await this.#load();
    if (session === undefined) return;
    const configured = await session.configured;
    if (configured.ok && before.kind !== 'idle' && this.#isCurrent(session)) this.#didRestart.fire();
  }

  /** Ends the engine: two seconds to leave by itself, then it is killed. Nothing starts afterwards. */
  async close(): Promise<void> {
    const before = this.#state;
    this.#state = { kind: 'closed' };
    if (before.kind === 'waiting') before.cancel();
    if (before.kind === 'running') await this.#end(before.session);
  }

  dispose(): void {
    this.#didRestart.dispose();
    this.#didGiveUp.dispose();
    for (const emitter of Object.values(this.#notifications)) emitter.dispose();
    void this.close();
  }

  async #send<M extends EngineMethod>(
    method: M,
    params: EngineRequests[M]['params'],
    token: CancellationToken | undefined,
  ): Promise<Result<EngineRequests[M]['result']>> {
    const session = await this.#currentSession();
    if (session === undefined) return failed('engineGone', method, 'the engine is not running', 'later');
    const configured = await session.configured;
    if (!configured.ok) return configured;
    if (token?.isCancellationRequested === true) return failed('cancelled', method, `${method} was cancelled`);
    try {
      // An undefined token would be sent as a second parameter.
      const rest = token === undefined ? [params] : [params, token];
      return await session.connection.sendRequest<Result<EngineRequests[M]['result']>>(method, ...rest);
    } catch (error) {
      return isMisunderstanding(error, session.rpc)
        ? failed('internal', method, `the engine did not understand ${method}: ${String(error)}`)
        : failed('engineGone', method, 'the engine ended before it answered', 'later');
    }
  }

  async #currentSession(): Promise<Session | undefined> {
    switch (this.#state.kind) {
      case 'running':
        return this.#state.session;
      case 'waiting':
        return this.#state.next;
      case 'idle':
        return this.#load();
      case 'gaveUp':
      case 'closed':
        return undefined;
    }
  }

  /** The first start of all: what is needed to speak to the engine is loaded then. */
  #load(): Promise<Session | undefined> {
    let isCancelled = false;
    const next = import('./engineRpc').then((rpc) => (isCancelled ? undefined : this.#start(rpc)));
    const cancel = (): void => {
      isCancelled = true;
    };
    this.#state = { kind: 'waiting', next, cancel };
    return next;
  }

  #start(rpc: Rpc): Session {
    const { engineFsPath, environment, log } = this.#options;
    const run =
      this.#options.location() === 'process' ? forkEngine(engineFsPath, environment, log) : loadEngine(engineFsPath);
    const [reader, writer] =
      run.kind === 'process'
        ? [new rpc.IPCMessageReader(run.child), new rpc.IPCMessageWriter(run.child)]
        : [new rpc.PortMessageReader(run.port), new rpc.PortMessageWriter(run.port)];
    const connection = rpc.createMessageConnection(reader, writer, log2jsonrpc(log));
    this.#answerRequests(connection);
    this.#fanOutNotifications(connection);
    connection.onError(([error]) => log.warn(`engine connection: ${error.message}`));
    connection.listen();
    const session: Session = { run, rpc, connection, configured: this.#configure(run, connection) };
    this.#state = { kind: 'running', session };
    void run.ended.then((reason) => this.#ended(session, reason));
    return session;
  }

  #answerRequests(connection: MessageConnection): void {
    const answer = <M extends HostMethod>(method: M): void => {
      connection.onRequest(method, async (params: Parameters<HostAnswers[M]>[0], token: CancellationToken) => {
        try {
          return await this.#options.answers[method](params, token);
        } catch (error) {
          this.#options.log.error(`${method}: ${String(error)}`);
          return failed('internal', method, `the extension could not answer ${method}`);
        }
      });
    };
    for (const method of Object.keys(this.#options.answers) as HostMethod[]) answer(method);
  }

  #fanOutNotifications(connection: MessageConnection): void {
    const fanOut = <N extends EngineNotification>(name: N): void => {
      connection.onNotification(name, (params: EngineNotifications[N]) => this.#notifications[name].fire(params));
    };
    fanOut('transfers/progress');
    fanOut('transfers/journalSetAside');
    fanOut('engine/log');
  }

  async #configure(run: EngineRun, connection: MessageConnection): Promise<Result<EngineInfo>> {
    const timer = setTimeout(() => {
      this.#options.log.error(`the engine did not answer within ${configureTimeoutMs} ms`);
      run.kill();
    }, configureTimeoutMs);
    try {
      const configuration = this.#options.configuration();
      const answer = await connection.sendRequest<Result<EngineInfo>>('engine/configure', configuration);
      if (!answer.ok || answer.value.protocolVersion === protocolVersion) return answer;
      const detail = `the engine speaks version ${answer.value.protocolVersion} and the extension ${protocolVersion}; install the extension again`;
      return failed('internal', 'engine/configure', detail);
    } catch (error) {
      return failed('engineGone', 'engine/configure', `the engine could not be set up: ${String(error)}`, 'later');
    } finally {
      clearTimeout(timer);
    }
  }

  #isCurrent(session: Session): boolean {
    return this.#state.kind === 'running' && this.#state.session === session;
  }

  /** The engine is gone. Disposing the connection lets its pending requests answer instead of hanging forever. */
  #ended(session: Session, reason: string): void {
    const wasExpected = !this.#isCurrent(session);
    if (!wasExpected) this.#afterCrash(reason, session.rpc);
    session.connection.dispose();
  }

  #afterCrash(reason: string, rpc: Rpc): void {
    const after = this.#restarts.crashed(Date.now());
    if (after.kind === 'giveUp') {
      this.#options.log.error(`the engine ended (${reason}) and has crashed too often`);
      this.#state = { kind: 'gaveUp' };
      this.#didGiveUp.fire();
      this.#options.onGaveUp();
      return;
    }
    this.#options.log.warn(`the engine ended (${reason}); starting it again in ${after.delayMs} ms`);
    let cancel: () => void = () => undefined;
    const next = new Promise<Session | undefined>((resolve) => {
      const timer = setTimeout(() => resolve(this.#startAgain(rpc)), after.delayMs);
      cancel = (): void => {
        clearTimeout(timer);
        resolve(undefined);
      };
    });
    this.#state = { kind: 'waiting', next, cancel };
  }

  #startAgain(rpc: Rpc): Session {
    const session = this.#start(rpc);
    void session.configured.then((configured) => {
      if (configured.ok && this.#isCurrent(session)) this.#didRestart.fire();
    });
    return session;
  }

  async #end(session: Session): Promise<void> {
    const { run, connection } = session;
    connection.dispose();
    run.close();
    const timer = setTimeout(() => run.kill(), closeTimeoutMs);
    await run.ended;
    clearTimeout(timer);
  }
}

/** Whether the engine answered with a protocol error, a bug of ours. Any other rejection means that no answer can come. */
function isMisunderstanding(error: unknown, { ErrorCodes, ResponseError }: Rpc): boolean {
  const withoutEngine: readonly number[] = [
    ErrorCodes.PendingResponseRejected,
    ErrorCodes.ConnectionInactive,
    ErrorCodes.MessageReadError,
    ErrorCodes.MessageWriteError,
  ];
  return error instanceof ResponseError && !withoutEngine.includes(error.code);
}

function suffix(text: string | undefined): string {
  return text === undefined ? '' : ` ${text}`;
}

function failed(
  kind: CosErrorKind,
  op: string,
  detail: string,
  retry: CosError['retry'] = 'never',
): { readonly ok: false; readonly error: CosError } {
  return { ok: false, error: { kind, op, detail, retry } };
}

/** The library's own messages name methods and errors, never parameters, as long as its tracing stays off. */
function log2jsonrpc(log: EngineLog): {
  error(t: string): void;
  warn(t: string): void;
  info(t: string): void;
  log(t: string): void;
} {
  return {
    error: (text) => log.error(text),
    warn: (text) => log.warn(text),
    info: (text) => log.debug(text),
    log: (text) => log.debug(text),
  };
}
