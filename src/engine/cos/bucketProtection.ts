import type { BucketName } from '../../model/ids';
import type { ProtectionMechanism } from '../../model/protection';
import {
  lockDefaultProblem,
  retentionPolicyProblems,
  type BucketProtection,
  type LockDefault,
  type ObjectLockConfiguration,
  type RetentionPolicy,
} from '../../model/retention';
import { CosFailure } from '../failure';
import { sendControl, type ControlAnswer, type XmlNode } from './control';
import { refused } from './refusal';
import type { Wire } from './wire';
import { childElement, childText, type XmlElement } from './xml';

/** Protection of buckets: the retention policy of Immutable Object Storage, and Object Lock (data-plane §11, §12.1). */
export interface BucketProtectionOperations {
  /** `none` also on servers that do not know `?protection`. `denied` without the role. */
  getBucketProtection(bucket: BucketName, signal: AbortSignal): Promise<BucketProtection>;
  /**
   * Sets or changes the retention policy, which can never be removed. `invalid` for a policy against the rules;
   * `conflict` for a bucket that is not empty, has versions or Object Lock. Idempotent.
   */
  putBucketProtection(bucket: BucketName, policy: RetentionPolicy, signal: AbortSignal): Promise<BucketProtection>;
  /** `none` also on servers without Object Lock. */
  getObjectLock(bucket: BucketName, signal: AbortSignal): Promise<ObjectLockConfiguration>;
  /**
   * Permanently switches Object Lock on, and sets or drops its default. `conflict` where versioning is not enabled or the
   * bucket has a retention policy. Idempotent.
   */
  putObjectLock(
    bucket: BucketName,
    defaultRetention: LockDefault | undefined,
    signal: AbortSignal,
  ): Promise<ObjectLockConfiguration>;
  /** What protects objects of the bucket, asked once; `unknown` where the identity may not ask. */
  getMechanism(bucket: BucketName, signal: AbortSignal): Promise<ProtectionMechanism>;
}

/** Operations over a wire. */
export function createBucketProtection(wire: Wire): BucketProtectionOperations {
  const learned = new Map<BucketName, ProtectionMechanism>();

  async function getBucketProtection(bucket: BucketName, signal: AbortSignal): Promise<BucketProtection> {
    const op = 'GetBucketProtectionConfiguration';
    const query = { protection: undefined };
    const request = { op, method: 'GET', bucket, query, repeatable: 'always' } as const;
    const answer = await orAbsent(sendControl(wire, request, signal));
    const root = rootOf(answer, 'ProtectionConfiguration');
    return root === undefined ? { kind: 'none' } : readProtection(root);
  }

  async function getObjectLock(bucket: BucketName, signal: AbortSignal): Promise<ObjectLockConfiguration> {
    const op = 'GetObjectLockConfiguration';
    const query = { 'object-lock': undefined };
    const request = { op, method: 'GET', bucket, query, repeatable: 'always' } as const;
    const answer = await orAbsent(sendControl(wire, request, signal));
    const root = rootOf(answer, 'ObjectLockConfiguration');
    return root === undefined ? { kind: 'none' } : readLockConfiguration(root);
  }

  return {
    getBucketProtection,
    async putBucketProtection(bucket, policy, signal) {
      const op = 'PutBucketProtectionConfiguration';
      requireValidPolicy(op, bucket, policy);
      const days = (name: string, count: number): XmlNode => [name, [['Days', count]]];
      const body: XmlNode = [
        'ProtectionConfiguration',
        [
          ['Status', 'Retention'],
          days('MinimumRetention', policy.minimumDays),
          days('DefaultRetention', policy.defaultDays),
          days('MaximumRetention', policy.maximumDays),
          ...(policy.isPermanentAllowed ? [['EnablePermanentRetention', 'true'] as const] : []),
        ],
      ];
      const query = { protection: undefined };
      await sendControl(wire, { op, method: 'PUT', bucket, query, body, repeatable: 'always' }, signal);
      learned.delete(bucket);
      return await getBucketProtection(bucket, signal);
    },
    getObjectLock,
    async putObjectLock(bucket, defaultRetention, signal) {
      const op = 'PutObjectLockConfiguration';
      const body: XmlNode = [
        'ObjectLockConfiguration',
        [
          ['ObjectLockEnabled', 'Enabled'],
          ...(defaultRetention === undefined ? [] : [lockRule(op, bucket, defaultRetention)]),
        ],
      ];
      const query = { 'object-lock': undefined };
      await sendControl(wire, { op, method: 'PUT', bucket, query, body, repeatable: 'always' }, signal);
      learned.delete(bucket);
      return await getObjectLock(bucket, signal);
    },
    async getMechanism(bucket, signal) {
      const known = learned.get(bucket);
      if (known !== undefined) return known;
      const [protection, lock] = await Promise.all([
        orUnknown(getBucketProtection(bucket, signal)),
        orUnknown(getObjectLock(bucket, signal)),
      ]);
      const mechanism = mechanismOf(protection, lock);
      // What could not be asked may be permitted later.
      if (mechanism !== 'unknown') learned.set(bucket, mechanism);
      return mechanism;
    },
  };
}

