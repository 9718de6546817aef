import { createHash } from 'node:crypto';
import type { Clock } from '../contracts';
import { createDigest } from '../s3/wire/checksums';
import { StartError } from '../startError';
import type { Bucket } from '../store/buckets';
import type { StagedBlob } from '../store/stagedBlob';
import type { Store } from '../store/store';
import { pseudoRandom } from './seedObject';

/** A bucket full of objects, as `--load` asks for it. */
export interface BulkLoad {
  readonly bucket: string;
  readonly objectCount: number;
  /** Spread evenly over this many folders; 0 puts them at the top. */
  readonly folderCount: number;
  /** Of each object. */
  readonly sizeBytes: number;
  /** Where the bucket is made when it is missing. */
  readonly location: string;
}

const keysPerTransaction = 20_000;
const writeChunkBytes = 1024 * 1024;

/**
 * Makes the bucket where it is missing and adds the objects that it lacks, in transactions of many thousand, so that one
 * that is broken off goes on where it stopped. All objects have the same bytes. Returns how many were added.
 * Throws `StartError` when the bucket is somewhere else.
 */
export async function loadObjects(
  store: Store,
  load: BulkLoad,
  owner: { clock: Clock; instanceGuid: string; ownerId: string },
): Promise<number> {
  const bucket = await findOrCreate(store, load, owner);
  const content = await stage(store, load.sizeBytes);
  let blobId: number | undefined;
  let isCommitted = false;
  let added = 0;
  try {
    for (let first = 0; first < load.objectCount; first += keysPerTransaction) {
      added += await store.write(() => {
        const keys = store.bulk.missing(bucket, keysOf(load, first, first + keysPerTransaction));
        if (keys.length === 0) return 0;
        blobId ??= content.blob?.commit();
        store.bulk.add(bucket, keys, {
          etag: content.etag,
          modifiedAtMs: owner.clock.nowMs(),
          ownerId: owner.ownerId,
          storageClass: 'STANDARD',
          checksum: { algorithm: 'CRC64NVME', type: 'FULL_OBJECT', value: content.checksum },
          attributes: { headers: { 'content-type': 'text/plain' }, metadata: {} },
          tags: [],
          acl: 'private',
          segments: blobId === undefined ? [] : [{ blobId, sizeBytes: load.sizeBytes }],
        });
        return keys.length;
      });
      isCommitted = blobId !== undefined;
    }
  } finally {
    if (!isCommitted) await content.blob?.discard();
  }
  return added;
}

/** In the order of listings, so that rows are appended to the indexes. */
function keysOf({ objectCount, folderCount }: BulkLoad, first: number, end: number): string[] {
  const keys: string[] = [];
  for (let index = first; index < Math.min(end, objectCount); index += 1) {
    const name = `object-${String(index).padStart(8, '0')}.txt`;
    const folder = Math.floor((index * folderCount) / objectCount);
    keys.push(folderCount === 0 ? name : `folder-${String(folder).padStart(6, '0')}/${name}`);
  }
  return keys;
}

async function findOrCreate(
  store: Store,
  load: BulkLoad,
  { clock, instanceGuid, ownerId }: { clock: Clock; instanceGuid: string; ownerId: string },
): Promise<Bucket> {
  const found = store.buckets.find(load.bucket);
  if (found === undefined) {
    return store.write(() =>
      store.buckets.create({
        name: load.bucket,
        location: load.location,
        provisioningCode: `${load.location}-standard`,
        instanceGuid,
        ownerId,
        createdAtMs: clock.nowMs(),
        versioning: 'never',
        hasObjectLock: false,
        acl: 'private',
      }),
    );
  }
  if (found.instanceGuid !== instanceGuid || found.location !== load.location) {
    throw new StartError(
      `--load cannot fill the bucket "${load.bucket}": it exists in ${found.location}, or in another instance; choose another name or location=${found.location}.`,
    );
  }
  return found;
}

interface Content {
  readonly blob: StagedBlob | undefined;
  readonly etag: string;
  readonly checksum: string;
}

/** Lines of text that look random and are the same each time. */
async function stage(store: Store, sizeBytes: number): Promise<Content> {
  const random = pseudoRandom(sizeBytes + 1);
  const md5 = createHash('md5');
  const crc = createDigest('CRC64NVME');
  const blob = sizeBytes === 0 ? undefined : store.blobs.stage(sizeBytes);
  try {
    for (let offset = 0; offset < sizeBytes; offset += writeChunkBytes) {
      const chunk = Buffer.alloc(Math.min(writeChunkBytes, sizeBytes - offset), '\n');
      for (let at = 0; at < chunk.length; at += 1) {
        if (at % 64 !== 63 && at !== chunk.length - 1) chunk[at] = 97 + Math.floor(random() * 26);
      }
      md5.update(chunk);
      crc.update(chunk);
      await blob?.write(chunk);
    }
    await blob?.seal();
  } catch (error) {
    await blob?.discard();
    throw error;
  }
  return { blob, etag: md5.digest('hex'), checksum: crc.finish() };
}
