import type { CannedAcl, ObjectAcl } from '../../model/objectState';
import { CosFailure } from '../failure';
import type { ObjectAddress } from './client';
import { sendControl } from './control';
import { versionQuery } from './objects';
import type { Wire } from './wire';
import { childElement, childElements, childText, type XmlElement } from './xml';

/** Access lists of objects (data-plane.md §14). */
export interface AclOperations {
  /** The list as canned ACL; `private` on servers that have none, `other` for grants that no canned ACL stands for. */
  getAcl(address: ObjectAddress, signal: AbortSignal): Promise<ObjectAcl>;
  /** Sets a canned ACL. `denied` where the bucket blocks public ACLs. Idempotent. */
  putAcl(address: ObjectAddress, acl: CannedAcl, signal: AbortSignal): Promise<void>;
}

const allUsers = 'http://acs.amazonaws.com/groups/global/AllUsers';

/** Operations over a wire. */
export function createAcl(wire: Wire): AclOperations {
  return {
    async getAcl(address, signal) {
      const { bucket, key } = address;
      const query = { acl: undefined, ...versionQuery(address) };
      const request = { op: 'GetObjectAcl', method: 'GET', bucket, key, query, repeatable: 'always' } as const;
      try {
        return aclOf((await sendControl(wire, request, signal)).root('AccessControlPolicy'));
      } catch (error) {
        if (error instanceof CosFailure && error.error.httpStatus === 501) return 'private';
        throw error;
      }
    },
    async putAcl(address, acl, signal) {
      const { bucket, key } = address;
      const query = { acl: undefined, ...versionQuery(address) };
      const headers = { 'x-amz-acl': acl };
      await sendControl(
        wire,
        { op: 'PutObjectAcl', method: 'PUT', bucket, key, query, headers, repeatable: 'always' },
        signal,
      );
    },
  };
}

/**
 * What an object that is written anew has to be given so that everyone can read it as before; a writing without it makes an
 * object private. Undefined where there is nothing to keep, or the list may not be read: who may not read it may not set it.
 * `refused` is told of that.
 */
export async function aclToKeep(
  client: Pick<AclOperations, 'getAcl'>,
  address: ObjectAddress,
  signal: AbortSignal,
  refused: () => void = () => undefined,
): Promise<'public-read' | undefined> {
  try {
    return (await client.getAcl(address, signal)) === 'public-read' ? 'public-read' : undefined;
  } catch (thrown) {
    if (!(thrown instanceof CosFailure) || !['denied', 'notFound', 'unsupported'].includes(thrown.error.kind))
      throw thrown;
    if (thrown.error.kind !== 'notFound') refused();
    return undefined;
  }
}

function aclOf(root: XmlElement): ObjectAcl {
  const owner = childText(childElement(root, 'Owner'), 'ID')?.trim();
  let acl: ObjectAcl = 'private';
  for (const grant of childElements(childElement(root, 'AccessControlList'), 'Grant')) {
    const grantee = childElement(grant, 'Grantee');
    const permission = childText(grant, 'Permission')?.trim();
    if (permission === 'FULL_CONTROL' && childText(grantee, 'ID')?.trim() === owner) continue;
    if (permission !== 'READ' || childText(grantee, 'URI')?.trim() !== allUsers) return 'other';
    acl = 'public-read';
  }
  return acl;
}
