import { archiveStateOf } from '../../model/archive';
import type { ObjectAcl, ObjectState } from '../../model/objectState';
import type { ObjectInfo } from '../../model/objectInfo';
import type { Protection } from '../../model/protection';
import { CosFailure } from '../failure';
import type { AclOperations } from './acl';
import type { BucketProtectionOperations } from './bucketProtection';
import type { CosClient, ObjectAddress } from './client';
import { sendControl } from './control';
import { dateMs } from './objectHeaders';
import { headInfoOf, maxAnswerBytes, versionQuery } from './objects';
import type { ProtectionOperations } from './protection';
import { refused } from './refusal';
import type { Wire } from './wire';
import { childText } from './xml';

/** Reading everything about an object but its bytes. */
export interface ObjectStateOperations {
  /** What there is to know, in four requests side by side. Parts that could not be read are listed, not thrown. */
  getObjectState(address: ObjectAddress, signal: AbortSignal): Promise<ObjectState>;
}

/** Everything that writing an object anew has to keep. */
export interface WholeState {
  readonly info: ObjectInfo;
  readonly tags: Readonly<Record<string, string>>;
  readonly acl: ObjectAcl;
  readonly protection: Protection;
  /** `Retention-Period` as on the wire; absent without one. */
  readonly retentionPeriod?: string;
  /** When the service answered, by its own clock; absent where it does not say. */
  readonly readAtMs?: number;
}

/** Reads what a rewrite has to keep, and throws where any of it cannot be read. */
export type ReadWholeState = (op: string, address: ObjectAddress, signal: AbortSignal) => Promise<WholeState>;

/** What reading a state is made of. */
export type StateParts = Pick<CosClient, 'headObject' | 'getTags'> &
  AclOperations &
  Pick<ProtectionOperations, 'getProtection'> &
  Pick<BucketProtectionOperations, 'getMechanism'>;

/** Reads states of objects. */
export function createObjectState(
  wire: Wire,
  parts: StateParts,
): ObjectStateOperations & { readonly readWhole: ReadWholeState } {
  return {
    async getObjectState(address, signal) {
      const info = await parts.headObject(address, signal);
      const unreadable: ObjectState['unreadable'][number][] = [];
      const orUnreadable = async <T>(part: 'tags' | 'acl' | 'protection', work: Promise<T>): Promise<T | undefined> => {
        try {
          return await work;
        } catch (error) {
          if (!(error instanceof CosFailure) || error.error.kind === 'cancelled') throw error;
          unreadable.push({ part, error: error.error });
          return undefined;
        }
      };
      const [tags, acl, protection] = await Promise.all([
        orUnreadable('tags', parts.getTags(address, signal)),
        orUnreadable('acl', parts.getAcl(address, signal)),
        orUnreadable('protection', parts.getProtection(address, signal)),
      ]);
      return {
        info,
        archive: archiveStateOf(info),
        ...(tags === undefined ? {} : { tags }),
        ...(acl === undefined ? {} : { acl }),
        ...(protection === undefined ? {} : { protection }),
        unreadable,
      };
    },

    async readWhole(op, address, signal) {
      const { bucket, key } = address;
      const head = {
        op: 'HeadObject',
        method: 'HEAD',
        bucket,
        key,
        query: versionQuery(address),
        headers: () => ({ 'x-amz-checksum-mode': 'ENABLED' }),
        repeatable: 'always',
      } as const;
      const headers = await wire.send(head, signal, async (answer) => {
        await answer.read(maxAnswerBytes);
        return answer.headers;
      });
      const missing = Number(headers['x-amz-missing-meta'] ?? 0);
      if (missing > 0) {
        const detail = `The service holds ${missing} metadata entries of "${key}" that it cannot show; writing the object anew would lose them. Nothing was changed.`;
        throw refused(op, address, { kind: 'unsupported', detail });
      }
      const info = headInfoOf(address, headers);
      const [tags, acl, protection] = await Promise.all([
        parts.getTags(address, signal),
        parts.getAcl(address, signal),
        lockOf(wire, parts, address, info, signal),
      ]);
      const retentionPeriod = headers['retention-period'];
      const readAtMs = dateMs(headers['date']);
      return {
        info,
        tags,
        acl,
        protection,
        ...(retentionPeriod === undefined ? {} : { retentionPeriod }),
        ...(readAtMs === undefined ? {} : { readAtMs }),
      };
    },
  };
}

/**
 * The protection of an object that is to be written anew. Some servers leave the lock out of a HEAD whose sender may not see
 * it: in a bucket with Object Lock, an object without one is asked for it outright, and a refusal stops the rewrite.
 */
async function lockOf(
  wire: Wire,
  parts: StateParts,
  address: ObjectAddress,
  info: ObjectInfo,
  signal: AbortSignal,
): Promise<Protection> {
  const protection = await parts.getProtection(address, signal);
  if (protection.kind !== 'none' || protection.mechanism !== 'objectLock') return protection;
  const { bucket, key } = address;
  const version = versionQuery(address);
  const ask = async (op: string, subResource: string) => {
    try {
      const query = { [subResource]: undefined, ...version };
      return await sendControl(wire, { op, method: 'GET', bucket, key, query, repeatable: 'always' }, signal);
    } catch (error) {
      if (error instanceof CosFailure && error.error.kind === 'notFound' && error.error.reason === undefined)
        return undefined;
      throw error;
    }
  };
  const [retention, hold] = await Promise.all([
    ask('GetObjectRetention', 'retention'),
    ask('GetObjectLegalHold', 'legal-hold'),
  ]);
  const lock = retention?.findRoot('Retention');
  const mode = childText(lock, 'Mode')?.trim().toUpperCase();
  const retainUntilMs = dateMs(childText(lock, 'RetainUntilDate')?.trim());
  const holdRoot = hold?.findRoot('LegalHold') ?? hold?.findRoot('legal-hold');
  const hasLegalHold = childText(holdRoot, 'Status')?.trim().toUpperCase() === 'ON';
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE' && !hasLegalHold) return protection;
  return {
    kind: 'objectLock',
    ...(mode === 'GOVERNANCE' || mode === 'COMPLIANCE' ? { mode } : {}),
    ...(retainUntilMs === undefined ? {} : { retainUntilMs }),
    hasLegalHold,
    ...(info.versionId === undefined ? {} : { versionId: info.versionId }),
  };
}
