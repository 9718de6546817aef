import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CreateBucketCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildCosCommand, hmacEnvironment } from '../../fakes/cosCommand';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';

const objectBytes = 12 * 1024 * 1024;

let farSide: LocalFarSide;
let bundle: string;
let folder: string;

beforeAll(async () => {
  [farSide, bundle] = await Promise.all([startLocalFarSide(), buildCosCommand()]);
  folder = mkdtempSync(join(tmpdir(), 'cos-disk-'));
  mkdirSync(join(folder, 'disk'));
  const { endpoint, accessKeyId, secretAccessKey } = farSide.server.info;
  const credentials = { accessKeyId, secretAccessKey };
  const raw = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });
  await raw.send(new CreateBucketCommand({ Bucket: 'disks' }));
  await raw.send(new PutObjectCommand({ Bucket: 'disks', Key: 'film', Body: Buffer.alloc(objectBytes, 'film') }));
  raw.destroy();
});
afterAll(async () => {
  await farSide.close();
  rmSync(folder, { recursive: true });
  rmSync(dirname(bundle), { recursive: true });
});

/** Downloads onto a file system of its own, mounted for this process alone; the last line lists what is left there. */
async function downloadOnto(mountOptions: string): Promise<{ status: number | null; stderr: string; left: string }> {
  const script = `mount -t tmpfs -o "$1" tmpfs "$2" && "$3" "$4" cp cos://disks/film "$2/" ; code=$?; ls -A "$2"; exit $code`;
  const args = ['-rm', 'sh', '-c', script, 'sh', mountOptions, join(folder, 'disk'), process.execPath, bundle];
  const environment = { ...hmacEnvironment(farSide.server.info, folder), PATH: process.env['PATH'] ?? '' };
  const child = spawn('unshare', args, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [status] = (await once(child, 'close')) as [number | null];
  return { status, stderr, left: stdout.trim() };
}

// Linux alone lets a process mount a file system for itself.
describe.runIf(process.platform === 'linux')('a download', () => {
  it('onto a disk that gets full says so, names the file and leaves nothing there', async () => {
    const { status, stderr, left } = await downloadOnto('size=4m');
    expect({ status, left }).toEqual({ status: 1, left: '' });
    expect(stderr).toMatch(/full|space/);
    expect(stderr).toContain(join(folder, 'disk', 'film'));
  });

  it('into a folder that may not be written says so and names it', async () => {
    const { status, stderr, left } = await downloadOnto('ro');
    expect({ status, left }).toEqual({ status: 1, left: '' });
    expect(stderr).toContain(join(folder, 'disk'));
    expect(stderr).toContain('Choose a place that may be written');
  });

  it('onto a disk that is large enough arrives', async () => {
    expect(await downloadOnto('size=20m')).toEqual({ status: 0, stderr: 'cos: verified by CRC32\n', left: 'film' });
  });
});
