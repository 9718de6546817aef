import { allowMembers, invalid, readBody, readNumber, readOneOf } from './adminBody';
import type { Route } from './jsonService';
import type { Replicator } from './replication/replicator';

/** What the admin endpoint can do to replication. */
export function replicationRoutes({ replicator }: { replicator: Replicator }): Route[] {
  const { settings } = replicator;
  return [
    { method: 'GET', path: '/replication', operation: 'admin', handle: () => ({ status: 200, json: settings }) },
    {
      method: 'PATCH',
      path: '/replication',
      operation: 'admin',
      handle: (request) => {
        const body = readBody(request);
        allowMembers(body, Object.keys(settings));
        const delayMs = readNumber(body, 'delayMs');
        const authorization = readOneOf(body, 'authorization', ['granted', 'denied'] as const);
        if (delayMs !== undefined && (!Number.isInteger(delayMs) || delayMs < 0))
          throw invalid('delayMs must be 0 or more.');
        settings.delayMs = delayMs ?? settings.delayMs;
        settings.authorization = authorization ?? settings.authorization;
        return { status: 200, json: settings };
      },
    },
    {
      method: 'POST',
      path: '/replication/run',
      operation: 'admin',
      handle: async (request) => {
        allowMembers(readBody(request), []);
        return { status: 200, json: await replicator.run() };
      },
    },
  ];
}
