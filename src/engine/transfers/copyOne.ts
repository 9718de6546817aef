import { numberedName } from '../../model/localNames';
import type { ObjectInfo } from '../../model/objectInfo';
import { multipartLimits, planParts } from '../../model/partPlan';
import type { CopyProtection, WriteCondition, WriteOutcome } from '../../protocol/requests';
import type { CopyOptions, ObjectAddress, UploadedPart } from '../cos/client';
import { cancelled, CosFailure } from '../failure';
import type { DecidedClash } from './clash';
import { inConnection, lateSignal, type ItemOutcome, type TransferContext, type TransferEnd } from './context';
import { beginCopyUpload, findCopyNote, type CopyNote } from './copyNote';
import { smallBytes, type CopyItem, type CopyRequest, type CopyRoute } from './copyPlan';
import { deleteUnchanged, isMd5, proveCopy } from './copyProof';
import { streamObject, type CopyWays } from './copyStream';
import { keptControls, lockOf, proveLocked, type KeptLock } from './keptProtection';
import { runParts } from './parts';
import { findObject, freeKey } from './remoteClash';
import { abortAfter, alreadyExists } from './uploadFile';

const graceMs = 10_000;
const mostAttempts = 5;
/** The service copies a part by itself: large parts mean few requests. */
const copyPartBytes = 512 * 1024 * 1024;

/**
 * Copies one object, proves the copy, and for a move then deletes the source. What an earlier run has begun is gone on
 * with: its target and choice hold, its open upload is aborted, and a copy that is there and proven is not made again.
 */
export async function copyOne(
  context: TransferContext,
  request: CopyRequest,
  route: CopyRoute,
  item: CopyItem,
  wanted: DecidedClash,
): Promise<ItemOutcome> {
  const { notes } = context;
  const name = item.from.key;
  const earlier = findCopyNote(context, name);
  if (earlier === undefined) await refuseOnto(context, request, route, item);
  else if (await isCopied(context, request, route, item, earlier)) return { kind: 'done' };
  try {
    const outcome = await copyAnew(context, request, route, item, earlier?.clash ?? wanted, earlier);
    notes.removeItem(name);
    return outcome;
  } catch (thrown) {
    // An upload that could not be aborted stays noted: somebody has to abort it some time.
    if (!context.keepsTraces(thrown) && findCopyNote(context, name)?.uploadId === undefined) notes.removeItem(name);
    throw thrown;
  }
}

async function copyAnew(
  context: TransferContext,
  request: CopyRequest,
  route: CopyRoute,
  item: CopyItem,
  clash: DecidedClash,
  earlier: CopyNote | undefined,
): Promise<ItemOutcome> {
  const { bucket } = request.target;
  for (let attempt = 1; ; attempt++) {
    const target =
      earlier !== undefined && attempt === 1
        ? { bucket: earlier.bucket, key: earlier.key }
        : await chooseTarget(context, request, route, item, clash);
    if (target === undefined) return { kind: 'exists', detail: `an object "${item.targetKey}" exists` };
    const note: CopyNote = { kind: 'copy', name: item.from.key, ...target, clash, isVerified: false };
    context.notes.putItem(note);
    try {
      await copyTo(context, request, route, item, note);
      return { kind: 'done' };
    } catch (thrown) {
      if (!isTaken(thrown) || context.signal.aborted) throw thrown;
      // The service says the same of a source that is another one by now.
      if ((await findObject(context.client, target, context.signal)) === undefined) throw sourceChanged(item, thrown);
      if (clash === 'skip') return { kind: 'exists', detail: `an object "${target.key}" exists` };
      if (clash !== 'keepBoth' || attempt === mostAttempts) throw alreadyExists(bucket, target.key);
    }
  }
}

/**
 * Aborts the upload that an earlier run has left, and answers whether its copy is there, proven by its bytes: then the
 * source of a move is deleted. The proof is made again in any case, since the source may be another one by now.
 */
async function isCopied(
  context: TransferContext,
  request: CopyRequest,
  { source }: CopyRoute,
  item: CopyItem,
  earlier: CopyNote,
): Promise<boolean> {
  const { client, notes, signal, transfer } = context;
  const { bucket, key, uploadId, ...rest } = earlier;
  const target = { bucket, key };
  if (uploadId !== undefined) {
    await inConnection(context, signal, () => client.abortMultipartUpload(target, uploadId, signal));
    notes.putItem({ ...rest, ...target });
  }
  const found = await inConnection(context, signal, () => findObject(client, target, signal));
  if (found?.sizeBytes !== item.object.sizeBytes) return false;
  const info = item.info ?? (await sourceInfo(context, source, item));
  try {
    await proveCopy(context, source, { source: info, from: item.from, target }, { isProven: false, isMove: true });
  } catch (thrown) {
    if (thrown instanceof CosFailure && thrown.error.reason === 'integrity') return false;
    throw thrown;
  }
  transfer.addBytesBefore(item.object.sizeBytes);
  if (request.deleteSource) await deleteSource(context, source, item, earlier);
  notes.removeItem(item.from.key);
  return true;
}

