import type { ObjectInfo } from '../../model/objectInfo';
import type { NewProtection } from '../../model/retention';
import { aclToKeep } from '../cos/keptAcl';
import type { NewObjectAttributes, ObjectAddress } from '../cos/client';
import type { TransferContext } from './context';
import { hasLock } from './keptProtection';

/**
 * Whether an object has what one gets that is written with these attributes: one of the same bytes that lacks some of it,
 * or has more, was there before. A service may add headers, and a bucket may protect longer than was asked for.
 */
export async function carriesAll(
  { client, nowMs }: Pick<TransferContext, 'client' | 'nowMs'>,
  address: ObjectAddress,
  found: ObjectInfo,
  { headers, metadata = {}, tags = {}, controls = {} }: NewObjectAttributes,
  signal: AbortSignal,
): Promise<boolean> {
  const hasTags = Object.keys(tags).length > 0;
  if (!holds(found.headers, headers) || !isSame(found.metadata, metadata)) return false;
  if (!hasTags && found.tagCount > 0) return false;
  if (controls.protection !== undefined && !isProtectedAs(found, controls.protection, nowMs())) return false;
  if (hasTags && !isSame(await client.getTags(address, signal), tags)) return false;
  return controls.acl !== 'public-read' || (await aclToKeep(client, address, signal)) === 'public-read';
}

/** Whether an object has each of the values that are wanted: null wants that there is none, undefined wants nothing. */
export function holds(has: object, wanted: object): boolean {
  const values = new Map<string, unknown>(Object.entries(has));
  return Object.entries(wanted).every(([name, value]) => value === undefined || (values.get(name) ?? null) === value);
}

function isSame(has: object, wanted: object): boolean {
  return Object.keys(has).length === Object.keys(wanted).length && holds(has, wanted);
}

/** Whether an object is protected at least so, as far as a HEAD tells. */
function isProtectedAs(found: ObjectInfo, wanted: NewProtection, nowMs: number): boolean {
  if (wanted.kind === 'objectLock') return hasLock(found, wanted, nowMs);
  const { retention } = found.protection;
  if (retention === undefined) return false;
  const { retainUntilMs = 0, isIndefinite, legalHoldCount } = retention;
  const isLong = wanted.untilMs === undefined || isIndefinite || retainUntilMs + 1000 > wanted.untilMs;
  return isLong && (wanted.holdId === undefined || legalHoldCount > 0);
}