function mechanismOf(
  protection: BucketProtection | undefined,
  lock: ObjectLockConfiguration | undefined,
): ProtectionMechanism {
  if (protection?.kind === 'retention') return 'retention';
  if (lock?.kind === 'enabled') return 'objectLock';
  return protection === undefined || lock === undefined ? 'unknown' : 'none';
}

/** An answer, or undefined where the bucket has no such configuration or the server does not know it. */
async function orAbsent<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof CosFailure)) throw error;
    const { kind, reason } = error.error;
    const isAbsent = (kind === 'notFound' && reason === undefined) || kind === 'unsupported';
    if (isAbsent) return undefined;
    throw error;
  }
}

/**
 * What an answer holds; undefined where nothing is configured. Servers that do not know the sub-resource list the bucket: what is
 * neither says nothing, and nobody may take it for a bucket without protection. Throws `unsupported` then.
 */
function rootOf(answer: ControlAnswer | undefined, name: string): XmlElement | undefined {
  return answer?.findRoot('ListBucketResult') === undefined ? answer?.root(name) : undefined;
}

/** A value, or undefined where the identity may not ask. */
async function orUnknown<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof CosFailure && error.error.kind === 'denied') return undefined;
    throw error;
  }
}

/** `ProtectionConfiguration` (data-plane §12.1). A plain bucket has only a Status other than `Retention`. */
function readProtection(root: XmlElement): BucketProtection {
  if (childText(root, 'Status')?.trim().toLowerCase() !== 'retention') return { kind: 'none' };
  const days = (name: string): number => Number(childText(childElement(root, name), 'Days') ?? 0) || 0;
  return {
    kind: 'retention',
    policy: {
      minimumDays: days('MinimumRetention'),
      defaultDays: days('DefaultRetention'),
      maximumDays: days('MaximumRetention'),
      isPermanentAllowed: childText(root, 'EnablePermanentRetention')?.trim().toLowerCase() === 'true',
    },
  };
}

/** `ObjectLockConfiguration`: pages print `Enabled`, `ENABLED` and `DISABLED` (data-plane §11). */
function readLockConfiguration(root: XmlElement): ObjectLockConfiguration {
  if (childText(root, 'ObjectLockEnabled')?.trim().toLowerCase() !== 'enabled') return { kind: 'none' };
  const retention = childElement(childElement(root, 'Rule'), 'DefaultRetention');
  const mode = childText(retention, 'Mode')?.trim().toUpperCase();
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') return { kind: 'enabled' };
  const days = Number(childText(retention, 'Days') ?? 0);
  const years = Number(childText(retention, 'Years') ?? 0);
  const duration = days > 0 ? ({ unit: 'days', count: days } as const) : ({ unit: 'years', count: years } as const);
  return duration.count > 0 ? { kind: 'enabled', defaultRetention: { mode, duration } } : { kind: 'enabled' };
}

function lockRule(op: string, bucket: BucketName, wanted: LockDefault): XmlNode {
  const problem = lockDefaultProblem(wanted);
  const { unit, count } = wanted.duration;
  if (problem !== undefined) {
    const detail = `The default retention of "${bucket}" must last 1 to ${problem.maxCount} whole ${unit}, not ${count}.`;
    throw refused(op, { bucket }, { kind: 'invalid', detail });
  }
  const name = unit === 'days' ? 'Days' : 'Years';
  const retention: XmlNode[] = [
    ['Mode', wanted.mode],
    [name, count],
  ];
  return ['Rule', [['DefaultRetention', retention]]];
}

const fieldNames = { minimumDays: 'minimum', defaultDays: 'default', maximumDays: 'maximum' } as const;

function requireValidPolicy(op: string, bucket: BucketName, policy: RetentionPolicy): void {
  const [problem] = retentionPolicyProblems(policy);
  if (problem === undefined) return;
  const sentence = (): string => {
    switch (problem.kind) {
      case 'notWholeDays':
        return `The ${fieldNames[problem.field]} retention must be a whole number of days, 0 or more.`;
      case 'tooLong':
        return `The ${fieldNames[problem.field]} retention can be ${problem.maxDays} days at most.`;
      case 'order':
        return `The ${fieldNames[problem.smaller]} retention must not be longer than the ${fieldNames[problem.larger]} one.`;
      case 'permanentTakenBack':
        return 'Permanent retention cannot be disallowed again.';
    }
  };
  throw refused(op, { bucket }, { kind: 'invalid', refusal: 'retentionOutsidePolicy', detail: sentence() });
}
