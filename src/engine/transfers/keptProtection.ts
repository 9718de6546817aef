import type { ObjectInfo } from '../../model/objectInfo';
import { isReplaceRefused, type RetentionEnd } from '../../model/protection';
import { isLockedAsWanted, type NewProtection, type ObjectRetention } from '../../model/retention';
import type { CopyProtection } from '../../protocol/requests';
import type { NewObjectAttributes, ObjectAddress } from '../cos/client';
import type { KeptAcl } from '../cos/keptAcl';
import { CosFailure } from '../failure';
import { inConnection, type TransferContext, type TransferEnd } from './context';

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

/** What protects a copy, and who may read it. */
export interface CopyControls {
  readonly protection?: CopyProtection;
  readonly retention: ReadRetention;
  readonly acl?: KeptAcl;
}

/** Reads how long a source is retained and which legal holds are on it; what was read counts for the whole of a copy. */
export type ReadRetention = () => Promise<ObjectRetention>;

/** Reads a source once, however often it is asked. */
export function retentionOfSource(context: TransferContext, source: TransferEnd, from: ObjectAddress): ReadRetention {
  let read: Promise<ObjectRetention> | undefined;
  return () => (read ??= retentionOf(context, source, from));
}

/**
 * What a copy that the service does not make in one piece is written with, to be protected as its source is. Of legal holds
 * one goes along (data-plane §12.2); `proveRetained` puts the others on the copy.
 */
export async function keptControls(
  context: TransferContext,
  info: ObjectInfo,
  { protection: wish, acl, retention }: CopyControls,
): Promise<NonNullable<NewObjectAttributes['controls']>> {
  const protection = wish === 'keep' ? await newProtection(context, info, retention) : undefined;
  return { ...(protection === undefined ? {} : { protection }), ...(acl === undefined ? {} : { acl }) };
}

async function newProtection(
  context: TransferContext,
  info: ObjectInfo,
  retention: ReadRetention,
): Promise<NewProtection | undefined> {
  const nowMs = context.nowMs();
  if (!isReplaceRefused(info.protection, nowMs)) return lockOf(info, nowMs);
  const { end, holds } = await retention();
  const [first] = holds;
  const hold = first === undefined ? {} : { holdId: first.id };
  switch (end.kind) {
    case 'until': {
      const isOver = end.untilMs <= nowMs;
      return { kind: 'retention', ...(isOver ? {} : { untilMs: end.untilMs }), ...hold };
    }
    case 'indefinite':
      return { kind: 'retention', periodSeconds: -1, ...hold };
    case 'permanent':
      return { kind: 'retention', periodSeconds: -2, ...hold };
  }
}

async function retentionOf(
  context: TransferContext,
  end: TransferEnd,
  address: ObjectAddress,
): Promise<ObjectRetention> {
  const { signal } = context;
  const protection = await inConnection(end, signal, () => end.client.getProtection(address, signal));
  if (protection.kind === 'retention') return protection;
  throw cannotKeep(address, 'what protects it changed meanwhile');
}

/**
 * Sees to it that a copy is retained at least as long as its source, and under the same legal holds: those that it lacks are
 * put on it, also when the transfer was told to stop meanwhile.
 */
export async function proveRetained(
  context: TransferContext,
  retention: ReadRetention,
  from: ObjectAddress,
  target: ObjectAddress,
): Promise<void> {
  const { client, nowMs } = context;
  const wanted = await retention();
  const patient = context.patient();
  const has = await inConnection(context, patient, () => client.getProtection(target, patient));
  if (has.kind !== 'retention' || !lastsAsLong(has.end, wanted.end, nowMs())) {
    throw cannotKeep(from, `its copy "${target.key}" was made, and the service did not retain it as long`);
  }
  const there = new Set(has.holds.map(({ id }) => id));
  for (const { id } of wanted.holds) {
    if (there.has(id)) continue;
    try {
      await inConnection(context, patient, () => client.addLegalHold(target, id, patient));
    } catch (thrown) {
      if (!(thrown instanceof CosFailure)) throw thrown;
      const detail = `The copy "${target.key}" was made, and its legal hold "${id}" is missing. ${thrown.error.detail}`;
      throw new CosFailure({ ...thrown.error, detail }, { cause: thrown });
    }
  }
}

/** Whether a failure means that the copy is there, without one of its legal holds: the next try puts it on. */
export function lacksHold(thrown: unknown): boolean {
  return thrown instanceof CosFailure && thrown.error.op === 'AddLegalHold';
}

function lastsAsLong(has: RetentionEnd, wanted: RetentionEnd, nowMs: number): boolean {
  if (wanted.kind === 'until')
    return has.kind !== 'until' || has.untilMs + 1000 > wanted.untilMs || wanted.untilMs <= nowMs;
  return has.kind === wanted.kind || has.kind === 'permanent';
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
  if (hasLock(copy, lock, nowMs())) return;
  throw cannotKeep(from, `its copy "${target.key}" was made, and the service did not lock it as its source is`);
}

/** Whether an object is locked at least as a lock says. */
export function hasLock(info: ObjectInfo, lock: KeptLock, nowMs: number): boolean {
  const has = lockOf(info, nowMs);
  const isLocked = lock.retention === undefined || isLockedAsWanted(has?.retention ?? {}, lock.retention);
  return isLocked && (lock.hasLegalHold !== true || has?.hasLegalHold === true);
}

function cannotKeep({ bucket, key }: ObjectAddress, why: string): CosFailure {
  const detail = `"${key}" could not be copied with its protection: ${why}`;
  return new CosFailure({ kind: 'unsupported', op: 'CopyObject', bucket, key, retry: 'never', detail });
}
