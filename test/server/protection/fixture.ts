import { randomUUID } from 'node:crypto';
import { CreateBucketCommand, PutBucketLifecycleConfigurationCommand, S3Client } from '@aws-sdk/client-s3';
import type { EngineClock } from '../../../src/engine/clock';
import { systemClock } from '../../../src/engine/clock';
import { createAuthorizer } from '../../../src/engine/cos/authorizer';
import { createBucketDirectory } from '../../../src/engine/cos/bucketDirectory';
import { createListBuckets } from '../../../src/engine/cos/buckets';
import type { FullCosClient } from '../../../src/engine/cos/fullClient';
import type { CopyLimits } from '../../../src/engine/cos/rewrite';
import { createCosClient } from '../../../src/engine/cos/createCosClient';
import { createWire, type Wire } from '../../../src/engine/cos/wire';
import { createHttpClient } from '../../../src/engine/http/httpClient';
import type { Connection, Credential } from '../../../src/model/connection';
import { bucketName, connectionId, objectKey, type BucketName } from '../../../src/model/ids';
import type { ObjectHeaders } from '../../../src/model/objectInfo';
import { startLocalFarSide, type LocalFarSide } from '../../fakes/localFarSide';
import {
  impatient,
  plainConfiguration,
  startServedEngine,
  testConnectionId,
  type EngineUnderTest,
} from '../../fakes/servedEngine';

/** A local server, and an engine whose clock follows the server's. */
export interface Protected {
  readonly farSide: LocalFarSide;
  readonly engine: EngineUnderTest;
  /** The same engine by a connection that is marked read-only. */
  readonly readOnly: typeof testConnectionId;
  /** Creates a bucket, with Object Lock if wanted. */
  bucket(kind?: 'plain' | 'locked'): Promise<BucketName>;
  /** Creates a bucket with a retention policy in days. */
  retained(days: readonly [number, number, number], isPermanentAllowed?: boolean): Promise<BucketName>;
  /** Stores an object and answers its address with the connection. */
  put(
    bucket: BucketName,
    key: string,
    text?: string,
    attributes?: { headers: ObjectHeaders; metadata?: Record<string, string>; tags?: Record<string, string> },
  ): Promise<{ connectionId: typeof testConnectionId; bucket: BucketName; key: ReturnType<typeof objectKey> }>;
  /** Lets everything that is written to a bucket from now on go to archive at once. */
  archiveAll(bucket: BucketName): Promise<void>;
  /** A connection of another role, known to the engine as `role-<role>`. */
  readonly roles: Readonly<Record<'Reader' | 'ObjectReader' | 'Writer', typeof testConnectionId>>;
  nowMs(): number;
  advance(byMs: number): void;
  /** Makes the server fail as told, see docs/local-server.md. */
  fault(rule: object): Promise<void>;
  /** A client past JSON-RPC, with other limits for copies, and something that happens before each of its requests. */
  client(copyLimits?: CopyLimits, before?: (op: string) => Promise<void>): FullCosClient;
  /** The engine's way to the server, past what the engine checks before a request. */
  wire(): Wire;
  close(): Promise<void>;
}

