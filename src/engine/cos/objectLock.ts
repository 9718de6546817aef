import { obstaclesOf, type Protection } from '../../model/protection';
import { lockProblem, type LockRetention } from '../../model/retention';
import type { EngineClock } from '../clock';
import type { CosFailure } from '../failure';
import type { BucketProtectionOperations } from './bucketProtection';
import type { ObjectAddress } from './client';
import { sendControl, sendControlOnce, type ControlRequest, type XmlNode } from './control';
import { versionQuery } from './objects';
import { dateText, describeObstacles, isRefusal, refused } from './refusal';
import type { Wire } from './wire';

/** Changing the Object Lock of versions (data-plane §11). Every change answers with the protection afterwards. */
export interface LockOperations {
  /**
   * Sets (or with undefined removes) the Object Lock retention of a version (data-plane §11). `held` where the lock in
   * force forbids it, `denied` where a bypass was asked for and is not permitted.
   */
  putLockRetention(
    address: ObjectAddress,
    retention: LockRetention | undefined,
    options: { readonly bypassGovernance: boolean },
    signal: AbortSignal,
  ): Promise<Protection>;
  /** Puts or removes the Object Lock legal hold of a version. Idempotent. */
  putLockHold(address: ObjectAddress, isOn: boolean, signal: AbortSignal): Promise<Protection>;
}

/** Operations over a wire. */
export function createObjectLock(
  wire: Wire,
  clock: EngineClock,
  buckets: BucketProtectionOperations,
  getProtection: (address: ObjectAddress, signal: AbortSignal) => Promise<Protection>,
): LockOperations {
  return {
    async putLockRetention(address, retention, { bypassGovernance }, signal) {
      const op = 'PutObjectRetention';
      if (retention !== undefined && retention.retainUntilMs <= clock.nowMs()) {
        const detail = `"${address.key}" cannot be locked until ${dateText(retention.retainUntilMs)}, which is over.`;
        throw refused(op, address, { kind: 'invalid', refusal: 'lockNotLater', detail });
      }
      const { bucket, key } = address;
      const request: ControlRequest = {
        op,
        method: 'PUT',
        bucket,
        key,
        query: { retention: undefined, ...versionQuery(address) },
        headers: bypassGovernance ? { 'x-amz-bypass-governance-retention': 'true' } : {},
        body: lockBody(retention),
        repeatable: 'ifRefused',
      };
      try {
        const isDone = async (): Promise<boolean> => isLockedSo(await getProtection(address, signal), retention);
        await sendControlOnce(wire, request, isDone, signal);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const current = await getProtection(address, signal).catch(() => {
          throw error; // who may not look either gets the first refusal
        });
        const problem = lockProblem(current, retention, bypassGovernance, clock.nowMs());
        if (problem !== undefined && error.error.httpStatus === 403) {
          throw lockRefusal(op, address, current, problem, error);
        }
        throw current.kind === 'none' && current.mechanism !== 'objectLock' ? noObjectLock(op, address, error) : error;
      }
      return await getProtection(address, signal);
    },

    async putLockHold(address, isOn, signal) {
      const op = 'PutObjectLegalHold';
      const { bucket, key } = address;
      const query = { 'legal-hold': undefined, ...versionQuery(address) };
      const body: XmlNode = ['LegalHold', [['Status', isOn ? 'ON' : 'OFF']]];
      try {
        await sendControl(wire, { op, method: 'PUT', bucket, key, query, body, repeatable: 'always' }, signal);
      } catch (error) {
        if (!isRefusal(error) || error.error.kind === 'denied') throw error;
        const mechanism = await buckets.getMechanism(bucket, signal);
        throw mechanism === 'none' || mechanism === 'retention' ? noObjectLock(op, address, error) : error;
      }
      return await getProtection(address, signal);
    },
  };
}

function noObjectLock(op: string, address: ObjectAddress, cause: CosFailure): CosFailure {
  const detail = `The bucket "${address.bucket}" has no Object Lock.`;
  return refused(op, address, { kind: 'invalid', refusal: 'mechanism', detail }, cause);
}

function lockBody(retention: LockRetention | undefined): XmlNode {
  if (retention === undefined) return ['Retention', []];
  const until = new Date(retention.retainUntilMs).toISOString();
  return [
    'Retention',
    [
      ['Mode', retention.mode],
      ['RetainUntilDate', until],
    ],
  ];
}

function isLockedSo(now: Protection, wanted: LockRetention | undefined): boolean {
  if (now.kind !== 'objectLock') return wanted === undefined;
  if (wanted === undefined) return now.mode === undefined;
  const until = now.retainUntilMs ?? 0;
  return now.mode === wanted.mode && Math.abs(until - wanted.retainUntilMs) < 1000;
}

function lockRefusal(
  op: string,
  address: ObjectAddress,
  current: Protection,
  problem: NonNullable<ReturnType<typeof lockProblem>>,
  cause: CosFailure,
): CosFailure {
  const why = describeObstacles(obstaclesOf(current, 0));
  const detail =
    problem.kind === 'needsBypass'
      ? `The lock of "${address.key}" cannot be shortened without bypassing GOVERNANCE: ${why}.`
      : `The lock of "${address.key}" can only be extended: ${why}.`;
  const refusal = problem.kind === 'needsBypass' ? 'lockNeedsBypass' : 'lockNotLater';
  return refused(op, address, { kind: 'held', refusal, detail }, cause);
}
