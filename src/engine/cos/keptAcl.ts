import type { AccessList, Grant } from '../../model/publicAccess';
import { CosFailure } from '../failure';
import { fitsHeader } from './accessList';
import type { AclOperations } from './acl';
import type { CosClient, ObjectAddress } from './client';
import { refused } from './refusal';

/** What an object that is written anew is given, for the same people to use it as before. */
export type KeptAcl = 'public-read' | AccessList;

/**
 * What an object that takes the place of this one has to be given; a writing without it makes an object private. Undefined
 * where there is nothing to keep, or the list may not be read: who may not read it may not set it. `onRefusal` is told of that.
 * Throws `grantsRefused` where the list cannot be written as it is read.
 */
export async function aclToKeep(
  client: Pick<AclOperations, 'getAccessList'>,
  address: ObjectAddress,
  signal: AbortSignal,
  onRefusal: () => void = () => undefined,
): Promise<KeptAcl | undefined> {
  try {
    const { acl, ownerId, grants, unknownGrants } = await client.getAccessList(address, signal);
    if (acl !== 'other') return acl === 'public-read' ? acl : undefined;
    if (unknownGrants.length === 0 && grants.every(fitsHeader)) return { ownerId, grants };
  } catch (thrown) {
    if (!(thrown instanceof CosFailure) || !['denied', 'notFound', 'unsupported'].includes(thrown.error.kind))
      throw thrown;
    if (thrown.error.kind !== 'notFound') onRefusal();
    return undefined;
  }
  const detail = `The access list of "${address.key}" has grants of a kind that cannot be written; they would be lost. Nothing was changed.`;
  throw refused('GetObjectAcl', address, { kind: 'unsupported', reason: 'grantsRefused', detail });
}

/** The same without groups, which are everybody, or whoever has an account: in another bucket, and for a copy, that is not decided here. */
export function withoutGroups(acl: KeptAcl | undefined): AccessList | undefined {
  if (acl === undefined || acl === 'public-read') return undefined;
  const grants = acl.grants.filter(({ grantee }) => grantee.kind !== 'group');
  return grants.every((grant) => isSame(grant, ownersGrant(acl))) ? undefined : { ...acl, grants };
}

/** Writes with a list. Throws `grantsRefused` where the service does not take one: then nothing is written. */
export async function writeWithAcl<T>(
  address: ObjectAddress,
  acl: KeptAcl | undefined,
  write: () => Promise<T>,
): Promise<T> {
  try {
    return await write();
  } catch (thrown) {
    const isUnknown =
      isGrants(acl) && thrown instanceof CosFailure && ['invalid', 'unsupported'].includes(thrown.error.kind);
    if (!isUnknown) throw thrown;
    const { op, detail } = thrown.error;
    const why = `The service does not take the access list of "${address.key}", so nothing was written. ${detail}`;
    throw refused(op, address, { kind: 'unsupported', reason: 'grantsRefused', detail: why }, thrown);
  }
}

/**
 * Looks whether an object that was written with grants has them, since some services say nothing of headers that they do not
 * know, and sets them otherwise. Whoever writes becomes the owner, who keeps every right as well. Throws `grantsMissing`.
 */
export async function proveAcl(
  client: Pick<AclOperations, 'getAccessList' | 'putAcl'> & Pick<CosClient, 'headObject'>,
  target: ObjectAddress,
  etag: string,
  acl: KeptAcl | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (!isGrants(acl)) return;
  try {
    const { ownerId, grants } = await client.getAccessList(target, signal);
    const isOthers = ownerId !== acl.ownerId && ownerId !== '';
    const wanted = isOthers ? [ownersGrant({ ownerId }), ...acl.grants] : acl.grants;
    if (hasAll(grants, wanted)) return;
    // No condition covers a list: what somebody else has written meanwhile is left alone.
    if (target.versionId === undefined && (await client.headObject(target, signal)).etag !== etag) return;
    await client.putAcl(target, { ownerId, grants: wanted }, signal);
    if (hasAll((await client.getAccessList(target, signal)).grants, wanted)) return;
  } catch (thrown) {
    if (!(thrown instanceof CosFailure) || thrown.error.kind === 'cancelled') throw thrown;
    throw missing(target, thrown.error.detail, thrown);
  }
  throw missing(target, 'The service took the list, and has another one.');
}

/** Whether a failure means that an object is there without grants: the next try sets them. */
export function lacksGrants(thrown: unknown): boolean {
  return thrown instanceof CosFailure && thrown.error.reason === 'grantsMissing';
}

function isGrants(acl: KeptAcl | undefined): acl is AccessList {
  return acl !== undefined && acl !== 'public-read';
}

function ownersGrant({ ownerId }: Pick<AccessList, 'ownerId'>): Grant {
  return { grantee: { kind: 'account', id: ownerId }, permission: 'FULL_CONTROL' };
}

function hasAll(has: readonly Grant[], wanted: readonly Grant[]): boolean {
  return wanted.every((grant) => has.some((one) => isSame(one, grant)));
}

function isSame(one: Grant, other: Grant): boolean {
  const nameOf = ({ grantee }: Grant): string => (grantee.kind === 'group' ? grantee.uri : grantee.id);
  return (
    one.permission === other.permission && one.grantee.kind === other.grantee.kind && nameOf(one) === nameOf(other)
  );
}

function missing(target: ObjectAddress, why: string, cause?: CosFailure): CosFailure {
  const detail = `"${target.key}" was written, and its access list lacks grants of what was there before. ${why}`;
  return refused('PutObjectAcl', target, { kind: 'unsupported', reason: 'grantsMissing', detail }, cause);
}
