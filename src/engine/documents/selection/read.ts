import { isAbsent } from '../../cos/absence';
import { shownEntries } from '../../../system/headerWords';
import { maxSelectionNames, type DocumentSubject } from '../../../model/configDocument';
import { objectKey, type BucketName, type ObjectKey } from '../../../model/ids';
import { CosFailure } from '../../failure';
import { objectPages } from '../../pages';
import { outermostPrefixes } from '../../transfers/selection';
import type { DocumentContext } from '../kind';
import type { SelectedObject, SelectionState } from './state';

/** Objects that are looked at, each with a few requests. */
const maxLooked = maxSelectionNames;
/** Objects that are looked at at the same time. */
const parallel = 8;
/** Pages of listing, in all, after which the rest is not counted. */
const maxPages = 10;

/** Looks at the objects of a selection: all that are named, and the first below each prefix, until there are enough. */
export async function readSelection(
  { bucket, keys, prefixes }: DocumentSubject & { kind: 'selection' },
  { client, nowMs }: DocumentContext,
  signal: AbortSignal,
): Promise<SelectionState> {
  const outermost = outermostPrefixes(prefixes);
  const named = [...new Set(keys)].filter((key) => !outermost.some((prefix) => key.startsWith(prefix)));
  if (named.length + outermost.length > maxSelectionNames) {
    const detail = `A document shows at most ${maxSelectionNames} selected objects and folders.`;
    throw new CosFailure({ kind: 'invalid', op: 'documents/open', bucket, retry: 'never', detail });
  }
  const below = await firstBelow(client, bucket, outermost, maxLooked - named.length, signal);
  const looked = await lookAt(client, bucket, [...named, ...below.keys], signal);
  const { objects, gone, unseen, firstFailure } = looked;
  if (objects.length === 0) {
    throw firstFailure ?? new CosFailure(nothingThere(bucket));
  }
  return {
    objects,
    gone: named.filter((key) => gone.has(key)),
    unseen,
    count: { objects: named.length + below.count - gone.size, isComplete: below.isComplete },
    readAtMs: nowMs,
    isReadOnlyConnection: client.isReadOnly,
  };
}

function nothingThere(bucket: BucketName): CosFailure['error'] {
  const detail = 'There is no object in what is selected.';
  return { kind: 'notFound', op: 'documents/open', bucket, retry: 'never', detail };
}

interface Below {
  readonly keys: readonly ObjectKey[];
  readonly count: number;
  readonly isComplete: boolean;
}

/** The first objects below prefixes, and how many there are, as far as some pages tell. */
async function firstBelow(
  client: DocumentContext['client'],
  bucket: BucketName,
  prefixes: readonly string[],
  limit: number,
  signal: AbortSignal,
): Promise<Below> {
  const keys: ObjectKey[] = [];
  let count = 0;
  let read = 0;
  const mostRead = Math.max(maxPages, prefixes.length);
  for (const prefix of prefixes) {
    if (read >= mostRead) return { keys, count, isComplete: false };
    const pages = objectPages(bucket, { prefix, delimiter: '' }, (query) => client.listPage(bucket, query, signal));
    for await (const page of pages) {
      read += 1;
      keys.push(...page.objects.slice(0, Math.max(0, limit - keys.length)).map(({ key }) => objectKey(key)));
      count += page.objects.length;
      if (page.nextCursor !== undefined && read >= mostRead) return { keys, count, isComplete: false };
    }
  }
  return { keys, count, isComplete: true };
}

interface Looked {
  readonly objects: readonly SelectedObject[];
  readonly gone: ReadonlySet<ObjectKey>;
  readonly unseen: SelectionState['unseen'];
  readonly firstFailure?: CosFailure;
}

/** Looks at each, some at a time. One that cannot be looked at is no reason to show nothing of the others. */
async function lookAt(
  client: DocumentContext['client'],
  bucket: BucketName,
  keys: readonly ObjectKey[],
  signal: AbortSignal,
): Promise<Looked> {
  const found = new Map<ObjectKey, SelectedObject>();
  const gone = new Set<ObjectKey>();
  const failures = new Map<ObjectKey, CosFailure>();
  const waiting = keys.values();
  const lane = async (): Promise<void> => {
    for (const key of waiting) {
      try {
        found.set(key, await stateOf(client, bucket, key, signal));
      } catch (error) {
        if (!(error instanceof CosFailure) || endsAll(error)) throw error;
        if (isAbsent(error)) gone.add(key);
        else failures.set(key, error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, keys.length) }, lane));
  const [firstFailure] = failures.values();
  return {
    objects: keys.flatMap((key) => found.get(key) ?? []),
    gone,
    unseen: [...failures].map(([key, { error }]) => ({ key, cause: error.code ?? error.kind })),
    ...(firstFailure === undefined ? {} : { firstFailure }),
  };
}

/** What meets every other object as well. */
function endsAll({ error }: CosFailure): boolean {
  return ['cancelled', 'signInNeeded', 'network', 'tls'].includes(error.kind) || error.reason === 'noSuchBucket';
}

async function stateOf(
  client: DocumentContext['client'],
  bucket: BucketName,
  key: ObjectKey,
  signal: AbortSignal,
): Promise<SelectedObject> {
  const { info, tags, acl, protection, archive } = await client.getObjectState({ bucket, key }, signal);
  const { etag, modifiedAtMs, sizeBytes, headers, metadata } = info;
  return {
    key,
    etag,
    modifiedAtMs,
    sizeBytes,
    headers,
    metadata: shownEntries(metadata),
    ...(tags === undefined ? {} : { tags }),
    ...(acl === undefined ? {} : { acl }),
    ...(protection === undefined ? {} : { protection }),
    isArchived: archive.kind !== 'active',
  };
}
