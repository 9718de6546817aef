import type { CannedAcl } from '../../model/objectState';
import type { ObjectAttributes } from '../../model/objectInfo';
import { isOverwriteRefused, obstaclesOf } from '../../model/protection';
import { archiveStateOf } from '../../model/archive';
import { multipartLimits } from '../../model/partPlan';
import { isLockedAsWanted, type NewProtection } from '../../model/retention';
import type { WriteCondition, WriteOutcome } from '../../protocol/requests';
import type { EngineClock } from '../clock';
import type { CosClient, NewObjectAttributes, ObjectAddress, UploadedPart } from './client';
import type { Conditions } from './conditions';
import { copySource } from './copy';
import { CosFailure } from '../failure';
import { completeUpload } from '../proof/arrivalOfUpload';
import { isArrivalUnknown } from '../proof/arrivalUnknown';
import { sentObject } from '../proof/sentBytes';
import type { LastLook, TagsOfRewrite } from './lastLook';
import { quotedEtag, strongEtag } from './etag';
import { attributeHeaders } from './objectHeaders';
import type { WholeState } from './objectState';
import type { ProtectionOperations } from './protection';
import { describeObstacles, refused } from './refusal';
import type { Sdk } from './sdk';

/** Sizes that decide how an object is copied inside the service. */
export interface CopyLimits {
  /** Above, a copy is made of parts (data-plane §5.3). */
  readonly maxCopyBytes: number;
  readonly partBytes: number;
}

/** What the service allows, and parts that it copies in reasonable time. */
export const copyLimits: CopyLimits = {
  maxCopyBytes: multipartLimits.maxSinglePutBytes,
  partBytes: 512 * 1024 * 1024,
};

/** What a rewritten object gets. */
export interface RewritePlan {
  /** All headers, metadata and tags: nothing is taken over by the service. */
  readonly attributes: ObjectAttributes;
  readonly acl: CannedAcl;
  /** What becomes of an Object Lock: the new version gets it too, or what the bucket gives to new versions. */
  readonly lock: 'keep' | 'bucketDefault';
  readonly condition: WriteCondition;
}

/** How the bytes of a rewrite travel: inside the service, or by way of this machine. */
export type RewriteMethod = 'copy' | 'put';

/** Writes an object, or one of its versions, anew with given attributes. */
export type Rewrite = (
  source: ObjectAddress,
  state: WholeState,
  plan: RewritePlan,
  method: RewriteMethod,
  signal: AbortSignal,
) => Promise<Rewritten>;

/** What a rewrite did. */
export interface Rewritten {
  readonly outcome: WriteOutcome;
  readonly tags: TagsOfRewrite;
}

/** Objects up to this size can be written anew by way of this machine's memory. */
export const maxPutRewriteBytes = 64 * 1024 * 1024;

/** What a rewrite is made of. */
export type RewriteParts = Pick<
  CosClient,
  | 'readObject'
  | 'putObject'
  | 'createMultipartUpload'
  | 'headObject'
  | 'listParts'
  | 'uploadPartCopy'
  | 'completeMultipartUpload'
  | 'abortMultipartUpload'
> &
  Pick<ProtectionOperations, 'getProtection' | 'putLockRetention' | 'putLockHold'>;

