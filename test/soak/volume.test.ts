import { createHash, randomBytes } from 'node:crypto';
import { createReadStream, mkdtempSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hmacEnvironment } from '../fakes/cosCommand';
import { requireBuilt, runMeasured, startBuiltServer, type BuiltServer } from './builtPrograms';

const gibibyte = 1024 ** 3;
/** Smaller for trying the test itself out. */
const sizeBytes = Number(process.env['SOAK_VOLUME_BYTES'] ?? 5 * gibibyte);
const mostMemoryBytes = 300 * 1000 * 1000;

let folder: string;
let server: BuiltServer;

beforeAll(async () => {
  requireBuilt('dist/cos.js');
  folder = mkdtempSync(join(process.env['SOAK_FOLDER'] ?? tmpdir(), 'cos-volume-'));
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < 2.2 * sizeBytes)
    throw new Error(`"${folder}" has no room for ${2.2 * sizeBytes} bytes; set SOAK_FOLDER`);
  server = await startBuiltServer(join(folder, 'data'));
});
afterAll(async () => {
  await server?.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a file of five gibibytes', () => {
  it('goes up and comes down the same, in less than 300 MB of memory', async () => {
    const { info } = server;
    const credentials = { accessKeyId: info.accessKeyId, secretAccessKey: info.secretAccessKey };
    const raw = new S3Client({ endpoint: info.endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
    await raw.send(new CreateBucketCommand({ Bucket: 'volume' }));
    raw.destroy();
    const environment = hmacEnvironment(info, folder);
    const source = join(folder, 'source');
    const sourceDigest = await writeRandomFile(source);

    const up = await runMeasured(process.execPath, ['dist/cos.js', 'cp', source, 'cos://volume/file'], environment);
    expect(up).toMatchObject({ exitCode: 0, stderr: '' });
    rmSync(source);

    const target = join(folder, 'target');
    const down = await runMeasured(process.execPath, ['dist/cos.js', 'cp', 'cos://volume/file', target], environment);
    expect(down).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await digestOf(target)).toBe(sourceDigest);
    expect(readdirSync(folder).sort()).toEqual(['data', 'target']);

    const rate = (wallMs: number) => Math.round(sizeBytes / 1e6 / (wallMs / 1000));
    console.log(
      `${sizeBytes} bytes: up ${rate(up.wallMs)} MB/s, peak ${Math.round(up.peakMemoryBytes / 1e6)} MB; ` +
        `down ${rate(down.wallMs)} MB/s, peak ${Math.round(down.peakMemoryBytes / 1e6)} MB`,
    );
    for (const { peakMemoryBytes } of [up, down]) {
      expect(peakMemoryBytes).toBeGreaterThan(0);
      expect(peakMemoryBytes).toBeLessThan(mostMemoryBytes);
    }
  });
});

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
