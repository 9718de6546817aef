import { createHash } from 'node:crypto';
import type { Clock } from '../contracts';
import { createDigest } from '../s3/wire/checksums';
import type { StagedBlob } from '../store/stagedBlob';
import type { NewVersion } from '../store/objects';
import type { Store } from '../store/store';
import type { SeedBucket, SeedObject } from './seedObject';

const hourMs = 3_600_000;

/**
 * Adds the sample buckets that the store lacks; one that exists is left alone. Each bucket appears whole, in one
 * transaction, so that a server that is killed meanwhile leaves no half of it. Returns the names of the added ones.
 */
export async function seedStore(
  store: Store,
  options: { buckets: readonly SeedBucket[]; clock: Clock; instanceGuid: string; ownerId: string },
): Promise<string[]> {
  const added: string[] = [];
  for (const seed of options.buckets) {
    if (store.buckets.find(seed.name) !== undefined) continue;
    await addBucket(store, seed, options);
    added.push(seed.name);
  }
  return added;
}

async function addBucket(
  store: Store,
  seed: SeedBucket,
  { clock, instanceGuid, ownerId }: { clock: Clock; instanceGuid: string; ownerId: string },
): Promise<void> {
  const nowMs = clock.nowMs();
  const objects = seed.objects();
  const oldestHours = Math.max(24, ...objects.map((object) => object.ageHours));
  const staged: { object: SeedObject; blob: StagedBlob | undefined }[] = [];
  try {
    for (const object of objects) staged.push({ object, blob: await stage(store, object.bytes) });
    await store.write(() => {
      const bucket = store.buckets.create({
        name: seed.name,
        location: seed.location,
        provisioningCode: `${seed.location}-${seed.storageClass}`,
        instanceGuid,
        ownerId,
        createdAtMs: nowMs - oldestHours * hourMs,
        versioning: seed.versioning,
        hasObjectLock: false,
        acl: 'private',
      });
      for (const { object, blob } of staged) {
        const sizeBytes = object.bytes.length;
        const segments = blob === undefined ? [] : [{ blobId: blob.commit(), sizeBytes }];
        store.objects.put(bucket, { ...describe(object, nowMs, ownerId), segments });
      }
    });
  } catch (error) {
    for (const { blob } of staged) await blob?.discard();
    throw error;
  }
}

async function stage(store: Store, bytes: Buffer): Promise<StagedBlob | undefined> {
  if (bytes.length === 0) return undefined;
  const blob = store.blobs.stage(bytes.length);
  try {
    await blob.write(bytes);
    await blob.seal();
  } catch (error) {
    await blob.discard();
    throw error;
  }
  return blob;
}

function describe(object: SeedObject, nowMs: number, ownerId: string): Omit<NewVersion, 'segments'> {
  const digest = createDigest('CRC64NVME');
  digest.update(object.bytes);
  return {
    key: object.key,
    etag: createHash('md5').update(object.bytes).digest('hex'),
    modifiedAtMs: Math.floor(nowMs - object.ageHours * hourMs),
    ownerId,
    storageClass: 'STANDARD',
    checksum: { algorithm: 'CRC64NVME', type: 'FULL_OBJECT', value: digest.finish() },
    attributes: {
      headers: { 'content-type': object.contentType, ...object.headers },
      metadata: object.metadata ?? {},
    },
    tags: object.tags ?? [],
    acl: 'private',
  };
}
