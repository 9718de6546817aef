import type { CannedAcl, ObjectAcl } from '../../model/objectState';
import { allUsersUri, type AccessList } from '../../model/publicAccess';
import { CosFailure } from '../failure';
import { accessListNodes, readAccessList, type ReadAccessList } from './accessList';
import type { ObjectAddress } from './client';
import { sendControl } from './control';
import { versionQuery } from './objects';
import type { Wire } from './wire';
import { childElement, childElements, childText, type XmlElement } from './xml';

/** The access list of an object. */
export interface ObjectAccessList extends ReadAccessList {
  readonly acl: ObjectAcl;
}

/** Access lists of objects (data-plane §14). */
export interface AclOperations {
  /** Whether lists may name people and groups: those of IBM Cloud never do. */
  readonly hasGrants: boolean;
  /** The list as canned ACL; `private` on servers that have none, `other` for grants that no canned ACL stands for. */
  getAcl(address: ObjectAddress, signal: AbortSignal): Promise<ObjectAcl>;
  /** The list with its grants. */
  getAccessList(address: ObjectAddress, signal: AbortSignal): Promise<ObjectAccessList>;
  /** Sets a canned ACL, or grants. `denied` where the bucket blocks public ACLs. Idempotent. */
  putAcl(address: ObjectAddress, acl: CannedAcl | AccessList, signal: AbortSignal): Promise<void>;
}

/** Operations over a wire. */
export function createAcl(wire: Wire, hasGrants: boolean): AclOperations {
  async function getAccessList(address: ObjectAddress, signal: AbortSignal): Promise<ObjectAccessList> {
    const { bucket, key } = address;
    const query = { acl: undefined, ...versionQuery(address) };
    const request = { op: 'GetObjectAcl', method: 'GET', bucket, key, query, repeatable: 'always' } as const;
    try {
      const root = (await sendControl(wire, request, signal)).root('AccessControlPolicy');
      return { acl: aclOf(root), ...readAccessList(root) };
    } catch (error) {
      if (error instanceof CosFailure && error.error.httpStatus === 501)
        return { acl: 'private', ownerId: '', grants: [], unknownGrants: [] };
      throw error;
    }
  }

  return {
    hasGrants,
    getAccessList,
    getAcl: async (address, signal) => (await getAccessList(address, signal)).acl,
    async putAcl(address, acl, signal) {
      const { bucket, key } = address;
      const query = { acl: undefined, ...versionQuery(address) };
      const what =
        typeof acl === 'string'
          ? { headers: { 'x-amz-acl': acl } }
          : { body: ['AccessControlPolicy', accessListNodes(acl)] as const };
      const request = { op: 'PutObjectAcl', method: 'PUT', bucket, key, query, ...what } as const;
      await sendControl(wire, { ...request, repeatable: 'always' }, signal);
    },
  };
}

function aclOf(root: XmlElement): ObjectAcl {
  const owner = childText(childElement(root, 'Owner'), 'ID')?.trim();
  let acl: ObjectAcl = 'private';
  for (const grant of childElements(childElement(root, 'AccessControlList'), 'Grant')) {
    const grantee = childElement(grant, 'Grantee');
    const permission = childText(grant, 'Permission')?.trim();
    if (permission === 'FULL_CONTROL' && childText(grantee, 'ID')?.trim() === owner) continue;
    if (permission !== 'READ' || childText(grantee, 'URI')?.trim() !== allUsersUri) return 'other';
    acl = 'public-read';
  }
  return acl;
}
