import { keyProblem, objectKey, type ObjectKey } from '../../model/ids';
import { numberedName, prefixToStrip } from '../../model/localNames';
import { multipartLimits } from '../../model/partPlan';
import type { ObjectInfo, ObjectSummary } from '../../model/objectInfo';
import type { ItemSkip } from '../../model/transferState';
import type { TransferRequest } from '../../protocol/requests';
import type { ObjectAddress } from '../cos/client';
import { CosFailure } from '../failure';
import { inConnection, throwIfCutOff, type TransferContext, type TransferEnd } from './context';
import type { AccessLists } from './accessLists';
import { errorOf } from './localFailure';
import { nameChoice } from './nameFilter';
import { objectsBelow } from './selection';
import { findObject } from '../cos/absence';

/** The request of copies or moves. */
export type CopyRequest = Extract<TransferRequest, { kind: 'copy' }>;

/** Where copies come from and how they are made. */
export interface CopyRoute {
  readonly source: TransferEnd;
  /** Whether the service copies by itself; it may turn out while copying that it does not. */
  isServerSide: boolean;
  readonly isOneService: boolean;
  readonly accessLists: AccessLists;
}

/** One object on its way. */
export interface CopyItem {
  readonly from: ObjectAddress;
  readonly targetKey: ObjectKey;
  /** What a listing, or for single objects a HEAD, says of the source. */
  readonly object: ObjectSummary;
  readonly info?: ObjectInfo;
}

/** A folder, or the single objects of the request, and where they go. */
interface Root {
  readonly prefix: string;
  readonly targetPrefix: string;
}

/** HEADs of single objects that are under way at once; the connection's own limit holds besides. */
const headsAtOnce = 16;

/** Refuses what can be seen to be impossible before anything is asked of the service. */
export function refuseImpossible(request: CopyRequest, route: CopyRoute, isSourceReadOnly: boolean): void {
  const { source, target, deleteSource } = request;
  const isOne = source.keys.length === 1 && source.prefixes.length === 0;
  if (target.key !== undefined && !isOne) throw refused(request, 'only a single object can be given a new key');
  if (source.versionId !== undefined && (!isOne || deleteSource)) {
    throw refused(request, 'a version of an object can only be copied, one at a time');
  }
  if (deleteSource && isSourceReadOnly) {
    throw refused(request, 'what is moved is deleted at its old place, and that connection is marked read-only', {
      kind: 'denied',
      reason: 'readOnlyConnection',
    });
  }
  // Buckets of one name may be one bucket behind two connections: there, too, a folder must not grow while it is listed.
  if (source.bucket !== target.bucket) return;
  for (const prefix of source.prefixes) {
    const to = targetPrefixOf(request, prefix);
    if (to === prefix && (isDuplicate(request) || !route.isOneService)) continue;
    if (to === prefix) {
      throw refused(
        request,
        prefix === '' ? 'a bucket cannot be copied onto itself' : `the folder "${prefix}" is there already`,
      );
    }
    if (to.startsWith(prefix)) {
      const detail = prefix === '' ? 'a bucket cannot be copied' : `the folder "${prefix}" cannot be copied or moved`;
      throw refused(request, `${detail} into itself ("${to}")`);
    }
  }
  if (!route.isOneService) return;
  for (const key of source.keys) {
    if (source.versionId === undefined && targetKeyOf(request, key) === key && !isDuplicate(request)) {
      throw refused(request, `an object cannot be copied onto itself: "${key}" is there already`);
    }
  }
}