/** Rewrites over the SDK and the client's own parts. */
export function createRewrite(
  sdk: Sdk,
  clock: EngineClock,
  conditions: Conditions,
  parts: RewriteParts,
  look: LastLook,
  limits: CopyLimits,
): Rewrite {
  const op = 'CopyObject';

  /** The last look of a rewrite onto itself; an old version that is copied over does not change. */
  async function lookAgain(
    source: ObjectAddress,
    state: WholeState,
    tags: TagsOfRewrite,
    signal: AbortSignal,
  ): Promise<void> {
    if (source.versionId === undefined) await look.requireSame(op, source, state, tags, signal);
  }

  async function copyWhole(
    source: ObjectAddress,
    state: WholeState,
    attributes: NewObjectAttributes,
    condition: WriteCondition,
    signal: AbortSignal,
  ): Promise<WriteOutcome> {
    const { CopyObjectCommand } = await import('./sdkClasses');
    const { bucket, key } = source;
    const own = attributeHeaders({ ...withoutRetention(attributes), tags: {} }, op);
    const send = async (conditional: Readonly<Record<string, string>>) => {
      const headers = {
        ...own,
        'x-amz-metadata-directive': 'REPLACE',
        // Not what was read: somebody may have set tags since, which change neither ETag nor time.
        'x-amz-tagging-directive': 'COPY',
        'retention-directive': 'COPY',
        ...conditional,
      };
      const call = { op, bucket, key, repeatable: 'ifRefused', isLongWork: true, headers } as const;
      const copied = await sdk.run(call, signal, async (client, options) =>
        client.send(new CopyObjectCommand({ Bucket: bucket, Key: key, CopySource: copySource(source) }), options),
      );
      const versionId = copied.VersionId;
      return {
        etag: strongEtag(copied.CopyObjectResult?.ETag),
        ...(versionId === undefined || versionId === 'null' ? {} : { versionId }),
        modifiedAtMs: copied.CopyObjectResult?.LastModified?.getTime() ?? Date.now(),
      };
    };
    const sameBytes = { 'x-amz-copy-source-if-match': quotedEtag(op, source, state.info.etag) };
    // The time is a condition of the source, and looked at right before.
    const ofTarget = condition.kind === 'ifMatch' ? ({ kind: 'ifMatch', etag: condition.etag } as const) : condition;
    const { value, conditionCheckedBy } = await conditions.guard(
      op,
      { bucket, key },
      ofTarget,
      signal,
      async (conditional) => {
        await lookAgain(source, state, 'carried', signal);
        if (source.versionId !== undefined) return await send({ ...conditional, ...sameBytes });
        try {
          // A copy onto itself keeps the ETag and renews the time. The ETag beside it would make it count for nothing.
          const since = new Date(state.info.modifiedAtMs).toUTCString();
          return await send({ ...conditional, 'x-amz-copy-source-if-unmodified-since': since });
        } catch (error) {
          if (!(error instanceof CosFailure) || error.error.httpStatus !== 412) throw error;
          // Somebody was faster, which this shows, or the service compares fractions of seconds, which no header holds.
          await lookAgain(source, state, 'carried', signal);
          return await send({ ...conditional, ...sameBytes });
        }
      },
      'pinsSource',
    );
    return { ...value, conditionCheckedBy };
  }

  async function copyParts(
    source: ObjectAddress,
    state: WholeState,
    attributes: NewObjectAttributes,
    condition: WriteCondition,
    signal: AbortSignal,
  ): Promise<WriteOutcome> {
    const target = { bucket: source.bucket, key: source.key };
    const { etag, sizeBytes } = state.info;
    const uploadId = await parts.createMultipartUpload(target, attributes, signal);
    try {
      const ranges = rangesOf(sizeBytes, limits.partBytes);
      const copied: UploadedPart[] = [];
      for (let at = 0; at < ranges.length; at += 4) {
        const some = ranges.slice(at, at + 4);
        const copies = some.map(
          async (part) => await parts.uploadPartCopy(source, target, { uploadId, ...part }, etag, signal),
        );
        // All of them have to end: a part that comes after the abort would stay.
        await Promise.allSettled(copies);
        copied.push(...(await Promise.all(copies)));
      }
      await lookAgain(source, state, 'written', signal);
      const protection = attributes.controls?.protection;
      const completion = { condition, ...(protection === undefined ? {} : { protection }) };
      const evidence = { sent: sentObject(state.info) };
      return await completeUpload(parts, target, uploadId, copied, completion, evidence, signal);
    } catch (error) {
      if (isArrivalUnknown(error)) throw error;
      // Not with the caller's signal: what was cancelled must not leave its parts behind either.
      await parts.abortMultipartUpload(target, uploadId, AbortSignal.timeout(30_000)).catch(() => undefined); // the first failure counts
      throw error;
    }
  }

  /**
   * Some servers do not take a lock with a copy (radosgw): the new version has what the bucket gives, and the lock is set
   * afterwards.
   */
  async function ensureLock(
    { bucket, key }: ObjectAddress,
    wanted: NewProtection | undefined,
    signal: AbortSignal,
  ): Promise<void> {
    if (wanted?.kind !== 'objectLock') return;
    const target = { bucket, key };
    const now = await parts.getProtection(target, signal);
    const lock = now.kind === 'objectLock' ? now : undefined;
    if (wanted.retention !== undefined && !isLockedAsWanted(lock ?? {}, wanted.retention)) {
      await parts.putLockRetention(target, wanted.retention, { bypassGovernance: false }, signal);
    }
    if (wanted.hasLegalHold === true && lock?.hasLegalHold !== true) await parts.putLockHold(target, true, signal);
  }

  async function putBytes(
    source: ObjectAddress,
    state: WholeState,
    attributes: NewObjectAttributes,
    condition: WriteCondition,
    signal: AbortSignal,
  ): Promise<WriteOutcome> {
    const { sizeBytes, etag } = state.info;
    if (sizeBytes > maxPutRewriteBytes) {
      const detail = `"${source.key}" has ${sizeBytes} bytes; at most ${maxPutRewriteBytes} can be written anew from here. Let the service copy it instead.`;
      throw refused('PutObject', source, { kind: 'tooLarge', reason: 'tooLargeToSend', detail });
    }
    const bytes = new Uint8Array(sizeBytes);
    if (sizeBytes > 0) {
      await parts.readObject(source, { ifMatch: etag, sizeBytes }, (piece, offset) => bytes.set(piece, offset), signal);
    }
    await lookAgain(source, state, 'written', signal);
    return await parts.putObject({ bucket: source.bucket, key: source.key }, bytes, attributes, condition, signal);
  }

  return async (source, state, plan, method, signal) => {
    requireWritable(method === 'put' ? 'PutObject' : op, source, state, clock.nowMs());
    quotedEtag(op, source, state.info.etag); // every way of writing it anew is tied to what was read
    const attributes = newAttributes(state, plan, clock.nowMs());
    if (source.versionId === undefined) await look.settle(state, signal);
    const isWhole = state.info.sizeBytes <= limits.maxCopyBytes;
    const write = method === 'put' ? putBytes : isWhole ? copyWhole : copyParts;
    const outcome = await write(source, state, attributes, plan.condition, signal);
    if (method === 'copy') await ensureLock(source, attributes.controls?.protection, signal);
    return { outcome, tags: write === copyWhole ? 'carried' : 'written' };
  };
}

