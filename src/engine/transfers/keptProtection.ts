import type { ObjectInfo } from '../../model/objectInfo';
import type { NewProtection } from '../../model/retention';
import type { CopyProtection } from '../../protocol/requests';
import type { NewObjectAttributes, ObjectAddress } from '../cos/client';
import { CosFailure } from '../failure';
import { inConnection, type TransferContext } from './context';

/** A lock that a copy is to have. */
export type KeptLock = Extract<NewProtection, { kind: 'objectLock' }>;

/** The Object Lock of a source that is in force; undefined where nothing is locked. */
export function lockOf({ protection: { objectLock } }: ObjectInfo, nowMs: number): KeptLock | undefined {
  if (objectLock === undefined) return undefined;
  const { mode, retainUntilMs = 0, hasLegalHold } = objectLock;
  const isLocked = mode !== undefined && retainUntilMs > nowMs;
  if (!isLocked && !hasLegalHold) return undefined;
  return {
    kind: 'objectLock',
    ...(isLocked ? { retention: { mode, retainUntilMs } } : {}),
    ...(hasLegalHold ? { hasLegalHold } : {}),
  };
}

/**
 * What a copy that the service does not make in one piece is written with, to be protected as its source is. Legal holds go
 * along in one piece only, so the copy of an object under some is refused rather than made without them.
 */
export function keptControls(
  info: ObjectInfo,
  wish: CopyProtection | undefined,
  from: ObjectAddress,
  nowMs: number,
): Pick<NewObjectAttributes, 'controls'> {
  if (wish !== 'keep') return {};
  const { retention } = info.protection;
  if (retention === undefined) {
    const lock = lockOf(info, nowMs);
    return lock === undefined ? {} : { controls: { protection: lock } };
  }
  const { retainUntilMs = 0, isIndefinite, legalHoldCount } = retention;
  if (legalHoldCount > 0)
    throw cannotKeep(from, 'it is under legal holds, which only go along with a copy in one piece');
  if (isIndefinite)
    throw cannotKeep(from, 'it is retained without end, which only goes along with a copy in one piece');
  return retainUntilMs > nowMs ? { controls: { protection: { kind: 'retention', untilMs: retainUntilMs } } } : {};
}

/** Looks whether the service has taken the lock with the copy: some do not, and say nothing of it. */
export async function proveLocked(
  context: TransferContext,
  from: ObjectAddress,
  target: ObjectAddress,
  lock: KeptLock,
): Promise<void> {
  const { client, nowMs, signal } = context;
  const copy = await inConnection(context, signal, () => client.headObject(target, signal));
  const has = lockOf(copy, nowMs());
  const isLocked = lock.retention === undefined || has?.retention !== undefined;
  const isHeld = lock.hasLegalHold !== true || has?.hasLegalHold === true;
  if (isLocked && isHeld) return;
  throw cannotKeep(from, `its copy "${target.key}" was made, and the service did not lock it`);
}

function cannotKeep({ bucket, key }: ObjectAddress, why: string): CosFailure {
  const detail = `"${key}" could not be copied with its protection: ${why}`;
  return new CosFailure({ kind: 'unsupported', op: 'CopyObject', bucket, key, retry: 'never', detail });
}
