import type { Connection, Credential } from '../model/connection';
import type { ConnectionId } from '../model/ids';
import type { EngineNotifications } from '../protocol/notifications';
import type { EngineMethod, EngineRequests, HostRequests } from '../protocol/requests';

/** What the engine needs from whoever runs it: the extension, the command line, or a test. Failures throw `CosFailure`. */
export interface EngineHost {
  resolveConnection(id: ConnectionId, signal: AbortSignal): Promise<Connection>;
  resolveCredential(id: ConnectionId, signal: AbortSignal): Promise<Credential>;
  /** Keeps a credential that took the place of the one before; failing to is only told in the log. */
  keepCredential(id: ConnectionId, credential: Credential): Promise<void>;
  decideClashes(
    params: HostRequests['transfer/decideClashes']['params'],
    signal: AbortSignal,
  ): Promise<HostRequests['transfer/decideClashes']['result']>;
  notify<N extends keyof EngineNotifications>(name: N, params: EngineNotifications[N]): void;
}

/** One handler for each request; throws `CosFailure`, stops its work when the signal aborts. */
export type EngineHandlers = {
  readonly [M in EngineMethod]: (
    params: EngineRequests[M]['params'],
    signal: AbortSignal,
  ) => Promise<EngineRequests[M]['result']>;
};

/** The engine, without a process around it. */
export interface Engine {
  readonly handlers: EngineHandlers;
  /** Ends running transfers (leaving nothing half-written), closes connections. */
  close(): Promise<void>;
}
