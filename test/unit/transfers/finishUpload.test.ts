import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { layoutsOf } from '../../../src/engine/transfers/uploadMatch';
import { objectKey, type TransferId, type UploadId } from '../../../src/model/ids';
import { failure } from '../../fakes/memoryCosClient';
import { bucket, connection, makeWorld, mebibyte, patternBytes, type World } from './world';

describe('how a file was cut into the parts of an upload', () => {
  it('is found for any even cut and any parts of it, and covers the file once', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 500 }),
        fc.integer({ min: 1, max: 2000 }),
        fc.array(fc.nat(2000), { minLength: 1, maxLength: 20 }),
        (partBytes, fileBytes, picks) => {
          const count = Math.ceil(fileBytes / partBytes);
          const sizeOf = (n: number): number => Math.min(partBytes, fileBytes - (n - 1) * partBytes);
          const numbers = [...new Set(picks.map((pick) => (pick % count) + 1))];
          const layouts = layoutsOf(
            numbers.map((partNumber) => ({ partNumber, sizeBytes: sizeOf(partNumber) })),
            fileBytes,
          );
          for (const { held, missing } of layouts) {
            const all = [...held, ...missing].sort((a, b) => a.partNumber - b.partNumber);
            let at = 0;
            for (const [index, part] of all.entries()) {
              expect([part.partNumber, part.offsetBytes]).toEqual([index + 1, at]);
              at += part.lengthBytes;
            }
            expect(at).toBe(fileBytes);
            expect(held).toHaveLength(numbers.length);
          }
          const trueOffset = (numbers[0]! - 1) * partBytes;
          expect(
            layouts.some(({ held }) =>
              held.some((part) => part.partNumber === numbers[0] && part.offsetBytes === trueOffset),
            ),
          ).toBe(true);
        },
      ),
    );
  });

  it('is found for uneven parts without gaps, the rest following them', () => {
    const parts = [6, 9, 5].map((mebibytes, index) => ({ partNumber: index + 1, sizeBytes: mebibytes * mebibyte }));
    const [layout] = layoutsOf(parts, 30 * mebibyte);
    expect(layout?.missing).toEqual([
      { partNumber: 4, offsetBytes: 20 * mebibyte, lengthBytes: 9 * mebibyte },
      { partNumber: 5, offsetBytes: 29 * mebibyte, lengthBytes: mebibyte },
    ]);
  });

  it('is none for a file that is too short, or parts with gaps that are not even', () => {
    expect(layoutsOf([{ partNumber: 1, sizeBytes: 10 }], 9)).toEqual([]);
    expect(
      layoutsOf(
        [
          { partNumber: 1, sizeBytes: 10 },
          { partNumber: 3, sizeBytes: 11 },
        ],
        100,
      ),
    ).toEqual([]);
    expect(layoutsOf([], 100)).toEqual([]);
  });
});

const never = new AbortController().signal;