/** Finds what there is to copy, in the order of the request. Each object once, and no two to the same key. */
export async function* planCopy(
  context: TransferContext,
  request: CopyRequest,
  route: CopyRoute,
): AsyncGenerator<CopyItem> {
  const { source, target } = request;
  const choice = nameChoice(request.filter);
  const isTaken = ({ targetKey }: CopyItem): boolean => choice.takes(targetKey.slice(target.prefix.length));
  const outermost = [...new Set(source.prefixes)].filter(
    (prefix) => !source.prefixes.some((other) => other !== prefix && prefix.startsWith(other)),
  );
  const keys = [...new Set(source.keys)].filter((key) => !outermost.some((prefix) => key.startsWith(prefix)));
  // One folder alone cannot meet itself: only several need their targets remembered.
  const taken = outermost.length + keys.length > 1 ? new Map<string, string>() : undefined;
  for (let at = 0; at < keys.length; at += headsAtOnce) {
    const found = await Promise.all(
      keys.slice(at, at + headsAtOnce).map((key) => headOf(context, request, route, key)),
    );
    for (const item of found) {
      if (item !== undefined && isTaken(item) && accept(context, item, taken)) yield item;
    }
  }
  for (const prefix of outermost) {
    const root = await rootOf(context, request, route, prefix);
    for await (const item of below(context, request, route, root)) {
      if (isTaken(item) && accept(context, item, taken)) yield item;
    }
  }
  context.transfer.noteUnmatched(choice.unmatched());
}

/** Whether another of the request's sources may go to the same key. */
export function mayMeet(request: CopyRequest, { from, targetKey }: CopyItem): boolean {
  const { keys, prefixes } = request.source;
  return (
    keys.some((key) => key !== from.key && targetKeyOf(request, key) === targetKey) ||
    prefixes.some((prefix) => !from.key.startsWith(prefix) && targetKey.startsWith(targetPrefixOf(request, prefix)))
  );
}

/** What is moved in one request, and so many at once. */
export function smallBytes(context: TransferContext, { isServerSide }: CopyRoute): number {
  return isServerSide ? multipartLimits.maxSinglePutBytes : context.partBytes;
}

/** The prefixes that copies of folders will have, to look for what exists there. */
export function targetPrefixes(request: CopyRequest): readonly string[] {
  return request.source.prefixes.map((prefix) => targetPrefixOf(request, prefix));
}

async function headOf(
  context: TransferContext,
  request: CopyRequest,
  { source }: CopyRoute,
  key: ObjectKey,
): Promise<CopyItem | undefined> {
  const { bucket, versionId } = request.source;
  const from = { bucket, key, ...(versionId === undefined ? {} : { versionId }) };
  try {
    const info = await inConnection(source, context.signal, () => source.client.headObject(from, context.signal));
    return { from, targetKey: objectKey(targetKeyOf(request, key)), object: info, info };
  } catch (thrown) {
    const error = errorOf('copy', thrown);
    if (context.signal.aborted || error.kind === 'signInNeeded' || error.reason === 'noSuchBucket') throw thrown;
    await throwIfCutOff(context, error, thrown);
    if (error.kind === 'notFound' && wasCopied(context, request, key)) return undefined;
    context.transfer.addPlanFailure({ name: key, error });
    return undefined;
  }
}

/** Whether an earlier run is done with an object whose source is gone; books it where the run's own sum lacks it. */
function wasCopied({ notes, run, transfer }: TransferContext, request: CopyRequest, key: ObjectKey): boolean {
  if (run === 'first') return false;
  const note = notes.findItem(key);
  const isDone = notes.outcomeOf(key) === 'done';
  const isMoved = request.deleteSource && note?.kind === 'copy' && note.isVerified;
  if (!isDone && !isMoved) return false;
  if (!isDone || !request.deleteSource) {
    transfer.addPlanned(0);
    transfer.addDone();
  }
  notes.removeItem(key);
  notes.putOutcome(key, 'done');
  return true;
}

async function* below(
  context: TransferContext,
  request: CopyRequest,
  { source }: CopyRoute,
  root: Root,
): AsyncGenerator<CopyItem> {
  const { bucket } = request.source;
  const objects = objectsBelow({ ...source, signal: context.signal }, bucket, root.prefix);
  for await (const object of objects) {
    const targetKey = objectKey(root.targetPrefix + object.key.slice(root.prefix.length));
    yield { from: { bucket, key: object.key }, targetKey, object };
  }
}

