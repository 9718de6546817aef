import { createHash } from 'node:crypto';
import { objectKey } from '../../model/ids';
import { numberedName } from '../../model/localNames';
import type { ObjectInfo } from '../../model/objectInfo';
import { multipartLimits, planParts } from '../../model/partPlan';
import type { TransferRequest, WriteCondition } from '../../protocol/requests';
import type { BodySink, ObjectAddress, UploadedPart } from '../cos/client';
import { cancelled, CosFailure } from '../failure';
import type { DecidedClash } from './clash';
import { inConnection, lateSignal, moveItem, type ItemOutcome, type TransferContext } from './context';
import type { ItemNote } from './notes';
import { runParts } from './parts';
import { findObject, freeKey } from './remoteClash';
import { abortAfter, alreadyExists } from './uploadFile';

/** The request of a copy or rename. */
export type CopyRequest = Extract<TransferRequest, { kind: 'copy' }>;

const graceMs = 10_000;
/** The service copies a part by itself: large parts mean few requests. */
const copyPartBytes = 512 * 1024 * 1024;

/** Copies one object inside the service, and for a rename deletes the source once the copy is proven to be the same. */
export async function copyOne(context: TransferContext, request: CopyRequest): Promise<void> {
  const item = { name: request.source.key, sizeBytes: 0 };
  await moveItem(context, item, () => copyAndVerify(context, request));
}

/** What is noted of a copy before it begins. */
type CopyNote = Extract<ItemNote, { kind: 'copy' }>;

async function copyAndVerify(context: TransferContext, request: CopyRequest): Promise<ItemOutcome> {
  const { client, notes, signal, transfer } = context;
  if (request.source.bucket === request.target.bucket && request.source.key === request.target.key) {
    throw refused(request, 'an object cannot be copied onto itself');
  }
  const name = request.source.key;
  const earlier = findNote(context, name);
  const found = await inConnection(context, signal, () => findObject(client, request.source, signal));
  if (found === undefined && earlier?.isVerified === true && request.deleteSource) {
    notes.removeItem(name); // an earlier run has proven the copy and deleted its source
    return { kind: 'done' };
  }
  const source = found ?? (await client.headObject(request.source, signal)); // whose failure says what is missing
  transfer.addPlanned(source.sizeBytes);
  transfer.completePlan();
  const decided = earlier === undefined ? await decide(context, request) : await decidedBefore(context, earlier);
  if (decided.kind === 'exists') return decided;
  const { target, condition } = decided;
  const note: CopyNote = {
    kind: 'copy',
    name,
    bucket: target.bucket,
    key: target.key,
    clash: condition.kind === 'always' ? 'replace' : 'fail',
    isVerified: false,
  };
  notes.putItem(note);
  try {
    if (earlier !== undefined && (await isCopied(context, source, target))) transfer.addBytesBefore(source.sizeBytes);
    else await copyTo(context, request.source, target, source, condition, note);
    notes.assertHeld();
    await verify(context, request, target, source);
    notes.putItem({ ...note, isVerified: true });
    if (request.deleteSource) await deleteUnchanged(context, request.source, source);
  } catch (thrown) {
    // An upload that could not be aborted stays noted: somebody has to abort it some time.
    if (!context.keepsTraces() && findNote(context, name)?.uploadId === undefined) notes.removeItem(name);
    throw thrown;
  }
  notes.removeItem(name);
  return { kind: 'done' };
}

function findNote({ notes }: TransferContext, name: string): CopyNote | undefined {
  const note = notes.findItem(name);
  return note?.kind === 'copy' ? note : undefined;
}

async function copyTo(
  context: TransferContext,
  from: ObjectAddress,
  to: ObjectAddress,
  source: ObjectInfo,
  condition: WriteCondition,
  note: CopyNote,
): Promise<void> {
  const { client, signal, transfer } = context;
  if (source.sizeBytes > multipartLimits.maxSinglePutBytes) {
    await copyParts(context, from, to, source, condition, note);
    return;
  }
  // A copy that is cut may have happened; without a copy there is nothing to undo.
  const patient = lateSignal(signal, graceMs);
  const options = { ifMatch: source.etag, condition };
  await inConnection(context, signal, () => client.copyObject(from, to, options, patient));
  transfer.addBytes(source.sizeBytes);
}

/** The decision of an earlier run. Parts that it has copied are dropped: the service copies them again by itself. */
async function decidedBefore(context: TransferContext, earlier: CopyNote): Promise<Decision> {
  const { bucket, key, uploadId, clash } = earlier;
  const target = { bucket, key };
  if (uploadId !== undefined) await context.client.abortMultipartUpload(target, uploadId, context.signal);
  return { kind: 'write', target, condition: clash === 'replace' ? { kind: 'always' } : { kind: 'ifAbsent' } };
}

/** Whether an earlier run has made the copy, as far as that can be told without reading it. */
async function isCopied(context: TransferContext, source: ObjectInfo, target: ObjectAddress): Promise<boolean> {
  const { client, signal } = context;
  const copy = await inConnection(context, signal, () => findObject(client, target, signal));
  if (copy?.sizeBytes !== source.sizeBytes) return false;
  const algorithm = isWhole(source) && isWhole(copy) ? commonAlgorithm(source, copy) : undefined;
  if (algorithm !== undefined) return source.checksums[algorithm] === copy.checksums[algorithm];
  return source.etag === copy.etag && isMd5(source.etag);
}

type Decision =
  | { readonly kind: 'write'; readonly target: ObjectAddress; readonly condition: WriteCondition }
  | { readonly kind: 'exists'; readonly detail: string };

