import { numberedName } from '../../model/localNames';
import type { ObjectInfo, ObjectSummary } from '../../model/objectInfo';
import { multipartLimits } from '../../model/partPlan';
import { checksumAlgorithms, type Verdict } from '../../model/verdict';
import { isReplaceRefused } from '../../model/protection';
import type { CopyProtection, WriteCondition, WriteOutcome } from '../../protocol/requests';
import type { CopyOptions, ObjectAddress } from '../cos/client';
import { lacksGrants, writeWithAcl, type KeptAcl } from '../cos/keptAcl';
import { CosFailure, mayBeOwnWork } from '../failure';
import { compareWith, type Untold } from '../proof/arrival';
import { arrivalUnknown, isUnclear, notAsked } from '../proof/arrivalUnknown';
import { wholeChecksum } from '../proof/expected';
import { sentObject } from '../proof/sentBytes';
import type { DecidedClash } from './clash';
import { inConnection, type ItemOutcome, type TransferContext } from './context';
import { hasAllOf, verdictOfEarlier } from './copyAgain';
import { findCopyNote, type CopyNote } from './copyNote';
import { copyParts } from './copyParts';
import { smallBytes, type CopyItem, type CopyRequest, type CopyRoute } from './copyPlan';
import { isMd5, proveCopy } from './copyProof';
import { deleteSource, refuseOnto, sourceChanged, sourceInfo } from './sourceObject';
import { streamObject } from './copyStream';
import { accessOfCopy, proveAccess } from './keptAccess';
import {
  lacksHold,
  lockOf,
  proveLocked,
  proveRetained,
  retentionOfSource,
  type KeptLock,
  type ReadRetention,
} from './keptProtection';
import { isHalfMade } from './notes';
import { findObject } from '../cos/absence';
import { alreadyExists, freeKey } from './remoteClash';

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
  else {
    const verdict = await verdictOfEarlier(context, request, route, item, earlier);
    if (verdict !== undefined) return { kind: 'done', verdict };
  }
  try {
    const outcome = await copyAnew(context, request, route, item, earlier?.clash ?? wanted, earlier);
    notes.removeItem(name);
    return outcome;
  } catch (thrown) {
    // An upload that could not be aborted stays noted: somebody has to abort it some time. So does a copy that lacks a hold or grants.
    const note = findCopyNote(context, name);
    const isOpen = note !== undefined && isHalfMade(note);
    const isToMend = lacksHold(thrown) || lacksGrants(thrown);
    if (!context.keepsTraces(thrown) && !isOpen && !isToMend) notes.removeItem(name);
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
      return { kind: 'done', verdict: await copyTo(context, request, route, item, note) };
    } catch (thrown) {
      if (!isTaken(thrown) || context.signal.aborted) throw thrown;
      // What may be replaced refuses nothing.
      if (clash === 'replace') throw sourceChanged(item, thrown);
      // The service says the same of a source that is another one by now.
      if ((await findObject(context.client, target, context.signal)) === undefined) throw sourceChanged(item, thrown);
      if (clash === 'skip') return { kind: 'exists', detail: `an object "${target.key}" exists` };
      if (clash !== 'keepBoth' || attempt === mostAttempts) throw alreadyExists(bucket, target.key);
    }
  }
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
): Promise<Verdict> {
  const { source } = route;
  const target = { bucket: note.bucket, key: note.key };
  const isPlain = isMd5(item.object.etag) && item.object.sizeBytes <= multipartLimits.maxSinglePutBytes;
  const needsInfo = request.deleteSource || !route.isServerSide || !isPlain || request.protection === 'keep';
  const head = () => sourceInfo(context, source, item);
  const info = item.info ?? (needsInfo ? await head() : undefined);
  const lock = request.protection === 'keep' && info !== undefined ? lockOf(info, context.nowMs()) : undefined;
  const acl = await accessOfCopy(context, request, route, item.from);
  const retention = retentionOfSource(context, source, item.from);
  const wishes = { lock, acl, wish: request.protection, retention };
  const made = await writeWithAcl(target, acl, () => makeCopy(context, route, item, info ?? head, note, wishes));
  const { versionId } = made;
  await proveAccess(context, versionId === undefined ? target : { ...target, versionId }, made.etag, acl);
  if (lock !== undefined) await proveLocked(context, item.from, target, lock);
  const isRetained = info !== undefined && isReplaceRefused(info.protection, context.nowMs());
  if (request.protection === 'keep' && isRetained) await proveRetained(context, retention, item.from, target);
  if (!request.deleteSource) {
    if (made.proven !== undefined) return made.proven;
    if (isPlain && made.etag === item.object.etag) return { kind: 'verified', by: 'MD5', of: 'whole' };
  }
  const was = info ?? (await head());
  const pair = { source: was, from: item.from, target };
  const { deleteSource: isMove, incomparable } = request;
  const proven = made.proven === undefined ? {} : { proven: made.proven };
  const verdict = await proveCopy(context, source, pair, { isMove, incomparable, ...proven, isKnown: true });
  if (isMove) await deleteSource(context, source, item, was, note);
  return verdict;
}