/** Books an item, or leaves it out with the reason. */
function accept({ transfer }: TransferContext, item: CopyItem, taken: Map<string, string> | undefined): boolean {
  const { key } = item.from;
  const skip = (reason: ItemSkip['reason'], detail: string): false => {
    transfer.addPlanned(0);
    transfer.addSkip({ name: key, reason, detail });
    return false;
  };
  switch (keyProblem(item.targetKey)) {
    case 'empty':
      return skip('unsafeName', 'it stands for the folder itself, which has no name at the top of a bucket');
    case 'tooLong':
      return skip('keyTooLong', 'its new key would be longer than 1,024 bytes');
    case 'notUnicode':
      return skip('notUnicode', 'its new key would not be valid Unicode text');
    case undefined:
      break;
  }
  const first = taken?.get(item.targetKey);
  if (first !== undefined) return skip('nameCollision', `"${first}" goes to the same key "${item.targetKey}"`);
  taken?.set(item.targetKey, key);
  transfer.addPlanned(item.object.sizeBytes);
  return true;
}

/** A folder that is copied to where it lies gets a number as a whole. */
async function rootOf(context: TransferContext, request: CopyRequest, route: CopyRoute, prefix: string): Promise<Root> {
  const targetPrefix = targetPrefixOf(request, prefix);
  if (targetPrefix !== prefix || !isSamePlace(request, route)) return { prefix, targetPrefix };
  const { client, notes, signal } = context;
  const name = `\0${prefix}`; // no key of a listing begins so: the folder's own object has the prefix as its name
  const earlier = notes.findItem(name);
  if (earlier?.kind === 'copiedFolder') return { prefix, targetPrefix: earlier.targetPrefix };
  for (let n = 1; n <= 1000; n++) {
    const numbered = `${numberedName(prefix.slice(0, -1), n)}/`;
    const query = { prefix: numbered, delimiter: '', maxKeys: 1 } as const;
    const page = await inConnection(context, signal, () => client.listPage(request.target.bucket, query, signal));
    const object = { bucket: request.target.bucket, key: objectKey(numbered.slice(0, -1)) };
    if (page.objects.length === 0 && (await findObject(client, object, signal)) === undefined) {
      notes.putItem({ kind: 'copiedFolder', name, targetPrefix: numbered });
      return { prefix, targetPrefix: numbered };
    }
  }
  throw refused(request, `no free name like "${numberedName(prefix, 1)}" was found`, { kind: 'conflict' });
}

/** Whether source and target are the same bucket, as far as can be told. */
function isSamePlace({ source, target }: CopyRequest, { isOneService }: CopyRoute): boolean {
  return isOneService && source.bucket === target.bucket;
}

/** Copies to where the source lies get another name; moves there make no sense. */
function isDuplicate({ clash, deleteSource }: CopyRequest): boolean {
  return clash === 'keepBoth' && !deleteSource;
}

function targetKeyOf({ target }: CopyRequest, key: string): string {
  return target.key ?? target.prefix + key.slice(prefixToStrip(key, 'lastSegment').length);
}

function targetPrefixOf({ source, target }: CopyRequest, prefix: string): string {
  if (source.contentsOnly === true) return target.prefix;
  return target.prefix + prefix.slice(prefixToStrip(prefix, 'lastSegment').length);
}

function refused(
  request: CopyRequest,
  detail: string,
  more: Partial<Pick<CosFailure['error'], 'kind' | 'reason'>> = {},
): CosFailure {
  const { bucket, keys, prefixes } = request.source;
  const key = keys[0] ?? prefixes[0] ?? '';
  return new CosFailure({ kind: 'invalid', op: 'CopyObject', bucket, key, retry: 'never', detail, ...more });
}
