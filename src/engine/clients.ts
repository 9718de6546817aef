import type { Connection, Credential } from '../model/connection';
import type { ConnectionId } from '../model/ids';
import type { Checksums } from './checksums/checksums';
import type { EngineClock } from './clock';
import { createCosClient } from './cos/createCosClient';
import type { FullCosClient } from './cos/fullClient';
import type { WriteAllowances } from './cos/writeGuard';
import type { EngineHost } from './engine';
import { asFailure } from './failure';
import type { HttpClient } from './http/httpClient';
import { orAborted } from './orAborted';

/** One client for each connection, made when it is first needed. */
export interface Clients {
  of(connectionId: ConnectionId, signal: AbortSignal): Promise<FullCosClient>;
  /** The next request gets a new client. The old one is closed when `unused` says that nobody works with it any more. */
  forget(connectionId: ConnectionId, unused: Promise<void>): void;
  close(): Promise<void>;
}

/** What clients are made of. */
export interface ClientsOptions {
  readonly host: EngineHost;
  readonly http: HttpClient;
  readonly clock: EngineClock;
  readonly checksums: Checksums;
  readonly allowances: WriteAllowances;
}

/** Clients of one engine. */
export function createClients({ host, allowances, ...parts }: ClientsOptions): Clients {
  const closing = new AbortController();
  const clients = new Map<ConnectionId, Promise<FullCosClient>>();
  /** Forgotten, and still worked with. */
  const retiring = new Set<Promise<FullCosClient>>();

  async function create(connectionId: ConnectionId, isCurrent: () => boolean): Promise<FullCosClient> {
    const connection: Connection = await host.resolveConnection(connectionId, closing.signal);
    const resolveCredential = async (signal: AbortSignal) => await host.resolveCredential(connectionId, signal);
    const keepCredential = (credential: Credential): void => {
      // Somebody may have signed in anew since.
      if (!isCurrent()) return;
      host.keepCredential(connectionId, credential).catch((error: unknown) => {
        const { detail } = asFailure(error, 'credential/keep').error;
        host.notify('engine/log', { level: 'warn', text: `a new refresh token could not be kept: ${detail}` });
      });
    };
    return createCosClient({ connection, resolveCredential, keepCredential, allowances, ...parts });
  }

  async function closeOnce(unused: Promise<void>, client: Promise<FullCosClient>): Promise<void> {
    retiring.add(client);
    await unused;
    if (!retiring.delete(client)) return; // closed with all others
    await (await client).close();
  }

  return {
    async of(connectionId, signal) {
      const known = clients.get(connectionId);
      if (known !== undefined) return await orAborted(known, signal);
      const client: Promise<FullCosClient> = create(connectionId, () => clients.get(connectionId) === client);
      clients.set(connectionId, client);
      client.catch(() => {
        if (clients.get(connectionId) === client) clients.delete(connectionId);
      });
      return await orAborted(client, signal);
    },
    forget(connectionId, unused) {
      const client = clients.get(connectionId);
      if (client === undefined) return;
      clients.delete(connectionId);
      closeOnce(unused, client).catch(() => undefined); // never made, nothing to close
    },
    async close() {
      closing.abort(new Error('the engine is closing'));
      const all = [...clients.values(), ...retiring];
      clients.clear();
      retiring.clear();
      for (const client of await Promise.allSettled(all)) {
        if (client.status === 'fulfilled') await client.value.close();
      }
    },
  };
}
