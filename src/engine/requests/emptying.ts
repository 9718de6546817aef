import type { BucketName, ObjectKey, UploadId } from '../../model/ids';
import { withEverythingExpiring } from '../../model/lifecycle';
import { deletability, type Protection } from '../../model/protection';
import type { BucketCensus, EmptyingRequests } from '../../protocol/emptying';
import type { EngineClock } from '../clock';
import type { FullCosClient } from '../cos/fullClient';
import type { EngineHandlers } from '../engine';
import { CosFailure } from '../failure';
import { objectPages, versionPages } from '../pages';
import type { ClientFor } from './buckets';
import { listUploads } from './uploads';

/** Objects or versions whose protection is looked at; each takes a request. */
const mostLooked = 100;
const atOnce = 6;

/** What the requests work with besides clients. */
export interface EmptyingSurroundings {
  readonly runningUploads: () => ReadonlySet<UploadId>;
  readonly clock: EngineClock;
}

/** Requests about emptying buckets. */
export function createEmptyingHandlers(
  clientFor: ClientFor,
  { runningUploads, clock }: EmptyingSurroundings,
): Pick<EngineHandlers, keyof EmptyingRequests> {
  return {
    'buckets/census': async ({ connectionId, bucket, limit }, signal) => {
      const client = await clientFor(connectionId, signal);
      const versioning = await client.getVersioning(bucket, signal).catch(orUnknown);
      const listed =
        versioning === 'never'
          ? await countObjects(client, bucket, limit, signal)
          : await countVersions(client, bucket, limit, signal);
      const { uploads, isComplete } = await listUploads(client, bucket, limit, signal);
      const running = runningUploads();
      const mechanism = await client.getMechanism(bucket, signal);
      const sample =
        mechanism === 'none' ? undefined : await sampleOf(client, bucket, listed.first, clock.nowMs(), signal);
      return {
        versioning,
        ...listed.counts,
        uploads: uploads.length,
        runningUploads: uploads.filter(({ uploadId }) => running.has(uploadId)).length,
        isComplete: listed.isComplete && isComplete,
        mechanism,
        ...(sample === undefined ? {} : { sample }),
      };
    },
    'buckets/expireEverything': async ({ connectionId, bucket, hasVersions }, signal) => {
      const client = await clientFor(connectionId, signal);
      const { rules, unknownElements } = await client.getLifecycle(bucket, signal);
      if (unknownElements.length > 0) {
        const detail = `The lifecycle of "${bucket}" has parts that would be lost: ${unknownElements.join(', ')}.`;
        throw new CosFailure({ kind: 'unsupported', op: 'buckets/expireEverything', bucket, retry: 'never', detail });
      }
      await client.putLifecycle(bucket, withEverythingExpiring(rules, hasVersions), signal);
      return null;
    },
  };
}

function orUnknown(error: unknown): 'unknown' {
  if (error instanceof CosFailure && error.error.kind === 'denied') return 'unknown';
  throw error;
}

interface Counted {
  readonly counts: Pick<BucketCensus, 'objects' | 'oldVersions' | 'deleteMarkers' | 'bytes'>;
  readonly isComplete: boolean;
  /** The first of what could be protected. */
  readonly first: readonly { readonly key: ObjectKey; readonly versionId?: string }[];
}

interface Found {
  readonly key: ObjectKey;
  readonly versionId?: string;
  readonly what: 'objects' | 'oldVersions' | 'deleteMarkers';
  readonly sizeBytes: number;
}

/** Counts page after page, until there are more than `limit`. */
async function count<Page>(
  limit: number,
  pages: AsyncIterable<Page>,
  foundIn: (page: Page) => readonly Found[],
): Promise<Counted> {
  const counts = { objects: 0, oldVersions: 0, deleteMarkers: 0, bytes: 0 };
  const first: { readonly key: ObjectKey; readonly versionId?: string }[] = [];
  let seen = 0;
  for await (const page of pages) {
    for (const { key, versionId, what, sizeBytes } of foundIn(page)) {
      if (seen >= limit) return { counts, isComplete: false, first };
      seen += 1;
      counts[what] += 1;
      counts.bytes += sizeBytes;
      if (what === 'deleteMarkers' || first.length >= mostLooked) continue;
      first.push({ key, ...(versionId === undefined ? {} : { versionId }) });
    }
  }
  return { counts, isComplete: true, first };
}

const everything = { prefix: '', delimiter: '' } as const;

function countObjects(client: FullCosClient, bucket: BucketName, limit: number, signal: AbortSignal): Promise<Counted> {
  const pages = objectPages(bucket, everything, (query) => client.listPage(bucket, query, signal));
  return count(limit, pages, ({ objects }) =>
    objects.map(({ key, sizeBytes }) => ({ key, what: 'objects', sizeBytes })),
  );
}

function countVersions(
  client: FullCosClient,
  bucket: BucketName,
  limit: number,
  signal: AbortSignal,
): Promise<Counted> {
  const pages = versionPages(bucket, everything, (query) => client.listVersions(bucket, query, signal));
  return count(limit, pages, ({ versions }) =>
    versions.map((version): Found => {
      const { key, versionId } = version;
      if (version.kind === 'deleteMarker') return { key, versionId, what: 'deleteMarkers', sizeBytes: 0 };
      const { isLatest, sizeBytes } = version;
      return { key, versionId, what: isLatest ? 'objects' : 'oldVersions', sizeBytes };
    }),
  );
}

/** What of the first objects the service would refuse to delete. Those that it does not tell of count as not looked at. */
async function sampleOf(
  client: FullCosClient,
  bucket: BucketName,
  objects: Counted['first'],
  nowMs: number,
  signal: AbortSignal,
): Promise<NonNullable<BucketCensus['sample']>> {
  const found: Protection[] = [];
  const queue = objects.values();
  const lane = async (): Promise<void> => {
    for (const object of queue) {
      try {
        found.push(await client.getProtection({ bucket, ...object }, signal));
      } catch (error) {
        if (!(error instanceof CosFailure) || error.error.kind === 'cancelled') throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
  const held = found.map((each) => deletability(each, nowMs)).filter(({ kind }) => kind !== 'now');
  const dates = held.flatMap((each) => (each.kind === 'at' ? [each.atMs] : []));
  const hasDate = held.length > 0 && dates.length === held.length;
  return { looked: found.length, protected: held.length, ...(hasDate ? { untilMs: Math.max(...dates) } : {}) };
}
