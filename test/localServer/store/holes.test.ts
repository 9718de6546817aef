import { mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore, type Store } from '../../../src/localServer/store/store';
import { patternBytes } from '../../unit/transfers/world';

const mebibyte = 1024 * 1024;
let folder: string;
let store: Store;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holes-'));
  store = openStore(folder);
});
afterEach(async () => {
  await store.close();
  rmSync(folder, { recursive: true });
});

const owner = { bucketId: 1, key: 'holes', versionId: 'null' };

/** Stores pieces as one body, and answers what is read back and the room that it takes on the disk. */
async function roundTrip(pieces: readonly Buffer[]): Promise<{ bytes: Buffer; roomBytes: number }> {
  const staged = store.blobs.stage();
  for (const piece of pieces) await staged.write(piece);
  await staged.seal();
  const blobId = await store.write(() => staged.commit());
  const segment = { blobId, sizeBytes: staged.sizeBytes };
  const read: Buffer[] = [];
  for await (const chunk of await store.blobs.read(owner, [segment], 0, staged.sizeBytes))
    read.push(Buffer.from(chunk));
  const files = readdirSync(join(folder, 'blobs'), { recursive: true, encoding: 'utf8' })
    .map((name) => statSync(join(folder, 'blobs', name)))
    .filter((stats) => stats.isFile());
  const roomBytes = files.reduce((sum, { blocks }) => sum + blocks * 512, 0);
  return { bytes: Buffer.concat(read), roomBytes };
}

/** Whether the file system of the test keeps holes. */
function keepsHoles(): boolean {
  const file = join(folder, 'probe');
  writeFileSync(file, 'x');
  truncateSync(file, 4 * mebibyte);
  return statSync(file).blocks * 512 < mebibyte;
}

describe('bodies with runs of zeros', () => {
  it('read as they came, wherever the zeros are', async () => {
    const [some, few] = [Buffer.from(patternBytes(70_001, 1)), Buffer.from(patternBytes(3, 2))];
    const zeros = Buffer.alloc(mebibyte);
    for (const pieces of [
      [zeros],
      [some, zeros],
      [zeros, some],
      [few, zeros, few, zeros.subarray(0, 5000), some, zeros.subarray(0, 100), few, zeros],
      [Buffer.concat([zeros.subarray(0, 65_536), few])],
    ]) {
      const { bytes } = await roundTrip(pieces);
      expect(bytes.equals(Buffer.concat(pieces))).toBe(true);
    }
  });

  it('take no room for the zeros where the file system keeps holes', async () => {
    const zeros = Buffer.alloc(64 * 1024);
    const pieces = [Buffer.from('start'), ...Array.from({ length: 512 }, () => zeros), Buffer.from('end')];
    const { bytes, roomBytes } = await roundTrip(pieces);
    expect(bytes.length).toBe(8 + 32 * mebibyte);
    if (keepsHoles()) expect(roomBytes).toBeLessThan(mebibyte);
  });
});
