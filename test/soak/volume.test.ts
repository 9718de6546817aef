import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CreateBucketCommand, DeleteObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hmacEnvironment } from '../fakes/cosCommand';
import { requireBuilt, runMeasured, startBuiltServer, type BuiltServer, type MeasuredRun } from './builtPrograms';

const gibibyte = 1024 ** 3;
/** Smaller for trying the test itself out. */
const sizeBytes = Number(process.env['SOAK_VOLUME_BYTES'] ?? 5 * gibibyte);
const mostMemoryBytes = 300 * 1000 * 1000;
const smallSparseBytes = sizeBytes / 5;
const largeSparseBytes = 4 * sizeBytes;

let folder: string;
let server: BuiltServer;

beforeAll(async () => {
  requireBuilt('dist/cos.js');
  folder = mkdtempSync(join(process.env['SOAK_FOLDER'] ?? tmpdir(), 'cos-volume-'));
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < 8.5 * sizeBytes)
    throw new Error(`"${folder}" has no room for ${8.5 * sizeBytes} bytes; set SOAK_FOLDER`);
  server = await startBuiltServer(join(folder, 'data'));
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a file of five gibibytes', () => {
  it('goes up and comes down the same, in less than 300 MB of memory', async () => {
    const source = join(folder, 'source');
    const sourceDigest = await writeRandomFile(source);
    const { up, down, digest } = await thereAndBack(source);
    expect(digest).toBe(sourceDigest);
    const rate = (wallMs: number) => Math.round(sizeBytes / 1e6 / (wallMs / 1000));
    console.log(
      `${sizeBytes} bytes: up ${rate(up.wallMs)} MB/s, peak ${megabytes(up)} MB; ` +
        `down ${rate(down.wallMs)} MB/s, peak ${megabytes(down)} MB`,
    );
    for (const { peakMemoryBytes } of [up, down]) {
      expect(peakMemoryBytes).toBeGreaterThan(0);
      expect(peakMemoryBytes).toBeLessThan(mostMemoryBytes);
    }
  });
});

describe('a file of twenty gibibytes', () => {
  it('goes up and comes down the same, in no more memory than one of a gibibyte', async () => {
    // Garbage of the last moment differs from run to run, so that the small one has several chances to make some.
    const small: Journey[] = [];
    for (const name of ['first', 'second', 'third']) small.push(await sparseThereAndBack(name, smallSparseBytes));
    const large = await sparseThereAndBack('large', largeSparseBytes);
    for (const way of ['up', 'down'] as const) {
      const peaks = small.map((journey) => journey[way].peakMemoryBytes);
      const shown = peaks.map((bytes) => Math.round(bytes / 1e6)).join(', ');
      console.log(`${way}: peak ${shown} MB for 1, ${megabytes(large[way])} MB for 20 gibibytes`);
      // What grows with the size would grow twentyfold.
      expect(large[way].peakMemoryBytes).toBeLessThan(Math.max(...peaks) * 1.15);
    }
  });
});

interface Journey {
  readonly up: MeasuredRun;
  readonly down: MeasuredRun;
  /** SHA-256 of what came down. */
  readonly digest: string;
}

const megabytes = ({ peakMemoryBytes }: MeasuredRun) => Math.round(peakMemoryBytes / 1e6);

/** Uploads a file, deletes it, downloads the object, and leaves nothing behind. */
async function thereAndBack(source: string): Promise<Journey> {
  const { info } = server;
  const credentials = { accessKeyId: info.accessKeyId, secretAccessKey: info.secretAccessKey };
  const raw = new S3Client({ endpoint: info.endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  await raw.send(new CreateBucketCommand({ Bucket: 'volume' })).catch(() => undefined); // there from the test before
  const environment = hmacEnvironment(info, join(folder, 'home'));
  const up = await runMeasured(process.execPath, ['dist/cos.js', 'cp', source, 'cos://volume/file'], environment);
  expect(up).toMatchObject({ exitCode: 0, stderr: '' });
  rmSync(source);

  const target = join(folder, 'target');
  const down = await runMeasured(process.execPath, ['dist/cos.js', 'cp', 'cos://volume/file', target], environment);
  expect(down).toMatchObject({ exitCode: 0, stderr: '' });
  const digest = await digestOf(target);
  expect(readdirSync(folder).sort()).toEqual(['data', 'home', 'target']);
  rmSync(target);
  await raw.send(new DeleteObjectCommand({ Bucket: 'volume', Key: 'file' }));
  raw.destroy();
  return { up, down, digest };
}

/** A file of holes, with bytes of its own at the start of every 100 MiB, so that parts in a wrong place would show. */
async function sparseThereAndBack(name: string, lengthBytes: number): Promise<Journey> {
  const source = join(folder, `${name}-source`);
  const file = await open(source, 'wx');
  await file.truncate(lengthBytes);
  for (let at = 0; at + 8 <= lengthBytes; at += 100 * 1024 * 1024) {
    const mark = Buffer.alloc(8);
    mark.writeDoubleLE(at + 1);
    await file.write(mark, 0, mark.length, at);
  }
  await file.close();
  const sourceDigest = await digestOf(source);
  const journey = await thereAndBack(source);
  expect(journey.digest).toBe(sourceDigest);
  return journey;
}

/** Writes a file that differs in every MiB, and answers with its SHA-256. */
async function writeRandomFile(fsPath: string): Promise<string> {
  const piece = randomBytes(1024 * 1024);
  const hash = createHash('sha256');
  const file = await open(fsPath, 'wx');
  for (let at = 0; at < sizeBytes; at += piece.length) {
    piece.writeDoubleLE(at, (at / piece.length) % 1000);
    const bytes = piece.subarray(0, Math.min(piece.length, sizeBytes - at));
    hash.update(bytes);
    await file.write(bytes);
  }
  await file.close();
  return hash.digest('hex');
}

async function digestOf(fsPath: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(fsPath, { highWaterMark: 4 * 1024 * 1024 }), hash);
  return hash.digest('hex');
}
