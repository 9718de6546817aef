import { randomBytes, randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CosClient } from '../../src/engine/cos/client';
import type { Connection, Credential } from '../../src/model/connection';
import { authenticatedUsersUri } from '../../src/model/publicAccess';
import type { EngineConfiguration } from '../../src/protocol/requests';
import { bucketName, objectKey, type BucketName } from '../../src/model/ids';
import { createDirectClient, type DirectClient } from '../fakes/directClient';
import { startServedEngine, testConnectionId, type EngineUnderTest } from '../fakes/servedEngine';

/** A service to run the suite against. */
export interface FarSide {
  readonly connection: Connection;
  readonly credential: Credential;
  /** Settings of the engine that this service needs. */
  readonly configuration?: Partial<EngineConfiguration>;
  readonly close: () => Promise<void>;
}

/** Keys that break clients: path folding, encodings, XML. */
export const oddKeys = [
  'sp ace/ü & <x>.txt',
  'plus+sign',
  'a//b',
  '/leading',
  'dot/../x',
  './y',
  'emoji 🎉',
  'q?uery#h%20',
  'trailing/',
  'new\nline',
  'quotes\'"()*!',
  'bell\u0007',
] as const;

const never = new AbortController().signal;

/** What every S3 server has to do for us, through the real engine. */
export function describeObjectStorage(
  name: string,
  start: () => Promise<FarSide>,
  { hasGrants = false }: { readonly hasGrants?: boolean } = {},
): void {
  describe(name, () => {
    let farSide: FarSide;
    let engine: EngineUnderTest;
    let direct: DirectClient;
    let bucket: BucketName;
    const connectionId = testConnectionId;
    const cos = (): CosClient => direct.client;
    const put = async (key: string, text: string) =>
      await cos().putObject(
        { bucket, key: objectKey(key) },
        Buffer.from(text),
        { headers: {} },
        { kind: 'always' },
        never,
      );
    const read = async (key: string) => {
      const { bytes } = await engine.ask('objects/read', { connectionId, bucket, key: objectKey(key), maxBytes: 1e6 });
      return Buffer.from(bytes).toString('utf8');
    };

    beforeAll(async () => {
      farSide = await start();
      const { connection, credential, configuration = {} } = farSide;
      engine = await startServedEngine({
        connections: [connection],
        credentials: { [connectionId]: credential },
        configuration,
      });
      direct = createDirectClient(connection, credential, configuration);
      bucket = bucketName(`suite-${randomUUID().slice(0, 13).replaceAll('-', 'x')}`);
      await engine.ask('buckets/create', { connectionId, bucket });
    });
    it.runIf(hasGrants)('keeps whom an access list names in saves, renames and copies', async () => {
      const key = objectKey('shared.txt');
      const large = objectKey('shared.bin');
      await put(key, 'one');
      await cos().putObject(
        { bucket, key: large },
        new Uint8Array(6 << 20),
        { headers: {} },
        { kind: 'always' },
        never,
      );
      const grant = { grantee: { kind: 'group', uri: authenticatedUsersUri }, permission: 'READ' } as const;
      for (const shared of [key, large]) {
        const { ownerId, grants } = await direct.client.getAccessList({ bucket, key: shared }, never);
        await direct.client.putAcl({ bucket, key: shared }, { ownerId, grants: [...grants, grant] }, never);
      }
      const isShared = async (name: string) => {
        const { acl, grants } = await direct.client.getAccessList({ bucket, key: objectKey(name) }, never);
        return acl === 'other' && grants.some((one) => isDeepStrictEqual(one, grant)) && grants.length === 2;
      };
      const { etag } = await cos().headObject({ bucket, key }, never);
      const document = { connectionId, bucket, key, bytes: Buffer.from('two'), attributes: { headers: {} } };
      await engine.ask('objects/write', { ...document, condition: { kind: 'ifMatch', etag } });
      expect([await read(key), await isShared(key)]).toEqual(['two', true]);

      const source = { bucket, keys: [key, large], prefixes: [] };
      for (const [deleteSource, prefix] of [
        [false, 'copied/'],
        [true, 'moved/'],
      ] as const) {
        const target = { bucket, prefix };
        const end = await engine.run({ kind: 'copy', connectionId, source, target, deleteSource, clash: 'fail' });
        expect(end).toMatchObject({ state: 'done', itemsDone: 2 });
        // A copy is not opened to whoever has an account.
        for (const name of source.keys) expect(await isShared(prefix + name), prefix + name).toBe(deleteSource);
      }
    });

    afterAll(async () => {
      if (direct !== undefined) {
        await empty(cos(), bucket);
        await cos().deleteBucket(bucket, never);
        await direct.close();
      }
      await engine?.close();
      await farSide?.close();
    });

    it('lists a bucket that was created, and finds it by name', async () => {
      const buckets = await engine.ask('buckets/list', { connectionId });
      expect(buckets.map(({ name: each }) => each)).toContain(bucket);
      expect((await engine.ask('buckets/get', { connectionId, bucket })).name).toBe(bucket);
      const report = await engine.ask('connection/test', {
        connection: farSide.connection,
        credential: farSide.credential,
      });
      expect(report.bucketCount).toBe(buckets.length);
    });

    it('says which bucket or key is not there', async () => {
      const absent = bucketName(`absent-${randomUUID()}`);
      const page = { connectionId, bucket: absent, prefix: '', delimiter: '/' } as const;
      expect(await engine.refuse('objects/listPage', page)).toMatchObject({ kind: 'notFound', reason: 'noSuchBucket' });
      const address = { connectionId, bucket, key: objectKey('absent') };
      expect(await engine.refuse('objects/head', address)).toMatchObject({ kind: 'notFound', reason: 'noSuchKey' });
      expect(await engine.refuse('objects/read', { ...address, maxBytes: 10 })).toMatchObject({
        kind: 'notFound',
        reason: 'noSuchKey',
        code: 'NoSuchKey',
      });
    });

    it('refuses to delete a bucket that holds objects', async () => {
      await put('keep', 'me');
      expect(await engine.refuse('buckets/delete', { connectionId, bucket })).toMatchObject({
        kind: 'conflict',
        reason: 'bucketNotEmpty',
      });
      expect(await read('keep')).toBe('me');
    });

    it('keeps bytes, headers, metadata and tags of what it writes', async () => {
      const key = objectKey('attributes.txt');
      const attributes = {
        headers: {
          contentType: 'text/plain; charset=utf-8',
          cacheControl: 'max-age=60',
          contentDisposition: 'attachment; filename="a b.txt"',
          contentLanguage: 'de',
        },
        metadata: { plain: 'a value', umlaut: 'Grüße, 世界' },
        tags: { project: 'alpha beta', stage: 'x-1' },
      };
      const bytes = randomBytes(70_000);
      const written = await engine.ask('objects/write', {
        connectionId,
        bucket,
        key,
        bytes,
        attributes,
        condition: { kind: 'always' },
      });
      const answer = await engine.ask('objects/read', { connectionId, bucket, key, maxBytes: 1e6 });
      expect(Buffer.from(answer.bytes).equals(bytes)).toBe(true);
      expect(answer.info).toMatchObject({ key, etag: written.etag, sizeBytes: 70_000, ...pick(attributes) });
      expect(await engine.ask('objects/head', { connectionId, bucket, key })).toMatchObject(pick(attributes));
      expect(await engine.ask('objects/getTags', { connectionId, bucket, key })).toEqual(attributes.tags);
    });

    it('carries every odd key through writing, listing, reading, copying and deleting', async () => {
      for (const key of oddKeys) await put(`odd/${key}`, key);
      const listed = await engine.ask('objects/listPage', { connectionId, bucket, prefix: 'odd/', delimiter: '' });
      expect(listed.objects.map(({ key }) => key).sort()).toEqual(oddKeys.map((key) => `odd/${key}`).sort());
      for (const key of oddKeys) {
        expect(await read(`odd/${key}`)).toBe(key);
        const target = objectKey(`odd-copy/${key}`);
        const source = { bucket, key: objectKey(`odd/${key}`) };
        await cos().copyObject(source, { bucket, key: target }, { condition: { kind: 'always' } }, never);
        expect(await read(target)).toBe(key);
      }
      const keys = oddKeys.flatMap((key) => [objectKey(`odd/${key}`), objectKey(`odd-copy/${key}`)]);
      expect(await cos().deleteObjects(bucket, keys, never)).toEqual([]);
      const left = await engine.ask('objects/listPage', { connectionId, bucket, prefix: 'odd', delimiter: '' });
      expect(left.objects).toEqual([]);
    });

    it('lists folders and objects page by page, each once', async () => {
      const names = Array.from({ length: 7 }, (_each, at) => `page/${at}/x`).concat(['page/a', 'page/b', 'page/c']);
      for (const key of names) await put(key, 'x');
      const folders: string[] = [];
      const keys: string[] = [];
      let cursor: string | undefined;
      let pages = 0;
      do {
        const more = cursor === undefined ? {} : { cursor };
        const query = { connectionId, bucket, prefix: 'page/', delimiter: '/', maxKeys: 4, ...more } as const;
        const page = await engine.ask('objects/listPage', query);
        folders.push(...page.folders);
        keys.push(...page.objects.map(({ key }) => key));
        cursor = page.nextCursor;
        pages += 1;
      } while (cursor !== undefined);
      expect(folders).toEqual(names.slice(0, 7).map((key) => key.slice(0, -1)));
      expect(keys).toEqual(['page/a', 'page/b', 'page/c']);
      expect(pages).toBe(3);
      const after = { connectionId, bucket, prefix: 'page/', delimiter: '', startAfter: 'page/6/x' } as const;
      expect((await engine.ask('objects/listPage', after)).objects.map(({ key }) => key)).toEqual(keys);
      const selection = { connectionId, bucket, keys: [objectKey('page/a')], prefixes: ['page/0/', 'page/1/'] };
      expect(await engine.ask('objects/count', { ...selection, limit: 100 })).toEqual({
        objects: 3,
        bytes: 3,
        isComplete: true,
      });
      expect(await engine.ask('objects/count', { ...selection, limit: 2 })).toMatchObject({
        objects: 2,
        isComplete: false,
      });
    });

    it('reads ranges, and not more than was asked for', async () => {
      const { etag } = await put('digits', '0123456789');
      const address = { connectionId, bucket, key: objectKey('digits') };
      const part = await engine.ask('objects/read', {
        ...address,
        maxBytes: 4,
        range: { offsetBytes: 3, lengthBytes: 4 },
      });
      expect(Buffer.from(part.bytes).toString()).toBe('3456');
      expect(part.info.sizeBytes).toBe(10);
      const tail = await engine.ask('objects/read', {
        ...address,
        maxBytes: 9,
        range: { offsetBytes: 8, lengthBytes: 9 },
      });
      expect(Buffer.from(tail.bytes).toString()).toBe('89');
      expect(await engine.refuse('objects/read', { ...address, maxBytes: 9 })).toMatchObject({ kind: 'tooLarge' });
      expect(await engine.ask('objects/read', { ...address, maxBytes: 10, ifMatch: etag })).toMatchObject({
        info: { etag },
      });
      expect(await engine.refuse('objects/read', { ...address, maxBytes: 10, ifMatch: 'f'.repeat(32) })).toMatchObject({
        kind: 'preconditionFailed',
      });
      await put('nothing', '');
      const nothing = { ...address, key: objectKey('nothing'), maxBytes: 10 };
      expect((await engine.ask('objects/read', nothing)).bytes).toHaveLength(0);
      expect(
        (await engine.ask('objects/read', { ...nothing, range: { offsetBytes: 0, lengthBytes: 5 } })).bytes,
      ).toHaveLength(0);
    });

    it('writes under a condition only while it holds', async () => {
      const key = objectKey('guarded');
      const write = (text: string, condition: Parameters<CosClient['putObject']>[3]) =>
        ({ connectionId, bucket, key, bytes: Buffer.from(text), attributes: { headers: {} }, condition }) as const;
      const first = await engine.ask('objects/write', write('one', { kind: 'ifAbsent' }));
      expect(await engine.refuse('objects/write', write('two', { kind: 'ifAbsent' }))).toMatchObject({
        kind: 'preconditionFailed',
        reason: 'alreadyExists',
      });
      const second = await engine.ask('objects/write', write('three', { kind: 'ifMatch', etag: first.etag }));
      expect(['server', 'headBefore']).toContain(second.conditionCheckedBy);
      expect(await engine.refuse('objects/write', write('four', { kind: 'ifMatch', etag: first.etag }))).toMatchObject({
        kind: 'preconditionFailed',
        reason: 'changedMeanwhile',
      });
      expect(await read('guarded')).toBe('three');
      await cos().deleteObject({ bucket, key }, never);
      expect(await engine.refuse('objects/write', write('five', { kind: 'ifMatch', etag: second.etag }))).toMatchObject(
        {
          kind: 'preconditionFailed',
          reason: 'changedMeanwhile',
        },
      );
    });

    it('creates a folder once', async () => {
      await engine.ask('objects/createFolder', { connectionId, bucket, prefix: 'folder/' });
      const again = await engine.refuse('objects/createFolder', { connectionId, bucket, prefix: 'folder/' });
      expect(again).toMatchObject({ kind: 'conflict', reason: 'alreadyExists' });
      const page = await engine.ask('objects/listPage', { connectionId, bucket, prefix: 'fold', delimiter: '/' });
      expect(page.folders).toEqual(['folder/']);
    });

    it('uploads in parts, out of order, and makes the object visible at the end', async () => {
      const address = { bucket, key: objectKey('big/parts.bin') };
      const parts = [randomBytes(5 * 1024 * 1024), randomBytes(5 * 1024 * 1024), randomBytes(1000)];
      const headers = { contentType: 'application/x-test' };
      const uploadId = await cos().createMultipartUpload(address, { headers, metadata: { a: 'b' } }, never);
      const uploaded = [];
      for (const partNumber of [3, 1, 2]) {
        uploaded.push(await cos().uploadPart(address, { uploadId, partNumber }, parts[partNumber - 1]!, never));
      }
      expect((await engine.refuse('objects/head', { connectionId, ...address })).kind).toBe('notFound');
      const listed = await cos().listParts(address, uploadId, never);
      expect(listed.map(({ partNumber, etag, sizeBytes }) => ({ partNumber, etag, sizeBytes }))).toEqual(
        [...uploaded]
          .sort((left, right) => left.partNumber - right.partNumber)
          .map(({ partNumber, etag }) => ({ partNumber, etag, sizeBytes: parts[partNumber - 1]!.byteLength })),
      );
      const outcome = await cos().completeMultipartUpload(
        address,
        uploadId,
        listed,
        { condition: { kind: 'ifAbsent' } },
        never,
      );
      const info = await cos().headObject(address, never);
      expect(info).toMatchObject({ etag: outcome.etag, headers, metadata: { a: 'b' } });
      // Not toEqual: it compares megabytes one by one.
      expect((await wholeObject(cos(), address)).equals(Buffer.concat(parts))).toBe(true);

      const copy = { bucket, key: objectKey('big/copy.bin') };
      const copyId = await cos().createMultipartUpload(copy, { headers }, never);
      const copied = [];
      for (const [at, offsetBytes] of [0, 5 * 1024 * 1024].entries()) {
        const range = { offsetBytes, lengthBytes: Math.min(5 * 1024 * 1024, info.sizeBytes - offsetBytes) };
        copied.push(
          await cos().uploadPartCopy(address, copy, { uploadId: copyId, partNumber: at + 1, range }, info.etag, never),
        );
      }
      await cos().completeMultipartUpload(copy, copyId, copied, { condition: { kind: 'always' } }, never);
      expect((await wholeObject(cos(), copy)).equals(Buffer.concat(parts.slice(0, 2)))).toBe(true);
    });

    it('aborts an upload, also one that is gone, and leaves nothing', async () => {
      const address = { bucket, key: objectKey('aborted') };
      const uploadId = await cos().createMultipartUpload(address, { headers: {} }, never);
      await cos().uploadPart(address, { uploadId, partNumber: 1 }, Buffer.from('part'), never);
      await cos().abortMultipartUpload(address, uploadId, never);
      await cos().abortMultipartUpload(address, uploadId, never);
      await expect(cos().listParts(address, uploadId, never)).rejects.toMatchObject({
        error: { reason: 'noSuchUpload' },
      });
    });

    it('stops a request that is cancelled, and says that it was', async () => {
      const cancel = new AbortController();
      const listing = engine.send(
        'objects/listPage',
        { connectionId, bucket, prefix: '', delimiter: '' },
        cancel.signal,
      );
      cancel.abort();
      expect(await listing).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
    });
  });
}

function pick<T extends { headers: unknown; metadata: unknown }>({ headers, metadata }: T) {
  return { headers, metadata };
}

async function wholeObject(client: CosClient, address: Parameters<CosClient['headObject']>[0]): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await client.readObject(address, {}, (bytes) => void pieces.push(Buffer.from(bytes)), never);
  return Buffer.concat(pieces);
}

async function empty(client: CosClient, bucket: BucketName): Promise<void> {
  for (;;) {
    const { objects } = await client.listPage(bucket, { prefix: '', delimiter: '' }, never);
    if (objects.length === 0) return;
    await client.deleteObjects(
      bucket,
      objects.map(({ key }) => key),
      never,
    );
  }
}
