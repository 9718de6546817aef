import type { AclOperations } from '../cos/acl';
import type { ObjectAddress } from '../cos/client';
import { aclToKeep, type KeptAcl } from '../cos/keptAcl';

/** Access lists of the objects of a transfer. */
export interface AccessLists {
  /** What a copy is to have; undefined where that is nothing, or may not be read. */
  toKeep(
    client: Pick<AclOperations, 'getAccessList' | 'hasGrants'>,
    from: ObjectAddress,
    signal: AbortSignal,
  ): Promise<KeptAcl | undefined>;
}

/**
 * Reads lists one by one until the first is there: where a role is missing, all of the transfer are refused alike, and no other
 * is asked for. Lists that name people tell for each object who may read them, and are asked for each.
 */
export function createAccessLists(): AccessLists {
  let first: Promise<unknown> | undefined;
  let isRefused = false;
  return {
    async toKeep(client, from, signal) {
      const ask = (): Promise<KeptAcl | undefined> =>
        aclToKeep(client, from, signal, () => {
          isRefused = !client.hasGrants;
        });
      if (first === undefined) {
        const asked = ask();
        first = asked.catch(() => undefined);
        return await asked;
      }
      await first;
      return isRefused ? undefined : await ask();
    },
  };
}
