import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { GetObjectCommand, ListMultipartUploadsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startCountingRelay } from '../../fakes/countingRelay';
import { buildCosCommand, hmacEnvironment, runCos, type CommandRun } from '../../fakes/cosCommand';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import { rawClient } from '../../fakes/objectStorage';

const bucket = 'endings';
const bytes = Buffer.alloc(16 * 1024 * 1024, 'what is to arrive ');
let farSide: LocalFarSide;
let bundle: string;
let folder: string;

beforeAll(async () => {
  farSide = await startLocalFarSide();
  bundle = await buildCosCommand();
  const { createDirectClient } = await import('../../fakes/directClient');
  const direct = createDirectClient(farSide.hmac, farSide.hmacKey);
  const { bucketName } = await import('../../../src/model/ids');
  await direct.client.createBucket(bucketName(bucket), {}, AbortSignal.timeout(10_000));
  await raw().send(new PutObjectCommand({ Bucket: bucket, Key: 'down', Body: bytes }));
});
afterAll(async () => {
  await farSide.close();
  rmSync(dirname(bundle), { recursive: true, force: true });
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'endings-'));
  writeFileSync(join(folder, 'up'), bytes);
});
afterEach(() => {
  farSide.server.faults.clear();
  rmSync(folder, { recursive: true, force: true });
});

const raw = () => rawClient(farSide.server.info);
const cos = (args: readonly string[], { environment, ...run }: CommandRun = {}) =>
  runCos(bundle, args, { ...run, environment: { ...hmacEnvironment(farSide.server.info, folder), ...environment } });
const slow = (operation: string) =>
  farSide.server.faults.arm({ fault: { kind: 'latency', delayMs: 300 }, match: { operation } });
const openUploads = async () =>
  (await raw().send(new ListMultipartUploadsCommand({ Bucket: bucket }))).Uploads?.map(({ Key }) => Key) ?? [];
const stored = async (key: string) => {
  const { Body } = await raw().send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  return Buffer.from((await Body?.transformToByteArray()) ?? []);
};
/** What lies in the folder, but for what the command keeps for itself. */
const files = () =>
  readdirSync(folder)
    .filter((name) => name !== '.local' && name !== '.cache')
    .sort();
const inParts = ['--json', '--part-size', '5M', '--concurrency', '1'];

describe('a run that is ended', () => {
  it.each(['SIGHUP', 'SIGQUIT', 'SIGTERM'] as const)(
    'by %s leaves nothing half-made, whatever it was doing',
    async (signal) => {
      slow('UploadPart');
      slow('GetObject');
      const stop = { interruptAt: /"bytesDone":[1-9]/, interruptWith: signal };
      const ended = [
        await cos(['cp', join(folder, 'up'), `cos://${bucket}/cut`, ...inParts], stop),
        await cos(['cp', '-', `cos://${bucket}/cut`, ...inParts], { ...stop, input: bytes }),
        await cos(['cp', `cos://${bucket}/down`, join(folder, 'new/down'), ...inParts], stop),
      ];
      const code = 128 + constants.signals[signal];
      expect(ended.map(({ exitCode }) => exitCode)).toEqual([code, code, code]);
      expect(await openUploads()).toEqual([]);
      expect(files()).toEqual(['up']);
    },
  );
});

