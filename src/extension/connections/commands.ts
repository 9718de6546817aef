import type { Connection } from '../../model/connection';
import type { Result } from '../../model/cosError';
import type { ConnectionId } from '../../model/ids';
import type { CommandServices, CommandTable } from '../command/command';

const actions = async () => import('./connectionActions');

/** Commands on connections. */
export const connectionCommands = {
  'ibmcos.connection.add': { target: 'none', run: async (services) => (await actions()).add(services) },
  'ibmcos.connection.addFromClipboard': {
    target: 'none',
    run: async (services) => await reveal(services, (await import('./addCredential')).addFromClipboard(services)),
  },
  'ibmcos.connection.addFromFile': {
    target: 'none',
    run: async (services) => await reveal(services, (await import('./addCredential')).addFromFile(services)),
  },
  'ibmcos.connection.addFound': {
    target: 'none',
    run: async (services) => await reveal(services, (await import('./addFound')).addFound(services)),
  },
  'ibmcos.connection.storeAndRemove': {
    target: 'none',
    run: async (services) => await reveal(services, (await import('./storeAndRemove')).storeAndRemove(services)),
  },
  'ibmcos.connection.edit': {
    target: 'connection',
    effect: 'reads',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) => (await actions()).edit(services, connection)),
  },
  'ibmcos.connection.rename': {
    target: 'connection',
    effect: 'reads',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) => (await actions()).rename(services, connection)),
  },
  'ibmcos.connection.test': {
    target: 'connection',
    effect: 'reads',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) => (await actions()).test(services, connection)),
  },
  'ibmcos.connection.diagnose': {
    target: 'connection',
    effect: 'reads',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) =>
        (await import('./doctor')).examine(services, connection),
      ),
  },
  'ibmcos.connection.whyRefused': {
    target: 'bucket',
    effect: 'reads',
    run: (services, { connectionId, bucket }) =>
      withConnection(services, connectionId, async (connection) =>
        (await import('./doctor')).examine(services, connection, { bucket }),
      ),
  },
  'ibmcos.connection.signIn': {
    target: 'connection',
    effect: 'reads',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) => (await actions()).signIn(services, connection)),
  },
  'ibmcos.connection.protect': {
    target: 'connection',
    effect: 'reads',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) =>
        (await import('./protectConnection')).protectConnection(services, connection),
      ),
  },
  'ibmcos.connection.allowChanges': {
    target: 'connection',
    effect: 'reads',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) =>
        (await import('./protectConnection')).allowChanges(services, connection),
      ),
  },
  'ibmcos.connection.chooseNetwork': {
    target: 'connection',
    effect: 'reads',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) =>
        (await import('./chooseNetwork')).chooseNetwork(services, connection),
      ),
  },
  'ibmcos.connection.replaceKey': {
    target: 'connection',
    effect: 'reads',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) =>
        (await import('./replaceKey')).replaceKey(services, connection),
      ),
  },
  'ibmcos.connection.createHmacKey': {
    target: 'connection',
    effect: 'reads',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) =>
        (await import('./createHmacKey')).createHmacKey(services, connection),
      ),
  },
  'ibmcos.connection.remove': {
    target: 'connection',
    effect: 'reads',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) => (await actions()).remove(services, connection)),
  },
} satisfies CommandTable;

type Outcome = Result<unknown> | undefined;

async function withConnection(
  services: CommandServices,
  id: ConnectionId,
  work: (connection: Connection) => Promise<Outcome>,
): Promise<Outcome> {
  const connection = services.connections.get(id);
  return connection === undefined ? { ok: false, error: gone } : work(connection);
}

async function reveal({ view }: CommandServices, adding: Promise<Connection | undefined>): Promise<undefined> {
  const added = await adding;
  if (added !== undefined) await view.revealConnection(added.id);
}

const gone = {
  kind: 'invalid',
  reason: 'noConnection',
  op: 'connection/test',
  retry: 'never',
  detail: 'noConnection',
} as const;
