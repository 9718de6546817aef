import { randomBytes } from 'node:crypto';
import * as fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { storedEntries } from '../../../src/system/headerWords';
import { maxPutRewriteBytes } from '../../../src/engine/cos/rewrite';
import type { AttributeChange } from '../../../src/model/objectState';
import { objectKey } from '../../../src/model/ids';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from './fixture';

const dayMs = 86_400_000;
const mebibyte = 1024 * 1024;
const never = new AbortController().signal;
const whole = {
  headers: { contentType: 'text/plain', cacheControl: 'max-age=1', websiteRedirectLocation: '/elsewhere' },
  metadata: { plain: 'a value', umlaut: 'Grüße' },
  tags: { project: 'alpha', stage: 'x-1' },
};

describe('changing what is not the bytes of an object', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected();
  });
  afterEach(async () => {
    server.farSide.server.clock.reset();
    await server.farSide.admin('DELETE', '/faults');
  });
  afterAll(async () => await server?.close());

  const writes = () => {
    const { byOperation } = server.farSide.server.requests.read();
    return Object.entries(byOperation)
      .filter(([name]) => /^(Put|Copy|Complete|Create|Delete)/.test(name))
      .map(([name, count]) => `${name} ${count}`);
  };
  const put = (change: AttributeChange, etag: string, method: 'copy' | 'put' = 'copy') =>
    ({ seen: { etag }, change, method, lock: 'keep' }) as const;

  it('refuses an object under retention or hold before any request that writes, but changes its tags', async () => {
    const { engine } = server;
    const bucket = await server.retained([0, 1, 30]);
    const address = await server.put(bucket, 'record', 'content', whole);
    const { etag } = await engine.ask('objects/head', address);
    const before = writes();
    for (const method of ['copy', 'put'] as const) {
      const change = { metadata: { a: 'b' } };
      expect(await engine.refuse('attributes/put', { ...address, ...put(change, etag, method) })).toMatchObject({
        kind: 'held',
        refusal: 'protected',
      });
    }
    expect(writes()).toEqual(before);
    const tagged = await engine.ask('attributes/put', { ...address, ...put({ tags: { stage: 'y' } }, etag) });
    expect(tagged).toMatchObject({ applied: ['tags'] });
    expect(await engine.ask('objects/getTags', address)).toEqual({ project: 'alpha', stage: 'y' });
  });

  it.each(['copy', 'put'] as const)(
    'keeps the retention period of an object whose retention is over, by %s',
    async (method) => {
      const { engine } = server;
      const bucket = await server.retained([0, 1, 30]);
      const address = await server.put(bucket, `over-${method}`, 'content', whole);
      const { etag } = await engine.ask('objects/head', address);
      await engine.ask('protection/extend', { ...address, extension: { kind: 'period', seconds: 3 * 86_400 } });
      server.advance(3 * dayMs + 1000);
      const outcome = await engine.ask('attributes/put', {
        ...address,
        ...put({ metadata: { a: 'b' } }, etag, method),
      });
      expect(outcome).toMatchObject({ applied: ['attributes'], info: { metadata: { ...whole.metadata, a: 'b' } } });
      expect(await engine.ask('protection/get', address)).toMatchObject({ periodSeconds: 3 * 86_400, holds: [] });
    },
  );

  it('writes nothing where the object is another one now, or something cannot be read', async () => {
    const { engine } = server;
    const address = await server.put(await server.bucket(), 'guarded', 'content', whole);
    const { etag, modifiedAtMs } = await engine.ask('objects/head', address);
    const change = { headers: { contentType: 'x/y' } };
    const before = writes();
    const other = { ...address, ...put(change, etag), seen: { etag, modifiedAtMs: modifiedAtMs - 5000 } };
    expect(await engine.refuse('attributes/put', other)).toMatchObject({ reason: 'changedMeanwhile' });
    expect(await engine.refuse('attributes/put', { ...address, ...put(change, 'f'.repeat(32)) })).toMatchObject({
      kind: 'preconditionFailed',
    });
    for (const operation of ['GetObjectTagging', 'GetObjectAcl']) {
      const { id } = (await server.farSide.admin('POST', '/faults', {
        fault: { kind: 'status', status: 500 },
        match: { operation },
      })) as { id: number };
      expect(await engine.refuse('attributes/put', { ...address, ...put(change, etag) })).toMatchObject({
        kind: 'network',
      });
      const state = await engine.ask('attributes/get', address);
      expect(state.unreadable).toMatchObject([{ part: operation === 'GetObjectAcl' ? 'acl' : 'tags' }]);
      await server.farSide.admin('DELETE', `/faults/${id}`);
    }
    expect(writes()).toEqual(before);
    expect((await engine.ask('objects/head', address)).headers).toEqual(whole.headers);
  });

  it.each([
    ['metadata', { metadata: { by: 'somebody else' } }],
    ['the access list', { acl: 'public-read' }],
  ] as const)('writes nothing over %s that somebody else has changed since they were read', async (_what, theirs) => {
    const { engine } = server;
    const address = await server.put(await server.bucket(), 'shared', 'content', whole);
    const { etag } = await engine.ask('objects/head', address);
    const count = (name: string) => server.farSide.server.requests.read().byOperation[name] ?? 0;
    const reads = count('GetObjectTagging');
    await server.farSide.admin('POST', '/faults', {
      fault: { kind: 'latency', delayMs: 1000 },
      count: 1,
      match: { operation: 'GetObjectTagging' },
    });
    const mine = engine.refuse('attributes/put', { ...address, ...put({ metadata: { by: 'me' } }, etag) });
    await vi.waitFor(() => expect(count('GetObjectTagging')).toBe(reads + 1), { interval: 5 });
    await engine.ask('attributes/put', { ...address, ...put(theirs, etag) });
    expect(await mine).toMatchObject({ kind: 'preconditionFailed', reason: 'changedMeanwhile' });
    const state = await engine.ask('attributes/get', address);
    expect({ metadata: state.info.metadata, acl: state.acl, tags: state.tags }).toEqual({
      metadata: { ...whole.metadata, ...('metadata' in theirs ? theirs.metadata : {}) },
      acl: 'acl' in theirs ? theirs.acl : 'private',
      tags: whole.tags,
    });
  });

  it('asks nobody about attributes against the rules', async () => {
    const { engine } = server;
    const address = await server.put(await server.bucket(), 'rules', 'content', whole);
    const { etag } = await engine.ask('objects/head', address);
    const before = writes();
    const tooMany = Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`t${at}`, 'v']));
    for (const change of [
      { tags: tooMany },
      { tags: { 'ibm:x': 'v' } },
      { tags: { a: 'b<c' } },
      { metadata: { Upper: 'v' } },
      { metadata: { 'a b': 'v' } },
      { metadata: { a: 'line\nbreak' } },
      { metadata: { a: ' edge' } },
      { metadata: { a: 'x'.repeat(3000) } },
    ]) {
      expect(await engine.refuse('attributes/put', { ...address, ...put(change, etag) })).toMatchObject({
        kind: 'invalid',
      });
    }
    expect(writes()).toEqual(before);
  });

  it('says which step was applied where a later one fails', async () => {
    const { engine } = server;
    const address = await server.put(await server.bucket(), 'partly', 'content', whole);
    const { etag } = await engine.ask('objects/head', address);
    await server.fault({ fault: { kind: 'status', status: 500 }, match: { operation: 'PutObjectAcl' } });
    const change = { tags: { stage: 'z' }, acl: 'public-read' } as const;
    expect(await engine.ask('attributes/put', { ...address, ...put(change, etag) })).toMatchObject({
      applied: ['tags'],
      failed: { step: 'acl', error: { kind: 'network' } },
    });
  });

  it('writes nothing anew by way of this machine that is too large for its memory', async () => {
    const address = { bucket: await server.bucket(), key: objectKey('large') };
    const client = server.client();
    const bytes = new Uint8Array(maxPutRewriteBytes + 1);
    await client.putObject(address, bytes, { headers: {} }, { kind: 'always' }, never);
    const { info } = await client.getObjectState(address, never);
    const wanted = { seen: { etag: info.etag }, change: { metadata: { a: 'b' } }, lock: 'keep' } as const;
    const edit = { connectionId: testConnectionId, ...address, ...wanted };
    expect(await server.engine.refuse('attributes/put', { ...edit, method: 'put' })).toMatchObject({
      kind: 'tooLarge',
      reason: 'tooLargeToSend',
    });
    await server.engine.ask('attributes/put', { ...edit, method: 'copy' });
  });

  it('copies what is too large for one copy in parts, and keeps everything', async () => {
    const bucket = await server.bucket();
    const key = objectKey('large');
    const client = server.client({ maxCopyBytes: 8 * mebibyte, partBytes: 5 * mebibyte });
    const bytes = randomBytes(12 * mebibyte);
    await client.putObject(
      { bucket, key },
      bytes,
      { ...whole, controls: { acl: 'public-read' } },
      { kind: 'always' },
      never,
    );
    const { etag } = await client.headObject({ bucket, key }, never);
    const options = { method: 'copy', lock: 'keep' } as const;
    const change = { headers: { cacheControl: 'no-store' } };
    const outcome = await client.changeAttributes({ bucket, key }, { etag }, change, options, never);
    expect(outcome).toMatchObject({ applied: ['attributes'], info: { sizeBytes: bytes.byteLength } });
    expect(outcome.info?.etag).toMatch(/-3$/);
    const state = await client.getObjectState({ bucket, key }, never);
    expect(state).toMatchObject({ acl: 'public-read', tags: whole.tags, info: { metadata: whole.metadata } });
    expect(state.info.headers).toEqual({ ...whole.headers, cacheControl: 'no-store' });
    const pieces: Buffer[] = [];
    await client.readObject({ bucket, key }, {}, (piece) => void pieces.push(Buffer.from(piece)), never);
    expect(Buffer.concat(pieces).equals(bytes)).toBe(true);
    // A refused part leaves no upload behind.
    await server.fault({ fault: { kind: 'status', status: 500 }, match: { operation: 'UploadPartCopy' } });
    const again = client.changeAttributes(
      { bucket, key },
      { etag: outcome.info!.etag },
      { metadata: { a: 'b' } },
      options,
      never,
    );
    await expect(again).rejects.toMatchObject({ error: { kind: 'network' } });
    expect(await server.farSide.openUploads(bucket)).toEqual([]);
  });

  it('changes the one field that was edited and no other, whatever the object', async () => {
    const { engine } = server;
    const bucket = await server.bucket();
    const value = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 _.:-]{0,18}[A-Za-z0-9]$/);
    const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const metadataValue = fc.oneof(value, fc.constantFrom('Grüße', '世界', '🎉 x'));
    const object = fc.record({
      headers: fc.record(
        { contentType: fc.constantFrom('text/plain', 'a/b'), cacheControl: value, contentLanguage: value },
        { requiredKeys: ['contentType'] },
      ),
      metadata: fc.dictionary(name, metadataValue, { maxKeys: 4 }),
      tags: fc.dictionary(name, value, { maxKeys: 4 }),
    });
    const isPublic = fc.boolean();
    const edit = fc.oneof(
      fc.record({ headers: fc.record({ contentDisposition: value }) }),
      fc.record({ metadata: fc.dictionary(name, metadataValue, { minKeys: 1, maxKeys: 1 }) }),
      fc.record({ tags: fc.dictionary(name, value, { minKeys: 1, maxKeys: 1 }) }),
    );
    let at = 0;
    await fc.assert(
      fc.asyncProperty(
        object,
        isPublic,
        edit,
        fc.constantFrom('copy' as const, 'put' as const),
        async (attributes, publicly, change, method) => {
          const address = await server.put(bucket, `any-${at++}`, 'content', attributes);
          server.advance(1000); // a change of the very second in which it was written waits for the next one
          const seen = await engine.ask('objects/head', address);
          const acl = publicly ? 'public-read' : 'private';
          if (publicly) await engine.ask('attributes/put', { ...address, ...put({ acl }, seen.etag) });
          const outcome = await engine.ask('attributes/put', { ...address, ...put(change, seen.etag, method) });
          expect(outcome.failed).toBeUndefined();
          const state = await engine.ask('attributes/get', address);
          const changed: AttributeChange = change;
          expect(state.info.headers).toEqual({ ...attributes.headers, ...changed.headers });
          // What is new is stored as other tools read it; what was there is not touched.
          const { metadata = {} } = change as { readonly metadata?: Readonly<Record<string, string>> };
          const stored = storedEntries(metadata);
          expect(state.info.metadata).toEqual({ ...attributes.metadata, ...stored });
          expect(state.tags).toEqual({ ...attributes.tags, ...changed.tags });
          expect(state.acl).toBe(acl);
          expect(Buffer.from((await engine.ask('objects/read', { ...address, maxBytes: 100 })).bytes).toString()).toBe(
            'content',
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('brings archived objects back and refuses to write them anew', async () => {
    const { engine } = server;
    const plain = await server.put(await server.bucket(), 'plain');
    expect(await engine.refuse('archive/restore', { ...plain, days: 1 })).toMatchObject({
      kind: 'conflict',
      reason: 'archived',
    });
    expect(await engine.refuse('archive/restore', { ...plain, days: 0 })).toMatchObject({ kind: 'invalid' });
    const bucket = await server.bucket();
    await server.archiveAll(bucket);
    const address = await server.put(bucket, 'cold', 'content', whole);
    expect((await engine.ask('attributes/get', address)).archive).toMatchObject({
      kind: 'archived',
      storageClass: 'GLACIER',
    });
    const { etag } = await engine.ask('objects/head', address);
    expect(await engine.refuse('attributes/put', { ...address, ...put({ metadata: { a: 'b' } }, etag) })).toMatchObject(
      {
        kind: 'conflict',
      },
    );
    expect(await engine.refuse('archive/restore', { ...address, days: 1, tier: 'Accelerated' })).toMatchObject({
      kind: 'invalid',
    });
    expect(await engine.ask('archive/restore', { ...address, days: 1, tier: 'Bulk' })).toBe('started');
    expect(await engine.refuse('archive/restore', { ...address, days: 1 })).toMatchObject({ kind: 'conflict' });
    expect((await engine.ask('attributes/get', address)).archive).toMatchObject({ kind: 'restoring' });
    server.advance(13 * 3_600_000);
    expect((await engine.ask('attributes/get', address)).archive).toMatchObject({
      kind: 'restored',
      expiresAtMs: expect.any(Number) as number,
    });
    expect(await engine.ask('archive/restore', { ...address, days: 5 })).toBe('extended');
  });
});