describe('a run that was killed in the middle', () => {
  const kill = { interruptAt: /"bytesDone":[1-9]/, interruptWith: 'SIGKILL' } as const;

  it('is gone on with by --resume, which sends only what is missing and leaves no upload', async () => {
    slow('UploadPart');
    const relay = await startCountingRelay(farSide.server.info.endpoint);
    const environment = { AWS_ENDPOINT_URL_S3: relay.endpoint };
    const args = ['cp', join(folder, 'up'), `cos://${bucket}/resumed`, ...inParts];
    expect((await cos(args, { ...kill, environment })).exitCode).toBeNull();
    expect(await openUploads()).toEqual(['resumed']);
    farSide.server.faults.clear();
    relay.upBytes = 0;
    const end = await cos([...args, '--resume'], { environment });
    await relay.close();
    expect(end).toMatchObject({ exitCode: 0, stderr: '' });
    expect(relay.upBytes).toBeGreaterThan(1024 * 1024);
    expect(relay.upBytes).toBeLessThan(bytes.length - 4 * 1024 * 1024);
    expect(await openUploads()).toEqual([]);
    expect((await stored('resumed')).equals(bytes)).toBe(true);
  });

  it('is told of by a plain run, which starts over and removes what was left', async () => {
    slow('UploadPart');
    const args = ['cp', join(folder, 'up'), `cos://${bucket}/again`, ...inParts];
    await cos(args, kill);
    farSide.server.faults.clear();
    const end = await cos(args);
    expect(end.exitCode).toBe(0);
    expect(end.stderr).toMatch(
      /^cos: a run of .* was cut off after .* of this copy: --resume would go on from there\./,
    );
    expect(await openUploads()).toEqual([]);
    expect((await stored('again')).equals(bytes)).toBe(true);
    expect(await cos(args)).toMatchObject({ exitCode: 1, stderr: expect.not.stringContaining('cut off') as string });
  });

  it('is told of and cleaned up after by a run with other options, which --resume does not go on with', async () => {
    slow('UploadPart');
    const args = ['cp', join(folder, 'up'), `cos://${bucket}/other`, ...inParts];
    await cos(args, kill);
    expect(await openUploads()).toEqual(['other']);
    farSide.server.faults.clear();
    const end = await cos([...args, '--if-exists', 'replace', '--metadata', 'a=b', '--resume']);
    expect(end).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('with other options') as string });
    expect(await openUploads()).toEqual([]);
    expect((await stored('other')).equals(bytes)).toBe(true);
  });

  it('on the way down is gone on with, and a plain run leaves nothing of it beside the file', async () => {
    slow('GetObject');
    const args = ['cp', `cos://${bucket}/down`, join(folder, 'down'), ...inParts];
    await cos(args, kill);
    expect(readdirSync(folder).filter((name) => name.endsWith('.cospart'))).toHaveLength(1);
    farSide.server.faults.clear();
    expect(await cos(args)).toMatchObject({ exitCode: 0, stderr: expect.stringContaining('cut off') as string });
    expect(readFileSync(join(folder, 'down')).equals(bytes)).toBe(true);
    expect(files()).toEqual(['down', 'up']);
  });
});

describe('a place for notes that cannot be', () => {
  it.each([
    ['HOME', { HOME: '/proc' }],
    ['COS_STATE_FOLDER', { COS_STATE_FOLDER: '/proc/x' }],
  ])('is told of in a sentence, and the copy is made: %s', async (_name, environment) => {
    const end = await cos(['cp', join(folder, 'up'), `cos://${bucket}/noted`, '--if-exists', 'replace'], {
      environment,
    });
    expect(end.exitCode).toBe(0);
    expect(end.stderr).toMatch(/^cos: the folder "\/proc\/[^"]*" cannot hold the journal of transfers \(ENOENT\)/);
  });

  it('is told of for a folder to download to, too', async () => {
    const end = await cos(['cp', `cos://${bucket}/down`, '/proc/x/y']);
    expect(end.exitCode).toBe(1);
    expect(end.stderr).toContain('"/proc/x');
  });

  it('that holds no journal is set aside, told of once, and is no wrong usage', async () => {
    const state = join(folder, 'state');
    const run = () =>
      cos(['cp', join(folder, 'up'), `cos://${bucket}/aside`, '--if-exists', 'replace'], {
        environment: { COS_STATE_FOLDER: state },
      });
    expect(await run()).toMatchObject({ exitCode: 0, stderr: '' });
    const [place] = readdirSync(state);
    writeFileSync(join(state, place!, 'transfers.sqlite'), 'garbage '.repeat(1000));
    const told = await run();
    expect(told.exitCode).toBe(0);
    expect(told.stderr).toMatch(/^cos: the journal of transfers was damaged, and lies at ".*\.damaged-/);
    expect(await run()).toMatchObject({ exitCode: 0, stderr: '' });
  });

  it('is set aside once by several runs that find it damaged at once', async () => {
    const state = join(folder, 'state');
    const run = () =>
      cos(['cp', join(folder, 'up'), `cos://${bucket}/aside`, '--if-exists', 'replace'], {
        environment: { COS_STATE_FOLDER: state },
      });
    await run();
    const place = join(state, readdirSync(state)[0]!);
    writeFileSync(join(place, 'transfers.sqlite'), 'garbage '.repeat(1000));
    const ends = await Promise.all(Array.from({ length: 5 }, run));
    expect(ends.map(({ exitCode }) => exitCode)).toEqual([0, 0, 0, 0, 0]);
    expect(ends.filter(({ stderr }) => stderr !== '')).toHaveLength(1);
    expect(readdirSync(place).filter((name) => name.includes('.damaged-'))).toHaveLength(1);
  });
});
