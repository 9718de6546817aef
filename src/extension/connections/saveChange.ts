import type { Connection, Credential } from '../../model/connection';
import type { Result } from '../../model/cosError';
import type { ConnectionId } from '../../model/ids';
import type { Connections } from '../services';

/**
 * Changes a connection as it is now: while a person was asked, it may have been edited in the settings, in another window or
 * by another command. One that was removed meanwhile is not brought back.
 */
export async function saveChange(
  connections: Pick<Connections, 'get' | 'save'>,
  id: ConnectionId,
  change: (now: Connection) => Connection,
  credential?: Credential,
): Promise<Result<null>> {
  const now = connections.get(id);
  if (now === undefined) {
    const error = { kind: 'invalid', reason: 'noConnection', op: 'connection/save', retry: 'never' } as const;
    return { ok: false, error: { ...error, detail: 'removed meanwhile' } };
  }
  await connections.save(change(now), credential);
  return { ok: true, value: null };
}