/** What a copy left behind; `proven`: what vouches for its bytes where they were compared on their way. */
interface Made {
  readonly etag: string;
  readonly versionId?: string;
  readonly proven?: Verdict;
}

/** What a copy is to get beside what the service gives it. */
interface CopyWishes {
  readonly lock: KeptLock | undefined;
  readonly acl: KeptAcl | undefined;
  readonly wish: CopyProtection | undefined;
  readonly retention: ReadRetention;
}

async function makeCopy(
  context: TransferContext,
  route: CopyRoute,
  item: CopyItem,
  known: ObjectInfo | (() => Promise<ObjectInfo>),
  note: CopyNote,
  { lock, acl, wish, retention }: CopyWishes,
): Promise<Made> {
  const condition: WriteCondition = note.clash === 'replace' ? { kind: 'always' } : { kind: 'ifAbsent' };
  const infoOf = async (): Promise<ObjectInfo> => (typeof known === 'function' ? await known() : known);
  const access = acl === undefined ? {} : { acl };
  const how = { condition, retention, ...access, ...(wish === undefined ? {} : { protection: wish }) };
  if (!route.isServerSide) return await streamObject(context, route.source, item.from, await infoOf(), note, how);
  const copyByParts = async (partBytes: number): Promise<Made> => {
    const { etag } = await copyParts(context, item.from, note, await infoOf(), how, partBytes);
    return { etag };
  };
  try {
    if (item.object.sizeBytes > multipartLimits.maxSinglePutBytes) return await copyByParts(copyPartBytes);
    const made = await copyWhole(context, route, item, { bucket: note.bucket, key: note.key }, infoOf, {
      condition,
      ...checksumOf(item.info ?? item.object),
      ...access,
      ...(lock === undefined ? {} : { lock }),
      ...(wish === 'bucketDefault' ? { retention: wish } : {}),
    });
    context.transfer.addBytes(item.object.sizeBytes);
    return made;
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
  route: CopyRoute,
  item: CopyItem,
  target: ObjectAddress,
  infoOf: () => Promise<ObjectInfo>,
  copy: CopyOptions,
): Promise<Pick<WriteOutcome, 'etag' | 'versionId'>> {
  const { client, signal } = context;
  // A copy that is cut may have happened; without a copy there is nothing to undo.
  const patient = context.patient();
  const options = { ifMatch: item.object.etag, ...copy };
  try {
    return await inConnection(context, signal, () => client.copyObject(item.from, target, options, patient));
  } catch (thrown) {
    // A refusal is one, unless an attempt before may have made what it refuses.
    const isRefusal = isTaken(thrown) && !mayBeOwnWork(thrown);
    if (!(thrown instanceof CosFailure) || !isUnclear(thrown) || isRefusal || signal.aborted) throw thrown;
    const made = await madeAlready(context, route, item, target, infoOf).catch((cause: unknown) => {
      if (cause instanceof CosFailure && cause.error.reason === 'changedMeanwhile') throw cause;
      throw notAsked(thrown, target);
    });
    if (typeof made === 'string') throw arrivalUnknown('CopyObject', target, made, '', thrown);
    if (made === undefined) throw thrown;
    return made;
  }
}

/** The copy that an attempt has made whose answer was lost: it has the source's bytes, by a checksum, and all its attributes. */
async function madeAlready(
  context: TransferContext,
  { source }: CopyRoute,
  item: CopyItem,
  target: ObjectAddress,
  infoOf: () => Promise<ObjectInfo>,
): Promise<ObjectInfo | Untold | undefined> {
  const found = await findObject(context.client, target, context.signal);
  if (found === undefined) return undefined;
  const info = await infoOf();
  const compared = await compareWith(found, sentObject(info));
  if (compared.arrival === 'cannotTell') return compared.why;
  const of = { info, from: item.from };
  return compared.arrival === 'ours' && (await hasAllOf(context, source, of, { info: found, from: target }))
    ? found
    : undefined;
}

/** The checksum to ask for: the source's, where it has one of the whole. */
function checksumOf(object: ObjectSummary | ObjectInfo): Pick<CopyOptions, 'checksumAlgorithm'> {
  const listed = object.checksumType === 'FULL_OBJECT' ? object.checksumAlgorithm : undefined;
  const name = 'checksums' in object ? wholeChecksum(object)?.algorithm : listed;
  const checksumAlgorithm = checksumAlgorithms.find((algorithm) => algorithm === name);
  return checksumAlgorithm === undefined ? {} : { checksumAlgorithm };
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
