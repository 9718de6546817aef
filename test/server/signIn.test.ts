import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { bucketName, objectKey } from '../../src/model/ids';
import { startLocalFarSide, type LocalFarSide } from '../fakes/localFarSide';
import {
  plainConfiguration,
  startServedEngine,
  testConnectionId as connectionId,
  type EngineUnderTest,
} from '../fakes/servedEngine';

const bucket = bucketName('sign-in');

describe('signing in with an API key', () => {
  let farSide: LocalFarSide;
  let engine: EngineUnderTest;
  const tokenRequests = () => farSide.server.requests.read().byOperation['iam.token'] ?? 0;
  const list = () => engine.ask('objects/listPage', { connectionId, bucket, prefix: '', delimiter: '', maxKeys: 2 });

  const startEngine = async () =>
    await startServedEngine({ connections: [farSide.iam], credentials: { [connectionId]: farSide.apiKey } });

  beforeAll(async () => {
    farSide = await startLocalFarSide();
    engine = await startEngine();
    await engine.ask('buckets/create', { connectionId, bucket, location: 'us-south', storageClass: 'smart' });
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      const attributes = { headers: {} };
      const condition = { kind: 'always' } as const;
      const write = { connectionId, bucket, key: objectKey(key), bytes: Buffer.from(key), attributes, condition };
      await engine.ask('objects/write', write);
    }
  });
  beforeEach(async () => {
    await engine.close();
    engine = await startEngine();
    farSide.server.requests.clear();
  });
  afterAll(async () => {
    await engine.close();
    await farSide.close();
  });

  it('asks IAM once for twenty callers at the same time', async () => {
    await Promise.all(Array.from({ length: 20 }, list));
    expect(tokenRequests()).toBe(1);
  });

  it('goes on with a listing when the token dies between two pages', async () => {
    const first = await list();
    await farSide.admin('POST', '/tokens/revoke', { all: true });
    const cursor = first.nextCursor!;
    const page = { connectionId, bucket, prefix: '', delimiter: '', maxKeys: 2, cursor } as const;
    const second = await engine.ask('objects/listPage', page);
    expect(second.objects.map(({ key }) => key)).toEqual(['c', 'd']);
    expect(tokenRequests()).toBe(2);
  });

  it('renews a dead token once for all requests that it fails', async () => {
    await list();
    await farSide.admin('POST', '/tokens/revoke', { all: true });
    await Promise.all(Array.from({ length: 10 }, list));
    expect(tokenRequests()).toBe(2);
  });

  it('does not burden IAM for a bucket that may not be read', async () => {
    const key = (await farSide.admin('POST', '/keys', { role: 'ObjectWriter' })) as { apiKey: string };
    const limited = await startServedEngine({
      connections: [farSide.iam],
      credentials: { [connectionId]: { kind: 'apiKey', apiKey: key.apiKey } },
    });
    const page = { connectionId, bucket, prefix: '', delimiter: '' } as const;
    for (let again = 0; again < 5; again++) {
      expect(await limited.refuse('objects/listPage', page)).toMatchObject({ kind: 'denied', code: 'AccessDenied' });
    }
    expect(tokenRequests()).toBeLessThanOrEqual(2);
    await limited.close();
  });

  it('says that a wrong or revoked API key is not known, and stops asking', async () => {
    const created = (await farSide.admin('POST', '/keys', { role: 'Manager' })) as { apiKey: string; id: string };
    for (const apiKey of ['no-such-key', created.apiKey]) {
      if (apiKey === created.apiKey) await farSide.admin('DELETE', `/keys/${created.id}`);
      farSide.server.requests.clear();
      const wrong = await startServedEngine({
        connections: [farSide.iam],
        credentials: { [connectionId]: { kind: 'apiKey', apiKey } },
      });
      for (let again = 0; again < 3; again++) {
        const error = await wrong.refuse('buckets/list', { connectionId });
        expect(error).toMatchObject({
          kind: 'signInNeeded',
          reason: 'apiKeyUnknown',
          code: 'BXNIM0415E',
          retry: 'afterSignIn',
        });
      }
      expect(tokenRequests()).toBe(1);
      expect(wrong.log.join('\n')).not.toContain(apiKey);
      await wrong.close();
    }
  });

  it.each([
    ['disabled', 'apiKeyDisabled'],
    ['locked', 'apiKeyLocked'],
    ['expired', 'apiKeyExpired'],
  ])('says that an API key is %s, and asks no further', async (condition, reason) => {
    const created = (await farSide.admin('POST', '/keys', { role: 'Manager' })) as { apiKey: string; id: string };
    await farSide.admin('PUT', `/keys/${created.id}/condition`, { condition });
    const limited = await startServedEngine({
      connections: [farSide.iam],
      credentials: { [connectionId]: { kind: 'apiKey', apiKey: created.apiKey } },
    });
    for (let again = 0; again < 3; again++) {
      const error = await limited.refuse('buckets/list', { connectionId });
      expect(error).toMatchObject({ kind: 'signInNeeded', reason });
    }
    expect(tokenRequests()).toBe(1);
    expect(limited.log.join('\n')).not.toContain(created.apiKey);
    await limited.close();
  });

  it('says that only a one-time passcode signs in', async () => {
    await farSide.admin('PATCH', '/tokens', { externalAuthentication: 'required' });
    const error = await engine.refuse('buckets/list', { connectionId });
    await farSide.admin('PATCH', '/tokens', { externalAuthentication: 'off' });
    expect(error).toMatchObject({ kind: 'signInNeeded', reason: 'passcodeNeeded', code: 'BXNIM0400E' });
  });

  it('tries a new API key after the connection was edited', async () => {
    const credentials: Record<string, typeof farSide.apiKey> = { [connectionId]: { kind: 'apiKey', apiKey: 'wrong' } };
    const edited = await startServedEngine({ connections: [farSide.iam], credentials });
    expect((await edited.refuse('buckets/list', { connectionId })).reason).toBe('apiKeyUnknown');
    credentials[connectionId] = farSide.apiKey;
    await edited.ask('connection/forget', { connectionId });
    expect((await edited.ask('buckets/list', { connectionId })).map(({ name }) => name)).toContain(bucket);
    await edited.close();
  });

  it('lets a transfer that runs renew its token, also after its connection was edited', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sign-in-'));
    const sources = ['first', 'second'].map((name) => ({ fsPath: join(folder, name) }));
    for (const { fsPath } of sources) writeFileSync(fsPath, 'x'.repeat(1000));
    const slow = await startServedEngine({
      connections: [farSide.iam],
      credentials: { [connectionId]: farSide.apiKey },
      configuration: { maxBytesPerSecond: 1, maxConnections: 1 },
    });
    const upload = { kind: 'upload', connectionId, bucket, prefix: 'edited/', sources, clash: 'replace' } as const;
    const { transferId } = await slow.ask('transfers/start', upload);
    await expect.poll(() => slow.transfers.get(transferId)?.itemsDone).toBe(1);
    await slow.ask('connection/forget', { connectionId });
    await farSide.admin('POST', '/tokens/revoke', { all: true });
    await slow.ask('engine/configure', plainConfiguration);
    await expect.poll(() => slow.transfers.get(transferId)?.state).toMatch(/done|failed/);
    expect(slow.transfers.get(transferId)).toMatchObject({ state: 'done', failures: [] });
    await slow.close();
    rmSync(folder, { recursive: true });
  });

  it('never writes keys or tokens into the log', async () => {
    await list();
    expect(engine.log.join('\n')).toContain('ListObjectsV2 GET');
    expect(engine.log.join('\n')).not.toMatch(/Bearer|eyJ/);
    expect(engine.log.join('\n')).not.toContain(farSide.server.info.apiKey);
  });
});