/** Starts both. */
export async function startProtected(signIn: 'hmac' | 'iam' = 'hmac'): Promise<Protected> {
  const farSide = await startLocalFarSide();
  const { clock } = farSide.server;
  const engineClock: EngineClock = { ...systemClock, nowMs: () => clock.nowMs() };
  const readOnly = connectionId('read-only');
  const own = signIn === 'iam' ? farSide.iam : farSide.hmac;
  const ownKey = signIn === 'iam' ? farSide.apiKey : farSide.hmacKey;
  const connections: Connection[] = [own, { ...own, id: readOnly, isReadOnly: true }];
  const credentials: Record<string, Credential> = { [testConnectionId]: ownKey, [readOnly]: ownKey };
  for (const role of ['Reader', 'ObjectReader', 'Writer'] as const) {
    const id = connectionId(`role-${role.toLowerCase()}`);
    const { apiKey, hmac } = (await farSide.admin('POST', '/keys', { role })) as {
      apiKey: string;
      hmac: { accessKeyId: string; secretAccessKey: string };
    };
    connections.push({ ...own, id });
    credentials[id] = signIn === 'iam' ? { kind: 'apiKey', apiKey } : { kind: 'hmac', ...hmac };
  }
  const engine = await startServedEngine({ connections, credentials, clock: engineClock });
  const http = createHttpClient({
    configuration: plainConfiguration,
    clock: engineClock,
    policy: impatient,
    environment: {},
    random: Math.random,
    log: () => undefined,
  });
  const clients: { close(): void | Promise<void> }[] = [];

  const bucket = async (kind: 'plain' | 'locked' = 'plain'): Promise<BucketName> =>
    await createBucket(farSide.hmac, farSide.hmacKey, kind, clock.nowMs() - Date.now());
  return {
    farSide,
    engine,
    readOnly,
    bucket,
    async retained([minimumDays, defaultDays, maximumDays], isPermanentAllowed = false) {
      const created = await bucket();
      const policy = { minimumDays, defaultDays, maximumDays, isPermanentAllowed };
      await engine.ask('bucketProtection/put', { connectionId: testConnectionId, bucket: created, policy });
      return created;
    },
    async put(target, key, text = 'content', attributes = { headers: {} }) {
      const address = { connectionId: testConnectionId, bucket: target, key: objectKey(key) };
      const condition = { kind: 'always' } as const;
      const whole = { metadata: {}, tags: {}, ...attributes };
      await engine.ask('objects/write', { ...address, bytes: Buffer.from(text), attributes: whole, condition });
      return address;
    },
    async archiveAll(target) {
      const { endpoint } = farSide.hmac;
      const { accessKeyId, secretAccessKey } = farSide.server.info;
      const credentials = { accessKeyId, secretAccessKey };
      const client = new S3Client({ endpoint, region: 'us-south', forcePathStyle: true, credentials });
      const transitions = [{ Days: 0, StorageClass: 'GLACIER' as const }];
      const rule = { ID: 'archive', Status: 'Enabled' as const, Filter: { Prefix: '' }, Transitions: transitions };
      try {
        const configuration = { Bucket: target, LifecycleConfiguration: { Rules: [rule] } };
        await client.send(new PutBucketLifecycleConfigurationCommand(configuration));
      } finally {
        client.destroy();
      }
    },
    roles: {
      Reader: connectionId('role-reader'),
      ObjectReader: connectionId('role-objectreader'),
      Writer: connectionId('role-writer'),
    },
    nowMs: () => clock.nowMs(),
    advance: (byMs) => clock.advance(byMs),
    async fault(rule) {
      await farSide.admin('POST', '/faults', rule);
    },
    client(copyLimits, before) {
      const client = createCosClient({
        connection: farSide.hmac,
        resolveCredential: async () => farSide.hmacKey,
        http:
          before === undefined
            ? http
            : {
                ...http,
                send: async (call, signal) => {
                  await before(call.op);
                  return await http.send(call, signal);
                },
              },
        clock: engineClock,
        ...(copyLimits === undefined ? {} : { copyLimits }),
      });
      clients.push(client);
      return client;
    },
    wire() {
      const connection = farSide.hmac;
      const authorizer = createAuthorizer({
        connection,
        resolveCredential: async () => farSide.hmacKey,
        http,
        clock: engineClock,
      });
      const wire = createWire({
        connection,
        http,
        clock: engineClock,
        authorizer,
        guard: () => undefined,
        directory: () => directory,
      });
      const directory = createBucketDirectory(
        connection,
        engineClock,
        createListBuckets(wire, (failure) => failure),
      );
      clients.push(directory, authorizer);
      return wire;
    },
    async close() {
      for (const client of clients) await client.close();
      await http.close();
      await engine.close();
      await farSide.close();
    },
  };
}

/** Creates a bucket past the engine, which does not switch Object Lock on while it creates one. */
export async function createBucket(
  { endpoint }: Connection,
  credential: Credential,
  kind: 'plain' | 'locked',
  systemClockOffset = 0,
): Promise<BucketName> {
  if (credential.kind !== 'hmac') throw new Error('an HMAC key is needed');
  const { accessKeyId, secretAccessKey } = credential;
  const credentials = { accessKeyId, secretAccessKey };
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials, systemClockOffset });
  const name = bucketName(`guarded-${randomUUID().slice(0, 13).replaceAll('-', 'x')}`);
  try {
    await client.send(new CreateBucketCommand({ Bucket: name, ObjectLockEnabledForBucket: kind === 'locked' }));
    return name;
  } finally {
    client.destroy();
  }
}