/** Refuses, before any request, what the service would refuse or what would lose something. */
function requireWritable(op: string, source: ObjectAddress, state: WholeState, nowMs: number): void {
  const { key } = source;
  if (isOverwriteRefused(state.protection, nowMs)) {
    const why = describeObstacles(obstaclesOf(state.protection, nowMs));
    const detail = `"${key}" cannot be changed: ${why}. Nothing was changed.`;
    throw refused(op, source, { kind: 'held', refusal: 'protected', detail });
  }
  if (archiveStateOf(state.info).kind !== 'active') {
    const detail = `"${key}" is in archive; writing it anew would take it out. Nothing was changed.`;
    throw refused(op, source, { kind: 'conflict', detail });
  }
  if (state.acl === 'other') {
    const detail = `The access list of "${key}" grants more than can be written together with an object; it would be lost. Nothing was changed.`;
    throw refused(op, source, { kind: 'unsupported', detail });
  }
}

function newAttributes(state: WholeState, plan: RewritePlan, nowMs: number): NewObjectAttributes {
  const { storageClass } = state.info;
  const protection = newProtection(state, plan, nowMs);
  return {
    ...plan.attributes,
    controls: {
      // Not `private`, which is what an object gets anyway, and which servers without ACLs refuse.
      ...(plan.acl === 'public-read' ? { acl: plan.acl } : {}),
      ...(storageClass === undefined || storageClass === 'STANDARD' ? {} : { storageClass }),
      ...(protection === undefined ? {} : { protection }),
    },
  };
}

/** A copy takes its retention over by directive, which is always sent; headers for it go with REPLACE only (data-plane §5.3). */
function withoutRetention(attributes: NewObjectAttributes): NewObjectAttributes {
  const { protection, ...controls } = attributes.controls ?? {};
  return protection?.kind === 'retention' ? { ...attributes, controls } : attributes;
}

function newProtection(state: WholeState, plan: RewritePlan, nowMs: number): NewProtection | undefined {
  const { protection, retentionPeriod } = state;
  switch (protection.kind) {
    case 'none':
      return undefined;
    case 'retention':
      return retentionPeriod === undefined ? undefined : { kind: 'retention', periodSeconds: Number(retentionPeriod) };
    case 'objectLock': {
      if (plan.lock === 'bucketDefault') return undefined;
      const { mode, retainUntilMs, hasLegalHold } = protection;
      const isInForce = mode !== undefined && retainUntilMs !== undefined && retainUntilMs > nowMs;
      return { kind: 'objectLock', hasLegalHold, ...(isInForce ? { retention: { mode, retainUntilMs } } : {}) };
    }
  }
}

function rangesOf(sizeBytes: number, partBytes: number) {
  const lengthBytes = Math.max(partBytes, Math.ceil(sizeBytes / multipartLimits.maxParts));
  return Array.from({ length: Math.ceil(sizeBytes / lengthBytes) }, (_, at) => {
    const offsetBytes = at * lengthBytes;
    return { partNumber: at + 1, range: { offsetBytes, lengthBytes: Math.min(lengthBytes, sizeBytes - offsetBytes) } };
  });
}