/** Deletes the source of a move whose copy is proven, unless it changed or another engine goes on with the transfer. */
async function deleteSource(
  context: TransferContext,
  source: TransferEnd,
  item: CopyItem,
  { uploadId: _settled, ...note }: CopyNote,
): Promise<void> {
  context.notes.putItem({ ...note, isVerified: true });
  context.notes.assertHeld();
  await deleteUnchanged(context, source, item.from, item.object);
}

async function sourceInfo({ signal }: TransferContext, end: TransferEnd, item: CopyItem): Promise<ObjectInfo> {
  const info = await inConnection(end, signal, () => end.client.headObject(item.from, signal));
  if (info.etag !== item.object.etag || info.sizeBytes !== item.object.sizeBytes) throw sourceChanged(item);
  return info;
}

/**
 * A bucket may be reached through two connections: then an object moved to its own key would be deleted. Two objects of
 * one key, size, ETag and time in buckets of one name are taken for the same.
 */
async function refuseOnto(
  context: TransferContext,
  request: CopyRequest,
  route: CopyRoute,
  { from, targetKey, object }: CopyItem,
): Promise<void> {
  const { client, signal } = context;
  if (route.isOneService || from.bucket !== request.target.bucket || from.key !== targetKey) return;
  const found = await inConnection(context, signal, () =>
    findObject(client, { bucket: from.bucket, key: targetKey }, signal),
  );
  const seconds = (timeMs: number): number => Math.floor(timeMs / 1000);
  const isSame =
    found?.etag === object.etag &&
    found.sizeBytes === object.sizeBytes &&
    seconds(found.modifiedAtMs) === seconds(object.modifiedAtMs);
  if (!isSame) return;
  throw new CosFailure({
    kind: 'invalid',
    op: 'CopyObject',
    bucket: from.bucket,
    key: from.key,
    retry: 'never',
    detail: `"${from.key}" is the same object through both connections; it was left as it is`,
  });
}

/** The object to write, or undefined to skip. A single request has its own condition and needs no question before. */
async function chooseTarget(
  context: TransferContext,
  request: CopyRequest,
  route: CopyRoute,
  item: CopyItem,
  clash: DecidedClash,
): Promise<ObjectAddress | undefined> {
  const { client, signal } = context;
  const wanted = { bucket: request.target.bucket, key: item.targetKey };
  const isOneRequest = route.isServerSide && item.object.sizeBytes <= smallBytes(context, route);
  if (clash === 'replace' || (isOneRequest && clash !== 'keepBoth')) return wanted;
  const found = await inConnection(context, signal, () => findObject(client, wanted, signal));
  if (found === undefined) return wanted;
  switch (clash) {
    case 'skip':
      return undefined;
    case 'fail':
      throw alreadyExists(wanted.bucket, wanted.key);
    case 'keepBoth':
      return { ...wanted, key: await freeKey(client, wanted.bucket, (n) => numberedName(wanted.key, n), signal) };
  }
}

async function copyTo(
  context: TransferContext,
  request: CopyRequest,
  route: CopyRoute,
  item: CopyItem,
  note: CopyNote,
): Promise<void> {
  const { source } = route;
  const target = { bucket: note.bucket, key: note.key };
  const isPlain = isMd5(item.object.etag) && item.object.sizeBytes <= multipartLimits.maxSinglePutBytes;
  const needsInfo = request.deleteSource || !route.isServerSide || !isPlain || request.protection === 'keep';
  const head = () => sourceInfo(context, source, item);
  const info = item.info ?? (needsInfo ? await head() : undefined);
  const lock = request.protection === 'keep' && info !== undefined ? lockOf(info, context.nowMs()) : undefined;
  const made = await makeCopy(context, route, item, info ?? head, note, { lock, wish: request.protection });
  if (lock !== undefined) await proveLocked(context, item.from, target, lock);
  const sameMd5 = isPlain && made.etag === item.object.etag;
  if (request.deleteSource || !(sameMd5 || made.isProven)) {
    const pair = { source: info ?? (await head()), from: item.from, target };
    await proveCopy(context, source, pair, { isProven: made.isProven, isMove: request.deleteSource });
  }
  if (request.deleteSource) await deleteSource(context, source, item, note);
}

/** What a copy left behind; `isProven`: its bytes were compared on their way. */
interface Made {
  readonly etag: string;
  readonly isProven: boolean;
}

