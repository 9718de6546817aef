import type { LocalServerInfo } from '../src/localServer/info';
import { bucketName, connectionId, objectKey, type BucketName } from '../src/model/ids';
import type { CosClient } from '../src/engine/cos/client';
import { createDirectClient } from '../test/fakes/directClient';
import { measure, median, rounded } from './measure';
import { findPrograms } from './programs';

const flatObjects = 100_000;
const folders = 10_000;
const parallelPuts = 16;

const flat = bucketName('bench-flat');
const deep = bucketName('bench-folders');

/** Creates the two buckets that listings are measured on. */
export async function fillForListing(client: CosClient): Promise<void> {
  await fill(client, flat, flatObjects, (n) => `folder/object-${String(n).padStart(7, '0')}`);
  await fill(client, deep, folders, (n) => `folder-${String(n).padStart(6, '0')}/object`);
}

/** A folder of 100,000 objects and a bucket of 10,000 folders: requests and time per page, cancellation, rivals. */
export async function benchListing(info: LocalServerInfo, folder: string): Promise<unknown> {
  const direct = directClientOf(info);
  try {
    await fillForListing(direct.client);
    direct.log.length = 0;
    const flatPages = await pages(direct.client, direct.log, flat, 'folder/');
    const folderPages = await pages(direct.client, direct.log, deep, '');
    const cancellationMs = await cancellation(direct.client, flat);
    const { ours, rivals } = findPrograms(info, folder);
    const oursMs = (await measure(ours.listAll?.(flat) ?? [], ours.environment)).wallMs;
    const rivalResults = [];
    for (const rival of rivals) {
      if (rival.version === '' || rival.listAll === undefined) continue;
      const { wallMs } = await measure(rival.listAll(flat), rival.environment);
      rivalResults.push({ name: rival.name, ms: Math.round(wallMs), ratio: rounded(oursMs / wallMs) });
    }
    return {
      folderOfObjects: { objects: flatObjects, ...flatPages },
      bucketOfFolders: { folders, ...folderPages },
      cancellationMs,
      listAllWholeProcess: { cosMs: Math.round(oursMs), rivals: rivalResults },
    };
  } finally {
    await direct.close();
  }
}

/** The engine's client, without an engine around it. */
export function directClientOf(info: LocalServerInfo): ReturnType<typeof createDirectClient> {
  const connection = {
    kind: 'hmac',
    id: connectionId('bench'),
    name: 'bench',
    endpoint: info.endpoint,
    region: 'us-south',
    addressingStyle: 'path',
  } as const;
  const { accessKeyId, secretAccessKey } = info;
  return createDirectClient(connection, { kind: 'hmac', accessKeyId, secretAccessKey });
}

async function fill(client: CosClient, bucket: BucketName, count: number, keyOf: (n: number) => string): Promise<void> {
  const signal = new AbortController().signal;
  await client.createBucket(bucket, {}, signal);
  let next = 0;
  const work = async () => {
    while (next < count) {
      const address = { bucket, key: objectKey(keyOf(next++)) };
      await client.putObject(address, new Uint8Array(1), { headers: {} }, { kind: 'always' }, signal);
    }
  };
  await Promise.all(Array.from({ length: parallelPuts }, work));
}

/** Goes through all pages as the tree does when *Load more* is pressed to the end. */
async function pages(client: CosClient, log: string[], bucket: BucketName, prefix: string) {
  const signal = new AbortController().signal;
  const times: number[] = [];
  let entries = 0;
  let cursor: string | undefined;
  const requestsBefore = log.length;
  do {
    const from = cursor === undefined ? {} : { cursor };
    const startedAtMs = performance.now();
    const page = await client.listPage(bucket, { prefix, delimiter: '/', ...from }, signal);
    times.push(performance.now() - startedAtMs);
    entries += page.objects.length + page.folders.length;
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  const requests = log.length - requestsBefore;
  return {
    entries,
    pages: times.length,
    requestsPerPage: rounded(requests / times.length),
    firstPageMs: rounded(times[0] ?? Number.NaN),
    medianPageMs: rounded(median(times)),
    slowestPageMs: rounded(Math.max(...times)),
  };
}

/** From the moment a listing is not wanted any more to the moment its work has stopped. */
async function cancellation(client: CosClient, bucket: BucketName): Promise<{ median: number; worst: number }> {
  const times: number[] = [];
  for (let run = 0; run < 20; run++) {
    const cancel = new AbortController();
    const listing = client.listPage(bucket, { prefix: '', delimiter: '' }, cancel.signal).then(
      () => false,
      () => true,
    );
    await new Promise((resolve) => setTimeout(resolve, run % 5));
    const cancelledAtMs = performance.now();
    cancel.abort();
    if (await listing) times.push(performance.now() - cancelledAtMs);
  }
  return { median: rounded(median(times)), worst: rounded(Math.max(...times)) };
}
