import { allowMembers, invalid, needed, readBody, readNumber, readOneOf } from './adminBody';
import type { Backups } from './backup/backups';
import { ServiceError, type Route, type ServiceAnswer, type ServiceRequest } from './jsonService';
import type { BackupPolicy, Stored } from './store/backupRecords';
import type { Store } from './store/store';

const durations = ['pendingMs', 'initializingMs', 'restorePendingMs', 'restoreRunningMs'] as const;
const authorizations = ['backupSync', 'restoreSync'] as const;

/** What the admin endpoint can do to backups: how fast they are, what fails, and what is authorised. */
export function backupRoutes({ store, backups }: { store: Store; backups: Backups }): Route[] {
  const answer = (): ServiceAnswer => ({ status: 200, json: backups.settings });
  return [
    { method: 'GET', path: '/backups', operation: 'admin', handle: answer },
    {
      method: 'PATCH',
      path: '/backups',
      operation: 'admin',
      handle: async (request) => {
        const body = readBody(request);
        allowMembers(body, [...durations, ...authorizations]);
        // Nothing is set unless all of it can be.
        const changes = [
          ...durations.map((name) => [name, readDuration(body, name)] as const),
          ...authorizations.map((name) => [name, readOneOf(body, name, ['granted', 'denied'] as const)] as const),
        ].filter(([, value]) => value !== undefined);
        // What was written before the change is settled under the settings before it.
        await backups.advance();
        Object.assign(backups.settings, Object.fromEntries(changes));
        await backups.advance();
        return answer();
      },
    },
    {
      method: 'POST',
      path: '/backups/run',
      operation: 'admin',
      handle: async (request) => {
        allowMembers(readBody(request), []);
        await backups.advance();
        return { status: 204 };
      },
    },
    {
      method: 'PUT',
      path: '/backups/policies/:id/trouble',
      operation: 'admin',
      handle: async (request) => {
        const body = readBody(request);
        allowMembers(body, ['status', 'cause']);
        const status = needed(readOneOf(body, 'status', ['degraded', 'action_needed', 'failed'] as const), 'status');
        await backups.setTrouble(findPolicy(request, store), { status, cause: readCause(body), origin: 'asked' });
        return { status: 204 };
      },
    },
    {
      method: 'DELETE',
      path: '/backups/policies/:id/trouble',
      operation: 'admin',
      handle: async (request) => {
        const policy = findPolicy(request, store);
        if (policy.trouble?.status === 'failed')
          throw invalid('A failed policy stays failed; delete and re-create it.');
        await backups.setTrouble(policy, undefined);
        return { status: 204 };
      },
    },
    {
      method: 'POST',
      path: '/backups/restores/:id/fail',
      operation: 'admin',
      handle: async (request) => {
        const body = readBody(request);
        allowMembers(body, ['cause']);
        await backups.advance();
        const restore = store.backups.findRestore(request.params['id'] ?? '');
        if (restore === undefined) throw new ServiceError(404, 'not_found', 'No such restore.');
        if (restore.status === 'complete' || restore.status === 'failed')
          throw invalid('The restore has ended already.');
        await backups.failRestore(restore, readCause(body));
        return { status: 204 };
      },
    },
  ];
}

function findPolicy(request: ServiceRequest, store: Store): Stored<BackupPolicy> {
  const policy = store.backups.findPolicy(request.params['id'] ?? '');
  if (policy === undefined) throw new ServiceError(404, 'not_found', 'No such backup policy.');
  return policy;
}

function readDuration(body: Record<string, unknown>, name: string): number | undefined {
  const value = readNumber(body, name);
  if (value !== undefined && (!Number.isInteger(value) || value < 0)) throw invalid(`${name} must be 0 or more.`);
  return value;
}

function readCause(body: Record<string, unknown>): string {
  const cause = body['cause'] ?? 'Asked for through the admin endpoint.';
  if (typeof cause !== 'string') throw invalid('cause must be a text.');
  return cause;
}
