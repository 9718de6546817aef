import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentSubject, OpenedDocument } from '../../../src/model/configDocument';
import { objectKey, type BucketName } from '../../../src/model/ids';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';

/** The document as JSON, to be edited. */
interface Properties {
  readonly headers: Record<string, unknown>;
  metadata: Record<string, unknown>;
  tags: Record<string, unknown>;
  acl: unknown;
  readonly facts: Record<string, unknown>;
}
type Selection = DocumentSubject & { readonly kind: 'selection' };

describe('the properties of a selection as a document, against a server', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected();
  });
  afterAll(async () => await server?.close());

  const select = (bucket: BucketName, keys: readonly string[], prefixes: readonly string[] = []): Selection => ({
    kind: 'selection',
    connectionId: testConnectionId,
    bucket,
    keys: keys.map(objectKey),
    prefixes,
  });
  const open = async (subject: Selection) => await server.engine.ask('documents/open', { subject });
  const value = (text: string) => JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, '')) as Properties;
  const edited = (subject: Selection, { text, baseline }: OpenedDocument, edit: (value: Properties) => void) => {
    const wanted = value(text);
    edit(wanted);
    return { subject, text: JSON.stringify(wanted), baseline };
  };
  const codes = async (...args: Parameters<typeof edited>) =>
    (await server.engine.ask('documents/check', edited(...args))).map(({ code, severity }) => `${severity} ${code}`);
  const stateOf = async (bucket: BucketName, key: string) =>
    await server.engine.ask('attributes/get', { connectionId: testConnectionId, bucket, key: objectKey(key) });
  const read = () => server.farSide.server.requests.read().byOperation;
  /** What the extension makes of a save: a transfer of what the document changes. */
  const changeOf = async (subject: Selection, opened: OpenedDocument, edit: (value: Properties) => void) => {
    const { change, seen } = await server.engine.ask('documents/change', edited(subject, opened, edit));
    const { connectionId, bucket, keys, prefixes } = subject;
    return { kind: 'change', connectionId, bucket, keys, prefixes, seen, change, method: 'copy' } as const;
  };
  const save = async (...args: Parameters<typeof changeOf>) => await server.engine.run(await changeOf(...args));

  async function fill(bucket: BucketName) {
    await server.put(bucket, 'f/a', 'a', {
      headers: { contentType: 'text/plain', cacheControl: 'no-cache' },
      metadata: { owner: 'ana', case: '7' },
      tags: { stage: 'raw', project: 'alpha' },
    });
    await server.put(bucket, 'f/b', 'b', {
      headers: { contentType: 'text/plain' },
      metadata: { owner: 'ben', case: '7' },
      tags: { stage: 'raw' },
    });
    await server.put(bucket, 'f/g/c', 'c', {
      headers: { contentType: 'text/plain', cacheControl: 'max-age=60' },
      metadata: { owner: 'ana', case: '7' },
      tags: { stage: 'raw' },
    });
  }

  it('shows what the objects have in common, and keeps what differs unless it is edited', async () => {
    const bucket = await server.bucket();
    await fill(bucket);
    const subject = select(bucket, [], ['f/']);
    const opened = await open(subject);
    expect(value(opened.text)).toMatchObject({
      headers: { 'Content-Type': 'text/plain', 'Cache-Control': '<mixed>' },
      metadata: { owner: '<mixed>', case: '7' },
      tags: { stage: 'raw', project: '<mixed>' },
      acl: 'private',
      facts: { objects: 3, lookedAt: 3, sizeBytesOfThose: 3 },
    });
    expect(opened.text).toContain('All 3 objects were looked at.');
    expect(await codes(subject, opened, () => undefined)).toEqual([]);
    const end = await save(subject, opened, ({ headers, metadata, tags }) => {
      headers['Cache-Control'] = 'no-store';
      metadata['case'] = '8';
      delete tags['project'];
    });
    expect(end).toMatchObject({ kind: 'change', state: 'done', itemsDone: 3, itemsTotal: 3 });
    for (const [key, owner] of [
      ['f/a', 'ana'],
      ['f/b', 'ben'],
      ['f/g/c', 'ana'],
    ] as const) {
      const { info, tags } = await stateOf(bucket, key);
      expect(info.headers).toEqual({ contentType: 'text/plain', cacheControl: 'no-store' });
      expect(info.metadata).toEqual({ owner, case: '8' });
      expect(tags).toEqual({ stage: 'raw' });
    }
  });

  it('is about objects and folders together, and says which are gone', async () => {
    const bucket = await server.bucket();
    await fill(bucket);
    const opened = await open(select(bucket, ['f/a', 'f/gone'], ['f/g/']));
    expect(value(opened.text).facts).toMatchObject({ objects: 2, lookedAt: 2, gone: '1: f/gone' });
    await expect(open(select(bucket, [], ['nothing/']))).rejects.toThrow('notFound');
  });

  it('refuses more names than it would look at', async () => {
    const bucket = await server.bucket();
    const keys = Array.from({ length: 201 }, (_, at) => `many/${at}`);
    await expect(open(select(bucket, keys))).rejects.toThrow('invalid');
  });

  it('names what is protected before anything is written, and refuses where nothing could be changed', async () => {
    const bucket = await server.retained([0, 0, 30]);
    await server.put(bucket, 'free');
    const held = await server.put(bucket, 'held');
    await server.engine.ask('protection/addHold', { ...held, holdId: 'court' });
    const writes = () => (read()['CopyObject'] ?? 0) + (read()['PutObject'] ?? 0);
    const before = writes();
    const both = select(bucket, ['free', 'held']);
    const opened = await open(both);
    const edit = ({ metadata }: Properties) => void (metadata['a'] = 'b');
    expect(value(opened.text).facts).toMatchObject({ protected: '1: held' });
    expect(await codes(both, opened, edit)).toEqual(['warning refused']);
    expect(await server.engine.ask('documents/change', edited(both, opened, edit))).toMatchObject({
      change: { metadata: { a: 'b' } },
      count: { objects: 2, isComplete: true },
      lookedAt: 2,
      refused: [{ key: 'held', reason: 'protected' }],
    });
    const alone = select(bucket, ['held']);
    const openedAlone = await open(alone);
    expect(await codes(alone, openedAlone, edit)).toEqual(['error refused']);
    await expect(server.engine.ask('documents/change', edited(alone, openedAlone, edit))).rejects.toThrow(
      'documentProblems',
    );
    expect(writes()).toBe(before);
    expect(await save(both, opened, edit)).toMatchObject({ itemsDone: 1, failures: [{ name: 'held' }] });
    expect(writes() - before).toBe(1);
    // Tags are no part of what a hold protects.
    expect(await codes(alone, openedAlone, ({ tags }) => void (tags['t'] = '1'))).toEqual([]);
  });

  it('finds limits that an object meets only with what it has already', async () => {
    const bucket = await server.bucket();
    await server.put(bucket, 'full', 'x', {
      headers: {},
      metadata: { big: 'x'.repeat(2000) },
      tags: Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`t${at}`, ''])),
    });
    await server.put(bucket, 'small');
    const subject = select(bucket, ['full', 'small']);
    const opened = await open(subject);
    expect(await codes(subject, opened, ({ metadata }) => void (metadata['more'] = 'y'.repeat(100)))).toEqual([
      'error metadataSize',
    ]);
    expect(await codes(subject, opened, ({ tags }) => void (tags['more'] = '1'))).toEqual(['error tagCount']);
    // Setting what was mixed replaces it.
    expect(await codes(subject, opened, ({ metadata }) => void (metadata['big'] = 'y'))).toEqual([]);
    expect(await codes(subject, opened, ({ metadata }) => void (metadata['other'] = '<mixed>'))).toEqual([
      'error mixed',
    ]);
    expect(await codes(subject, opened, ({ headers }) => void (headers['Content-Type'] = '<mixed>'))).toEqual([
      'error mixed',
    ]);
  });

  it('refuses what somebody else changed meanwhile, and does not mind new objects', async () => {
    const bucket = await server.bucket();
    await fill(bucket);
    const subject = select(bucket, [], ['f/']);
    const opened = await open(subject);
    const edit = ({ metadata }: Properties) => void (metadata['case'] = '9');
    await server.put(bucket, 'f/new');
    expect(await server.engine.ask('documents/change', edited(subject, opened, edit))).toMatchObject({
      count: { objects: 4 },
    });
    await server.engine.ask('attributes/put', {
      ...{ connectionId: testConnectionId, bucket, key: objectKey('f/b') },
      seen: { etag: (await stateOf(bucket, 'f/b')).info.etag },
      change: { metadata: { owner: 'somebody else' } },
      method: 'copy',
      lock: 'keep',
    });
    await expect(server.engine.ask('documents/change', edited(subject, opened, edit))).rejects.toThrow(
      'changedMeanwhile',
    );
    expect((await stateOf(bucket, 'f/b')).info.metadata).toEqual({ owner: 'somebody else', case: '7' });
  });

  it('leaves an object below the folder alone that was replaced after it was seen', async () => {
    const bucket = await server.bucket();
    await fill(bucket);
    const subject = select(bucket, [], ['f/']);
    const request = await changeOf(subject, await open(subject), ({ metadata }) => void (metadata['case'] = '9'));
    await server.put(bucket, 'f/b', 'another');
    const end = await server.engine.run(request);
    expect(end).toMatchObject({ itemsDone: 2, failures: [{ name: 'f/b', error: { reason: 'changedMeanwhile' } }] });
    expect((await stateOf(bucket, 'f/b')).info.metadata).toEqual({});
  });

  it('shows a role what it may see, and is read-only over a connection that is', async () => {
    const bucket = await server.bucket();
    await fill(bucket);
    const readOnly = { ...select(bucket, ['f/a', 'f/b']), connectionId: server.readOnly };
    expect((await open(readOnly)).readOnlyReason).toBe('The connection is marked read-only.');
    const reader = { ...select(bucket, ['f/a', 'f/b']), connectionId: server.roles.ObjectReader };
    const seen = await open(reader);
    expect(value(seen.text)).toMatchObject({ metadata: { case: '7' }, facts: { notReadable: '2: f/a, f/b' } });
    expect(seen.text).toContain('The access list of some objects could not be read, and cannot be changed here.');
    expect(value(seen.text)).not.toHaveProperty('acl');
    // What could not be read would be lost.
    expect(await codes(reader, seen, ({ metadata }) => void (metadata['a'] = 'b'))).toEqual(['error refused']);
    const subject = select(bucket, ['f/a', 'f/b']);
    const { text, baseline } = await open(subject);
    await expect(server.engine.ask('documents/plan', { subject, text, baseline })).rejects.toThrow('unsupported');
  });
});
