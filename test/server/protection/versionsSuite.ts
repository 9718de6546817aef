import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { objectKey, type BucketName } from '../../../src/model/ids';
import type { LockRetention } from '../../../src/model/retention';
import { startServedEngine, testConnectionId, type EngineUnderTest } from '../../fakes/servedEngine';
import { oddKeys, type FarSide } from '../objectStorageSuite';
import { createBucket } from './fixture';

const connectionId = testConnectionId;
const always = { kind: 'always' } as const;
const hourMs = 3_600_000;

/** Versions, Object Lock, tags and attributes as every S3 server has them, through the real engine. */
export function describeVersions(name: string, start: () => Promise<FarSide>): void {
  describe(name, () => {
    let farSide: FarSide;
    let engine: EngineUnderTest;
    let bucket: BucketName;
    /** Without versions: radosgw refuses every conditional PUT in a bucket with versions. */
    let plain: BucketName;
    let locked: BucketName;

    const write = async (target: BucketName, key: string, text: string, attributes: object = {}) =>
      await engine.ask('objects/write', {
        connectionId,
        bucket: target,
        key: objectKey(key),
        bytes: Buffer.from(text),
        attributes: { headers: {}, metadata: {}, tags: {}, ...attributes },
        condition: always,
      });
    const read = async (target: BucketName, key: string) => {
      const address = { connectionId, bucket: target, key: objectKey(key) };
      return Buffer.from((await engine.ask('objects/read', { ...address, maxBytes: 1e6 })).bytes).toString();
    };
    const versionsOf = async (key: string) => {
      const query = { connectionId, bucket, prefix: key, delimiter: '' } as const;
      return (await engine.ask('versions/listPage', query)).versions.filter((version) => version.key === key);
    };

    beforeAll(async () => {
      farSide = await start();
      const { connection, credential } = farSide;
      engine = await startServedEngine({ connections: [connection], credentials: { [connectionId]: credential } });
      bucket = await createBucket(connection, credential, 'plain');
      plain = await createBucket(connection, credential, 'plain');
      locked = await createBucket(connection, credential, 'locked');
      expect(await engine.ask('versioning/get', { connectionId, bucket })).toBe('never');
      expect(await engine.ask('versioning/put', { connectionId, bucket, state: 'enabled' })).toBe('enabled');
    });
    afterAll(async () => {
      await engine?.close();
      await farSide?.close();
    });

    it('lists versions and delete markers, newest first, page by page, whatever the keys', async () => {
      for (const key of oddKeys) {
        await write(bucket, `odd/${key}`, 'one');
        await write(bucket, `odd/${key}`, 'two!');
      }
      const collected = [];
      let cursor: string | undefined;
      do {
        const query = { connectionId, bucket, prefix: 'odd/', delimiter: '', maxKeys: 5 } as const;
        const page = await engine.ask('versions/listPage', { ...query, ...(cursor === undefined ? {} : { cursor }) });
        collected.push(...page.versions);
        cursor = page.nextCursor;
      } while (cursor !== undefined);
      expect(collected.map(({ key }) => key).sort()).toEqual(
        oddKeys.flatMap((key) => [`odd/${key}`, `odd/${key}`]).sort(),
      );
      expect(collected.map((version) => version.kind === 'version' && version.sizeBytes)).toEqual(
        oddKeys.flatMap(() => [4, 3]),
      );
      const folders = await engine.ask('versions/listPage', { connectionId, bucket, prefix: '', delimiter: '/' });
      expect(folders.folders).toEqual(['odd/']);
    });

    it('hides an object behind a delete marker and brings it back', async () => {
      await write(bucket, 'hidden', 'here');
      const address = { connectionId, bucket, key: objectKey('hidden') };
      const deletion = { kind: 'delete', connectionId, bucket, keys: [address.key], prefixes: [] } as const;
      const { transferId } = await engine.ask('transfers/start', deletion);
      await expect.poll(() => engine.transfers.get(transferId)?.state).toBe('done');
      expect(await engine.refuse('objects/head', address)).toMatchObject({ kind: 'notFound' });
      expect((await versionsOf('hidden')).map(({ kind, isLatest }) => `${kind} ${isLatest}`)).toEqual([
        'deleteMarker true',
        'version false',
      ]);
      expect(await engine.ask('versions/undelete', address)).toMatchObject({ removedMarkers: 1 });
      expect(await read(bucket, 'hidden')).toBe('here');
      expect(await engine.ask('versions/undelete', address)).toMatchObject({ removedMarkers: 0 });
      const absent = { ...address, key: objectKey('never-there') };
      expect(await engine.refuse('versions/undelete', absent)).toMatchObject({ kind: 'notFound', reason: 'noSuchKey' });
    });

    it('restores an old version with its attributes, if the current object is the one seen', async () => {
      const old = { headers: { contentType: 'text/x-old' }, metadata: { from: 'Übersee' }, tags: { stage: 'old' } };
      await write(bucket, 'restored', 'old', old);
      const current = await write(bucket, 'restored', 'new', { headers: { contentType: 'text/x-new' } });
      const [, oldest] = await versionsOf('restored');
      const source = { connectionId, bucket, key: objectKey('restored'), versionId: oldest!.versionId };
      const stale = { kind: 'ifMatch', etag: 'f'.repeat(32) } as const;
      expect(
        await engine.refuse('versions/restore', { ...source, condition: stale, lock: 'bucketDefault' }),
      ).toMatchObject({ kind: 'preconditionFailed' });
      const condition = { kind: 'ifMatch', etag: current.etag } as const;
      await engine.ask('versions/restore', { ...source, condition, lock: 'bucketDefault' });
      expect(await read(bucket, 'restored')).toBe('old');
      const state = await engine.ask('attributes/get', { connectionId, bucket, key: objectKey('restored') });
      expect(state).toMatchObject({ info: { headers: old.headers, metadata: old.metadata }, tags: old.tags });
      expect(await versionsOf('restored')).toHaveLength(3);
    });

    it('permanently deletes one version', async () => {
      await write(bucket, 'pruned', 'one');
      await write(bucket, 'pruned', 'two');
      const [, oldest] = await versionsOf('pruned');
      const address = { connectionId, bucket, key: objectKey('pruned'), versionId: oldest!.versionId };
      expect(await engine.ask('versions/delete', { ...address, bypassGovernance: false })).toEqual({
        wasDeleteMarker: false,
      });
      expect(await versionsOf('pruned')).toHaveLength(1);
      expect(await read(bucket, 'pruned')).toBe('two');
    });

    it.each(['copy', 'put'] as const)('changes one attribute by %s and keeps all others', async (method) => {
      const key = objectKey(`kept-${method}`);
      const attributes = {
        headers: { contentType: 'text/plain', cacheControl: 'max-age=1', contentLanguage: 'de' },
        metadata: { plain: 'a value', umlaut: 'Grüße, 世界', gone: 'soon' },
        tags: { project: 'alpha beta', stage: 'x-1' },
      };
      await write(plain, key, 'content', attributes);
      const address = { connectionId, bucket: plain, key };
      const before = await engine.ask('attributes/get', address);
      const outcome = await engine.ask('attributes/put', {
        ...address,
        seen: { etag: before.info.etag, modifiedAtMs: before.info.modifiedAtMs },
        change: { headers: { cacheControl: 'no-store', contentLanguage: null }, metadata: { gone: null, added: 'ja' } },
        method,
        lock: 'keep',
      });
      expect(outcome).toMatchObject({ applied: ['attributes'] });
      expect(outcome.failed).toBeUndefined();
      const after = await engine.ask('attributes/get', address);
      expect(after.info.headers).toEqual({ contentType: 'text/plain', cacheControl: 'no-store' });
      expect(after.info.metadata).toEqual({ plain: 'a value', umlaut: 'Grüße, 世界', added: 'ja' });
      expect(after).toMatchObject({ tags: attributes.tags, acl: 'private', unreadable: [] });
      expect(await read(plain, key)).toBe('content');
    });

    it('changes tags and access without writing the object anew', async () => {
      const key = objectKey('tags-only');
      const { etag, versionId } = await write(bucket, key, 'content', { tags: { a: '1', b: '2' } });
      const address = { connectionId, bucket, key };
      const change = { tags: { a: null, c: 'three' }, acl: 'public-read' } as const;
      const put = { ...address, seen: { etag }, change, method: 'copy', lock: 'keep' } as const;
      expect(await engine.ask('attributes/put', put)).toMatchObject({ applied: ['tags', 'acl'] });
      const state = await engine.ask('attributes/get', address);
      expect(state).toMatchObject({ info: { versionId }, tags: { b: '2', c: 'three' }, acl: 'public-read' });
      // Written anew, the object stays public.
      const again = { ...put, change: { metadata: { a: 'b' } } };
      expect(await engine.ask('attributes/put', again)).toMatchObject({ applied: ['attributes'] });
      expect(await engine.ask('attributes/get', address)).toMatchObject({
        acl: 'public-read',
        tags: { b: '2', c: 'three' },
      });
    });

    it('locks versions, and tells a lock from a missing role', async () => {
      expect(await engine.ask('objectLock/get', { connectionId, bucket })).toEqual({ kind: 'none' });
      const defaultRetention = { mode: 'GOVERNANCE', duration: { unit: 'days', count: 1 } } as const;
      const configured = await engine.ask('objectLock/put', { connectionId, bucket: locked, defaultRetention });
      expect(configured).toEqual({ kind: 'enabled', defaultRetention });
      expect(await engine.ask('objectLock/put', { connectionId, bucket: locked, defaultRetention: null })).toEqual({
        kind: 'enabled',
      });
      const written = await write(locked, 'record', 'content');
      const address = { connectionId, bucket: locked, key: objectKey('record'), versionId: written.versionId! };
      expect(await engine.ask('protection/get', address)).toMatchObject({ kind: 'none', mechanism: 'objectLock' });
      const untilMs = Math.ceil(Date.now() / 1000) * 1000 + hourMs;
      const lock = async (retention: LockRetention | null, bypassGovernance = false) =>
        await engine.send('protection/setLock', { ...address, retention, bypassGovernance });
      expect(await lock({ mode: 'GOVERNANCE', retainUntilMs: untilMs })).toMatchObject({
        value: { kind: 'objectLock', mode: 'GOVERNANCE', retainUntilMs: untilMs, hasLegalHold: false },
      });
      expect(await engine.refuse('versions/delete', { ...address, bypassGovernance: false })).toMatchObject({
        kind: 'held',
        refusal: 'lockNeedsBypass',
        httpStatus: 403,
      });
      expect(await lock({ mode: 'GOVERNANCE', retainUntilMs: untilMs - 60_000 })).toMatchObject({
        error: { kind: 'held', refusal: 'lockNeedsBypass' },
      });
      expect(await engine.ask('protection/setLockHold', { ...address, isOn: true })).toMatchObject({
        hasLegalHold: true,
      });
      expect(await engine.refuse('versions/delete', { ...address, bypassGovernance: true })).toMatchObject({
        kind: 'held',
        refusal: 'protected',
      });
      expect(await engine.ask('protection/setLockHold', { ...address, isOn: false })).toMatchObject({
        hasLegalHold: false,
      });
      expect(await lock({ mode: 'GOVERNANCE', retainUntilMs: untilMs - 60_000 }, true)).toMatchObject({ ok: true });
      expect(await engine.ask('versions/delete', { ...address, bypassGovernance: true })).toEqual({
        wasDeleteMarker: false,
      });
    });

    it('keeps the lock of an object that is written anew, or leaves it to the bucket', async () => {
      const written = await write(locked, 'rewritten', 'content');
      const address = { connectionId, bucket: locked, key: objectKey('rewritten') };
      const retainUntilMs = Math.ceil(Date.now() / 1000) * 1000 + hourMs;
      await engine.ask('protection/setLock', {
        ...address,
        retention: { mode: 'GOVERNANCE', retainUntilMs },
        bypassGovernance: false,
      });
      await engine.ask('protection/setLockHold', { ...address, isOn: true });
      const put = { ...address, seen: { etag: written.etag }, method: 'copy' } as const;
      await engine.ask('attributes/put', { ...put, change: { metadata: { a: '1' } }, lock: 'keep' });
      const kept = await engine.ask('protection/get', address);
      expect(kept).toMatchObject({ kind: 'objectLock', mode: 'GOVERNANCE', retainUntilMs, hasLegalHold: true });
      await engine.ask('attributes/put', { ...put, change: { metadata: { a: '2' } }, lock: 'bucketDefault' });
      expect(await engine.ask('protection/get', address)).toMatchObject({ kind: 'none' });
      const old = { ...address, versionId: written.versionId! };
      expect(await engine.ask('protection/get', old)).toMatchObject({ mode: 'GOVERNANCE', hasLegalHold: true });
    });

    it('keeps a lock that lasts longer than what the bucket gives to new versions', async () => {
      const written = await write(locked, 'longer', 'content');
      const address = { connectionId, bucket: locked, key: objectKey('longer') };
      const retainUntilMs = Math.ceil(Date.now() / 1000) * 1000 + 72 * hourMs;
      const retention = { mode: 'GOVERNANCE', retainUntilMs } as const;
      await engine.ask('protection/setLock', { ...address, retention, bypassGovernance: false });
      const defaultRetention = { mode: 'GOVERNANCE', duration: { unit: 'days', count: 1 } } as const;
      await engine.ask('objectLock/put', { connectionId, bucket: locked, defaultRetention });
      const put = { ...address, seen: { etag: written.etag }, method: 'copy' } as const;
      await engine.ask('attributes/put', { ...put, change: { metadata: { a: '1' } }, lock: 'keep' });
      const kept = await engine.ask('protection/get', address);
      await engine.ask('objectLock/put', { connectionId, bucket: locked, defaultRetention: null });
      expect(kept).toMatchObject({ kind: 'objectLock', mode: 'GOVERNANCE', retainUntilMs });
    });
  });
}
