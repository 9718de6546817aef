import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, describe, expect, it, vi } from 'vitest';
import { checksumsInPlace } from '../../../src/engine/checksums/checksums';
import { ThreadedChecksums } from '../../../src/engine/checksums/threadedChecksums';

const crcs = ['CRC32', 'CRC32C', 'CRC64NVME'] as const;
const all = [...crcs, 'MD5', 'SHA1', 'SHA256'] as const;
const shared = Buffer.from(new SharedArrayBuffer(1024 * 1024));
randomBytes(shared.length).copy(shared);

const folder = mkdtempSync(join(tmpdir(), 'checksums-'));
let checksums: ThreadedChecksums;
afterEach(() => checksums.close());
afterAll(() => rmSync(folder, { recursive: true }));

function program(text: string): string {
  const file = join(folder, `${randomBytes(4).toString('hex')}.cjs`);
  writeFileSync(file, text);
  return file;
}

function start(threadFile = resolve('src/engine/checksums/checksumThread.ts')): ThreadedChecksums {
  return (checksums = new ThreadedChecksums(threadFile));
}

describe('checksums on a thread', () => {
  it.each(all)('%s is the one that is taken in place', async (algorithm) => {
    const sum = start().of(algorithm, shared);
    expect(sum).toBeInstanceOf(Promise);
    expect(await sum).toBe(checksumsInPlace.of(algorithm, shared));
  });

  it.each(crcs)('%s goes on from the bytes before', async (algorithm) => {
    start();
    let sum = 0n;
    for (const piece of [shared.subarray(0, 400_000), shared.subarray(400_000)]) {
      sum = await checksums.append(algorithm, sum, piece);
    }
    expect(sum).toBe(checksumsInPlace.append(algorithm, 0n, shared));
  });

  it('answers many at once, each with its own', async () => {
    start();
    const pieces = Array.from({ length: 40 }, (_, at) => shared.subarray(at * 1000, at * 1000 + 300_000));
    const sums = await Promise.all(pieces.map(async (piece) => await checksums.of('CRC32', piece)));
    expect(sums).toEqual(pieces.map((piece) => checksumsInPlace.of('CRC32', piece)));
  });

  it('takes at once what is small, or not in shared memory', () => {
    start();
    expect(checksums.of('MD5', shared.subarray(0, 1000))).toBe(checksumsInPlace.of('MD5', shared.subarray(0, 1000)));
    expect(checksums.append('CRC32', 0n, Buffer.from(shared))).toBe(checksumsInPlace.append('CRC32', 0n, shared));
  });

  it('takes in place what a thread that cannot start, or dies, was asked', async () => {
    expect(await start(join(folder, 'missing.js')).of('CRC32', shared)).toBe(checksumsInPlace.of('CRC32', shared));
    expect(checksums.of('CRC32', shared)).toBe(checksumsInPlace.of('CRC32', shared));
    start(program(`require('node:worker_threads').parentPort.once('message', () => process.exit(1));`));
    const sums = await Promise.all([checksums.of('MD5', shared), checksums.append('CRC32', 5n, shared)]);
    expect(sums).toEqual([checksumsInPlace.of('MD5', shared), checksumsInPlace.append('CRC32', 5n, shared)]);
  });

  it('has a thread only while somebody needs it', async () => {
    const file = program(`const { parentPort, threadId } = require('node:worker_threads');
      parentPort.on('message', ({ number }) => parentPort.postMessage({ number, value: String(threadId) }));`);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      start(file);
      const first = await checksums.of('CRC32', shared);
      vi.advanceTimersByTime(5000);
      expect(await checksums.of('CRC32', shared)).toBe(first);
      vi.advanceTimersByTime(5000);
      expect(await checksums.of('CRC32', shared)).toBe(first);
      vi.advanceTimersByTime(60_000);
      expect(await checksums.of('CRC32', shared)).not.toBe(first);
    } finally {
      vi.useRealTimers();
    }
  });

  it('answers what was asked before it was closed, and after', async () => {
    start();
    const before = checksums.of('SHA256', shared);
    checksums.close();
    expect(await before).toBe(checksumsInPlace.of('SHA256', shared));
    expect(checksums.of('SHA256', shared)).toBe(checksumsInPlace.of('SHA256', shared));
  });
});