async function decide(context: TransferContext, request: CopyRequest): Promise<Decision> {
  const { client, signal } = context;
  const { bucket, key } = request.target;
  const write = (condition: WriteCondition, to = key) =>
    ({ kind: 'write', target: { bucket, key: to }, condition }) as const;
  if (request.clash === 'replace') return write({ kind: 'always' });
  if ((await findObject(client, { bucket, key }, signal)) === undefined) return write({ kind: 'ifAbsent' });
  const clash: DecidedClash = request.clash === 'ask' ? await context.decideClashes(1, [key]) : request.clash;
  switch (clash) {
    case 'replace':
      return write({ kind: 'always' });
    case 'skip':
      return { kind: 'exists', detail: `an object "${key}" exists` };
    case 'fail':
      throw alreadyExists(bucket, key);
    case 'keepBoth':
      return write({ kind: 'ifAbsent' }, objectKey(await freeKey(client, bucket, (n) => numberedName(key, n), signal)));
  }
}

async function copyParts(
  context: TransferContext,
  from: ObjectAddress,
  to: ObjectAddress,
  source: ObjectInfo,
  condition: WriteCondition,
  note: CopyNote,
): Promise<void> {
  const { client, notes, signal, transfer } = context;
  const tags = source.tagCount > 0 ? await client.getTags(from, signal) : {};
  const attributes = { headers: source.headers, metadata: source.metadata, tags };
  const patient = lateSignal(signal, graceMs);
  const uploadId = await inConnection(context, signal, () => client.createMultipartUpload(to, attributes, patient));
  const settle = () => notes.putItem(note);
  try {
    notes.putItem({ ...note, uploadId });
    const parts: UploadedPart[] = [];
    await runParts(planParts(source.sizeBytes, copyPartBytes), signal, async (part, partSignal) => {
      const giveBack = await context.connections.take(1, partSignal);
      return async () => {
        try {
          const range = { offsetBytes: part.offsetBytes, lengthBytes: part.lengthBytes };
          const upload = { uploadId, partNumber: part.partNumber, range };
          parts[part.partNumber - 1] = await client.uploadPartCopy(from, to, upload, source.etag, partSignal);
          transfer.addBytes(part.lengthBytes);
        } finally {
          giveBack();
        }
      };
    });
    if (signal.aborted) throw cancelled('copy');
    notes.assertHeld();
    await client.completeMultipartUpload(to, uploadId, parts, condition, patient);
    settle();
  } catch (thrown) {
    if (context.keepsTraces()) throw thrown; // the next run aborts it
    throw await abortAfter(context, to, uploadId, settle, thrown);
  }
}

/**
 * Proves that the copy holds the source's bytes: by size and a checksum that both have over the whole object, or by the
 * MD5 that both ETags are. A rename without either reads both: nothing is deleted on trust.
 */
async function verify(
  context: TransferContext,
  request: CopyRequest,
  target: ObjectAddress,
  source: ObjectInfo,
): Promise<void> {
  const { client, signal } = context;
  const copy = await inConnection(context, signal, () => client.headObject(target, signal));
  const differs = (what: string) =>
    new CosFailure({
      kind: 'internal',
      op: 'CopyObject',
      reason: 'integrity',
      bucket: target.bucket,
      key: target.key,
      retry: 'later',
      detail: `the copy "${target.key}" has another ${what} than "${request.source.key}"; the source was left as it is`,
    });
  if (copy.sizeBytes !== source.sizeBytes) throw differs('size');
  const algorithm = isWhole(source) && isWhole(copy) ? commonAlgorithm(source, copy) : undefined;
  if (algorithm !== undefined) {
    if (source.checksums[algorithm] !== copy.checksums[algorithm]) throw differs(`${algorithm} checksum`);
    return;
  }
  if (source.etag === copy.etag && isMd5(source.etag)) return;
  if (!request.deleteSource) return;
  const [wanted, made] = await Promise.all([
    digest(context, request.source, source.etag),
    digest(context, target, copy.etag),
  ]);
  if (wanted !== made) throw differs('content');
}

function isWhole(info: ObjectInfo): boolean {
  return info.checksumType !== 'COMPOSITE';
}

function commonAlgorithm(source: ObjectInfo, copy: ObjectInfo): string | undefined {
  return Object.keys(source.checksums).find((algorithm) => copy.checksums[algorithm] !== undefined);
}

function isMd5(etag: string): boolean {
  return /^[0-9a-f]{32}$/i.test(etag);
}

async function digest(context: TransferContext, address: ObjectAddress, etag: string): Promise<string> {
  const sha256 = createHash('sha256');
  const take: BodySink = (bytes) => {
    sha256.update(bytes);
  };
  const { client, signal } = context;
  await inConnection(context, signal, () => client.readObject(address, { ifMatch: etag }, take, signal));
  return sha256.digest('hex');
}

async function deleteUnchanged(context: TransferContext, address: ObjectAddress, was: ObjectInfo): Promise<void> {
  const { client, signal } = context;
  const is = await inConnection(context, signal, () => client.headObject(address, signal));
  if (is.etag !== was.etag || is.sizeBytes !== was.sizeBytes) {
    throw new CosFailure({
      kind: 'preconditionFailed',
      op: 'DeleteObject',
      reason: 'changedMeanwhile',
      bucket: address.bucket,
      key: address.key,
      retry: 'later',
      detail: `"${address.key}" changed after it was copied, so it was not deleted; the copy holds what it was before`,
    });
  }
  await inConnection(context, signal, () => client.deleteObject(address, signal));
}

function refused(request: CopyRequest, detail: string): CosFailure {
  const { bucket, key } = request.target;
  return new CosFailure({ kind: 'invalid', op: 'CopyObject', bucket, key, retry: 'never', detail });
}