describe('finishing an upload with a local file', () => {
  const key = objectKey('big');
  const bytes = patternBytes(23 * mebibyte);
  let world: World;
  let uploadId: UploadId;
  let fsPath: string;

  beforeEach(async () => {
    world = await makeWorld();
    world.client.nowMs = Date.now();
    fsPath = join(world.folder, 'file');
    await writeFile(fsPath, bytes);
    uploadId = await world.client.createMultipartUpload({ bucket, key }, { headers: {} }, never);
    for (const partNumber of [1, 3]) {
      const part = bytes.subarray((partNumber - 1) * 6 * mebibyte, partNumber * 6 * mebibyte);
      await world.client.uploadPart({ bucket, key }, { uploadId, partNumber }, part, never);
    }
    world.client.calls.length = 0;
  });
  afterEach(() => world.dispose());

  const resume = (clash: 'fail' | 'replace' = 'fail') =>
    world.run({ kind: 'resumeUpload', connectionId: connection, bucket, key, uploadId, fsPath, clash });

  it('sends only what is missing, and counts what is there as done', async () => {
    const end = await resume();
    expect(end).toMatchObject({ kind: 'upload', state: 'done', bytesDone: bytes.length, bytesTotal: bytes.length });
    const sent = world.client.calls.filter(({ operation }) => operation === 'uploadPart');
    expect(sent.map(({ partNumber }) => partNumber).sort()).toEqual([2, 4]);
    expect(world.client.buckets.get('bucket')!.get('big')!.bytes.equals(bytes)).toBe(true);
    expect(world.client.uploads.size).toBe(0);
  });

  it.each([
    [
      'one byte differs',
      () => writeFile(fsPath, Buffer.concat([bytes.subarray(0, 5), Buffer.from('?'), bytes.subarray(6)])),
    ],
    ['it is shorter than the parts', () => writeFile(fsPath, bytes.subarray(0, 8 * mebibyte))],
  ])('refuses a file of which %s, and leaves the upload as it is', async (_name, spoil) => {
    await spoil();
    const end = await resume();
    expect(end).toMatchObject({ state: 'failed', error: { kind: 'invalid', op: 'resumeUpload' } });
    expect(world.client.count('uploadPart')).toBe(0);
    expect(world.client.uploads.get(uploadId)?.parts.size).toBe(2);
  });

  it('never overwrites an object that appeared meanwhile, and keeps the upload', async () => {
    world.client.put('bucket', 'big', 'theirs');
    expect(await resume()).toMatchObject({ state: 'failed', error: { reason: 'alreadyExists' } });
    expect(world.client.text('bucket', 'big')).toBe('theirs');
    expect(world.client.uploads.has(uploadId)).toBe(true);
    expect(await resume('replace')).toMatchObject({ state: 'done' });
  });

  describe('whose completion was done and answered to nobody', () => {
    const again = async () => {
      const params = { transferId: 't1' as TransferId };
      await world.transfers.handlers['transfers/retry'](params, new AbortController().signal);
      return await world.end(params.transferId);
    };
    /** Completes at the service as the upload would have, and loses the answer. */
    const loseAnswer = (spoil: () => void = () => undefined) => {
      world.client.intercept = async (operation) => {
        if (operation !== 'completeMultipartUpload') return;
        world.client.intercept = () => undefined;
        const parts = await world.client.listParts({ bucket, key }, uploadId, never);
        const inOrder = [...parts].sort((left, right) => left.partNumber - right.partNumber);
        const condition = { kind: 'always' } as const;
        await world.client.completeMultipartUpload({ bucket, key }, uploadId, inOrder, { condition }, never);
        spoil();
        throw failure('network', undefined, bucket, key);
      };
    };

    it('is done where its object is there', async () => {
      loseAnswer();
      expect(await resume()).toMatchObject({ state: 'done', bytesDone: bytes.length });
      expect(world.client.buckets.get('bucket')!.get('big')!.bytes.equals(bytes)).toBe(true);
    });

    it('is not done where the object there has other bytes, and is where it has its own, however they came', async () => {
      loseAnswer(() => world.client.put('bucket', 'big', Buffer.alloc(bytes.length)));
      expect(await resume()).toMatchObject({ state: 'failed' });
      world.client.put('bucket', 'big', bytes);
      expect(await again()).toMatchObject({ state: 'done', bytesDone: bytes.length });
    });

    it('is not done where the object was there before', async () => {
      world.client.nowMs = Date.now() - 3_600_000;
      loseAnswer();
      expect(await resume('replace')).toMatchObject({ state: 'failed', error: { kind: 'network' } });
    });

    it('is found to be done at the next attempt, where nobody could be asked at first', async () => {
      loseAnswer(() => {
        world.client.intercept = (operation) => {
          if (operation === 'listParts' || operation === 'headObject') throw failure('network', undefined, bucket, key);
        };
      });
      expect((await resume()).state).toBe('failed');
      world.client.intercept = () => undefined;
      expect(await again()).toMatchObject({ state: 'done', bytesDone: bytes.length, itemsFailed: 0 });
    });

    it('stays failed at the next attempt where the upload was aborted', async () => {
      world.client.uploads.delete(uploadId);
      expect(await resume()).toMatchObject({ state: 'failed', error: { reason: 'noSuchUpload' } });
      expect(await again()).toMatchObject({ state: 'failed', error: { reason: 'noSuchUpload' } });
    });
  });

  it('leaves what it has sent when it is cancelled, to be resumed again', async () => {
    world.client.intercept = (operation, _key, { partNumber }) => {
      if (operation === 'uploadPart' && partNumber === 4) {
        void world.transfers.handlers['transfers/cancel']({ transferId: 't1' as never }, new AbortController().signal);
      }
    };
    expect(await resume()).toMatchObject({ state: 'cancelled' });
    expect(world.client.uploads.get(uploadId)!.parts.size).toBeGreaterThanOrEqual(2);
    world.client.intercept = () => undefined;
    expect(await resume()).toMatchObject({ state: 'done', bytesDone: bytes.length });
  });
});