async function makeCopy(
  context: TransferContext,
  route: CopyRoute,
  item: CopyItem,
  known: ObjectInfo | (() => Promise<ObjectInfo>),
  note: CopyNote,
  { lock, wish }: { readonly lock: KeptLock | undefined; readonly wish: CopyProtection | undefined },
): Promise<Made> {
  const condition: WriteCondition = note.clash === 'replace' ? { kind: 'always' } : { kind: 'ifAbsent' };
  const infoOf = async (): Promise<ObjectInfo> => (typeof known === 'function' ? await known() : known);
  const how = { condition, ...(wish === undefined ? {} : { protection: wish }) };
  if (!route.isServerSide) return await streamObject(context, route.source, item.from, await infoOf(), note, how);
  const copyByParts = async (partBytes: number): Promise<Made> => {
    const { etag } = await copyParts(context, item.from, note, await infoOf(), how, partBytes);
    return { etag, isProven: false };
  };
  try {
    if (item.object.sizeBytes > multipartLimits.maxSinglePutBytes) return await copyByParts(copyPartBytes);
    const { etag } = await copyWhole(
      context,
      item,
      { bucket: note.bucket, key: note.key },
      {
        condition,
        ...(lock === undefined ? {} : { lock }),
        ...(wish === 'bucketDefault' ? { retention: wish } : {}),
      },
    );
    context.transfer.addBytes(item.object.sizeBytes);
    return { etag, isProven: false };
  } catch (thrown) {
    if (!(thrown instanceof CosFailure) || context.signal.aborted) throw thrown;
    // Some services copy less than 5 GiB at once.
    if (thrown.error.code === 'EntityTooLarge' && item.object.sizeBytes > 0) {
      return await copyByParts(context.partBytes);
    }
    if (!cannotReach(thrown, context, route)) throw thrown;
    route.isServerSide = false;
    return await streamObject(context, route.source, item.from, await infoOf(), note, how);
  }
}

async function copyWhole(
  context: TransferContext,
  item: CopyItem,
  target: ObjectAddress,
  copy: CopyOptions,
): Promise<Pick<WriteOutcome, 'etag'>> {
  const { client, signal } = context;
  // A copy that is cut may have happened; without a copy there is nothing to undo.
  const patient = lateSignal(signal, graceMs);
  const options = { ifMatch: item.object.etag, ...copy };
  try {
    return await inConnection(context, signal, () => client.copyObject(item.from, target, options, patient));
  } catch (thrown) {
    // Its answer was lost: what was absent before and is the source's MD5 now was made by it.
    const isLost =
      thrown instanceof CosFailure && thrown.error.kind === 'network' && copy.condition.kind === 'ifAbsent';
    if (!isLost || signal.aborted || !isMd5(item.object.etag)) throw thrown;
    const found = await findObject(client, target, signal);
    if (found?.etag !== item.object.etag || found.sizeBytes !== item.object.sizeBytes) throw thrown;
    return found;
  }
}

async function copyParts(
  context: TransferContext,
  from: ObjectAddress,
  note: CopyNote,
  source: ObjectInfo,
  { condition, protection }: CopyWays,
  partBytes: number,
): Promise<Pick<WriteOutcome, 'etag'>> {
  const { client, notes, signal, transfer } = context;
  const to = { bucket: note.bucket, key: note.key };
  const tags = source.tagCount > 0 ? await client.getTags(from, signal) : {};
  const controls = keptControls(source, protection, from, context.nowMs());
  const attributes = { headers: source.headers, metadata: source.metadata, tags, ...controls };
  const patient = lateSignal(signal, graceMs);
  const uploadId = await beginCopyUpload(context, note, attributes, patient);
  const settle = () => notes.putItem(note);
  try {
    const parts: UploadedPart[] = [];
    await runParts(planParts(source.sizeBytes, partBytes), signal, async (part, partSignal) => {
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
    const made = await client.completeMultipartUpload(
      to,
      uploadId,
      parts,
      { condition, ...controls.controls },
      patient,
    );
    settle();
    return made;
  } catch (thrown) {
    if (context.keepsTraces(thrown)) throw thrown; // the next run aborts it
    throw await abortAfter(context, to, uploadId, settle, thrown);
  }
}

/**
 * Whether the service cannot copy between these two although it shows both: buckets of locations that do not see each
 * other, or keys of one connection that the other one's identity may not read.
 */
function cannotReach({ error }: CosFailure, context: TransferContext, { source }: CopyRoute): boolean {
  if (error.code === 'NoSuchBucket' || error.reason === 'noSuchBucket' || error.kind === 'unsupported') return true;
  return error.kind === 'denied' && source.client !== context.client;
}

function isTaken(thrown: unknown): boolean {
  return (
    thrown instanceof CosFailure && thrown.error.kind === 'preconditionFailed' && thrown.error.op !== 'DeleteObject'
  );
}

function sourceChanged({ from }: CopyItem, cause?: unknown): CosFailure {
  return new CosFailure(
    {
      kind: 'preconditionFailed',
      op: 'CopyObject',
      reason: 'changedMeanwhile',
      bucket: from.bucket,
      key: from.key,
      retry: 'later',
      detail: `"${from.key}" changed while it was being copied; the copy was not kept`,
    },
    { cause },
  );
}
