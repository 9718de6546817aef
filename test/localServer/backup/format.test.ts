import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Bucket } from '../../../src/localServer/store/buckets';
import { schemaSteps } from '../../../src/localServer/store/schema';
import { openStore } from '../../../src/localServer/store/store';

let folder: string;
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'cos-format-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const newBucket = {
  name: 'bucket',
  location: 'us-south',
  provisioningCode: 'us-south-standard',
  instanceGuid: 'guid',
  ownerId: 'owner',
  createdAtMs: 0,
  versioning: 'Enabled',
  hasObjectLock: false,
  acl: 'private',
} as const;

const newVersion = {
  key: 'key',
  etag: 'etag',
  modifiedAtMs: 1,
  ownerId: 'owner',
  storageClass: 'STANDARD',
  attributes: { headers: {}, metadata: {} },
  tags: [],
  acl: 'private',
  segments: [],
} as const;

describe('the format of the store', () => {
  it('is brought up from the first one, with what is in it', async () => {
    mkdirSync(join(folder, 'blobs'));
    const old = new DatabaseSync(join(folder, 'cos.db'));
    old.exec(`${schemaSteps[0]!} PRAGMA user_version = 1;`);
    old.exec(`INSERT INTO buckets (id, name, location, provisioning_code, instance_guid, owner_id, created_at, versioning)
      VALUES (1, 'old-bucket', 'us-south', 'us-south-standard', 'guid', 'owner', 0, 'Enabled')`);
    old.exec(`INSERT INTO versions (bucket_id, key, seq, version_id, is_latest, is_marker, size_bytes, etag, modified_at, owner_id,
      storage_class, attributes, tags, acl) VALUES (1, x'6b6579', 7, 'null', 1, 0, 0, 'etag', 5, 'owner', 'STANDARD', '{}', '[]', 'private')`);
    old.close();
    const store = openStore(folder);
    const bucket = store.buckets.find('old-bucket')!;
    expect(store.objects.findLatest(bucket.id, 'key')).toMatchObject({ versionId: 'null', modifiedAtMs: 5 });
    expect(store.backups.hasPolicy(bucket.id)).toBe(false);
    await store.close();
    const again = openStore(folder);
    expect(again.buckets.find('old-bucket')).toEqual(bucket);
    await again.close();
  });

  it('is refused when it is newer', () => {
    const newer = new DatabaseSync(join(folder, 'cos.db'));
    newer.exec(`PRAGMA user_version = ${schemaSteps.length + 1}`);
    newer.close();
    expect(() => openStore(folder)).toThrow(/newer version of the local server .* Choose another data folder\./);
  });
});

describe('version ids', () => {
  it('are given once, also when writes fail around a restart', async () => {
    const seen = new Set<string>();
    let bucket: Bucket | undefined;
    for (let start = 0; start < 3; start += 1) {
      const store = openStore(folder);
      bucket ??= await store.write(() => store.buckets.create(newBucket));
      const into = bucket;
      const write = (outcome: 'kept' | 'undone', writeCount: number) =>
        store.write(() => {
          const ids = Array.from({ length: writeCount }, () => store.objects.put(into, newVersion).versionId);
          expect(ids.filter((id) => seen.has(id))).toEqual([]);
          if (outcome === 'undone') throw new Error('undone');
          for (const id of ids) seen.add(id);
        });
      // More than are set aside at once.
      await expect(write('undone', 1500)).rejects.toThrow('undone');
      await write('kept', 1500);
      await expect(write('undone', 10)).rejects.toThrow('undone');
      await write('kept', 10);
      await store.close();
    }
    const store = openStore(folder);
    const listed = store.listing.versions(
      { bucketId: bucket!.id, prefix: '', delimiter: '', limit: 10_000 },
      { kind: 'beginning' },
    );
    expect(listed.entries).toHaveLength(4530);
    expect(seen.size).toBe(4530);
    await store.close();
  });

  it('order a version from elsewhere among those that are there', async () => {
    const store = openStore(folder);
    const source = await store.write(() => store.buckets.create(newBucket));
    const target = await store.write(() => store.buckets.create({ ...newBucket, name: 'target' }));
    const early = await store.write(() => store.objects.put(source, newVersion));
    const own = await store.write(() => store.objects.put(target, newVersion));
    const late = await store.write(() => store.objects.put(source, newVersion));
    for (const version of [early, late, early]) {
      await store.write(() => store.objects.insertPast(target.id, version, []));
    }
    const listed = store.listing.versions(
      { bucketId: target.id, prefix: '', delimiter: '', limit: 10 },
      { kind: 'beginning' },
    );
    const shown = listed.entries.map((entry) => entry.kind === 'item' && [entry.item.versionId, entry.item.isLatest]);
    expect(shown).toEqual([
      [late.versionId, true],
      [own.versionId, false],
      [early.versionId, false],
    ]);
    expect(store.buckets.findById(target.id)?.objectCount).toBe(3);
    await store.close();
  });
});
