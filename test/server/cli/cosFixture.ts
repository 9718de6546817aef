import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { CreateBucketCommand, ListObjectsV2Command, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach } from 'vitest';
import { buildCosCommand, hmacEnvironment, runCos, type CommandResult, type CommandRun } from '../../fakes/cosCommand';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';

/** What a test of the command has: a local server with a bucket of its own, a folder that is also its home, and the command. */
export interface CosFixture {
  readonly farSide: LocalFarSide;
  readonly bundle: string;
  readonly raw: S3Client;
  readonly folder: string;
  readonly bucket: string;
  /** Environment in which the command finds the server's HMAC pair, and nothing of the machine's own. */
  readonly environment: Record<string, string>;
  readonly cos: (args: readonly string[], run?: CommandRun) => Promise<CommandResult>;
  /** Writes a file below the folder. */
  readonly write: (name: string, content: string | Buffer) => string;
  readonly put: (keys: readonly string[]) => Promise<void>;
  readonly keys: (prefix?: string) => Promise<readonly string[]>;
}

/** Sets up what is described by `CosFixture`; what it answers is valid while a test runs. */
export function useCos(): CosFixture {
  let farSide: LocalFarSide;
  let bundle: string;
  let raw: S3Client;
  let folder = '';
  let bucket = '';
  let count = 0;
  beforeAll(async () => {
    [farSide, bundle] = await Promise.all([startLocalFarSide(), buildCosCommand()]);
    const { endpoint, accessKeyId, secretAccessKey } = farSide.server.info;
    raw = new S3Client({
      endpoint,
      region: 'us-east-1',
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey },
    });
  });
  afterAll(async () => {
    raw.destroy();
    await farSide.close();
    rmSync(dirname(bundle), { recursive: true });
  });
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cos-cli-'));
    bucket = `cli-${++count}`;
    await raw.send(new CreateBucketCommand({ Bucket: bucket }));
    return () => {
      farSide.server.faults.clear();
      rmSync(folder, { recursive: true });
    };
  });
  const fixture: CosFixture = {
    get farSide() {
      return farSide;
    },
    get bundle() {
      return bundle;
    },
    get raw() {
      return raw;
    },
    get folder() {
      return folder;
    },
    get bucket() {
      return bucket;
    },
    get environment() {
      return hmacEnvironment(farSide.server.info, folder);
    },
    cos: (args, run = {}) => runCos(bundle, args, { environment: fixture.environment, ...run }),
    write: (name, content) => {
      const path = join(folder, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, content);
      return path;
    },
    put: async (keys) => {
      for (const key of keys) await raw.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: key }));
    },
    keys: async (prefix = '') => {
      const page = await raw.send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix }));
      return (page.Contents ?? []).map(({ Key }) => Key ?? '');
    },
  };
  return fixture;
}
