import { describe, expect, it } from 'vitest';
import type { FullCosClient } from '../../../../src/engine/cos/fullClient';
import { CosFailure } from '../../../../src/engine/failure';
import { parseDocument } from '../../../../src/engine/documents/parse';
import { selectionChange } from '../../../../src/engine/documents/selection/change';
import { readSelection } from '../../../../src/engine/documents/selection/read';
import { selectionDocument } from '../../../../src/engine/documents/selection/selection';
import {
  printSelection,
  type SelectedObject,
  type SelectionState,
} from '../../../../src/engine/documents/selection/state';
import { bucketName, connectionId, objectKey, type ObjectKey } from '../../../../src/model/ids';
import type { ObjectState } from '../../../../src/model/objectState';

const nowMs = Date.UTC(2026, 0, 1);
const subject = {
  kind: 'selection',
  connectionId: connectionId('test'),
  bucket: bucketName('bucket'),
  keys: [],
  prefixes: ['f/'],
} as const;
const kind = selectionDocument(subject);

const object = (key: string, more: Partial<SelectedObject> = {}): SelectedObject => ({
  key: objectKey(key),
  etag: `e-${key}`,
  modifiedAtMs: nowMs,
  sizeBytes: 1,
  headers: { contentType: 'text/plain' },
  metadata: {},
  tags: {},
  acl: 'private',
  protection: { kind: 'none', mechanism: 'none' },
  isArchived: false,
  ...more,
});
const state = (objects: readonly SelectedObject[], more: Partial<SelectionState> = {}): SelectionState => ({
  objects,
  count: { objects: objects.length, isComplete: true },
  gone: [],
  unseen: [],
  readAtMs: nowMs,
  isReadOnlyConnection: false,
  ...more,
});
/** Problems of a text in which something was replaced, with the text that they stand at. */
const problems = (of: SelectionState, from: string, to: string) => {
  const text = printSelection(of).replace(from, to);
  expect(text).not.toBe(printSelection(of));
  return kind
    .check(parseDocument(text), of, nowMs)
    .map(({ code, severity, offset, length }) => `${severity} ${code} ${text.slice(offset, offset + length)}`);
};
const change = (of: SelectionState, from: string, to: string) =>
  selectionChange(parseDocument(printSelection(of).replace(from, to)), of, nowMs);

/** A service with so many objects below `f/`. */
function service(objects: number, onLook: (key: ObjectKey) => Promise<void> = async () => undefined) {
  const looked: ObjectKey[] = [];
  let most = 0;
  let running = 0;
  const client: Pick<FullCosClient, 'isReadOnly' | 'listPage' | 'getObjectState'> = {
    isReadOnly: false,
    listPage: async (_bucket, { prefix, cursor = '0' }) => {
      const from = Number(cursor);
      const to = Math.min(objects, from + 1000);
      return {
        objects: Array.from({ length: to - from }, (_, at) => ({
          key: objectKey(`${prefix}${from + at}`),
          sizeBytes: 1,
          etag: 'e',
          modifiedAtMs: nowMs,
        })),
        folders: [],
        ...(to < objects ? { nextCursor: String(to) } : {}),
      };
    },
    getObjectState: async ({ key }): Promise<ObjectState> => {
      looked.push(key);
      running += 1;
      most = Math.max(most, running);
      await onLook(key).finally(() => (running -= 1));
      const { etag, modifiedAtMs, sizeBytes, headers, metadata } = object(key);
      const info = {
        key,
        etag,
        modifiedAtMs,
        sizeBytes,
        headers,
        metadata,
        checksums: {},
        protection: {},
        tagCount: 0,
      };
      return { info, archive: { kind: 'active' }, tags: {}, acl: 'private', unreadable: [] };
    },
  };
  return { client: client as FullCosClient, looked, most: () => most };
}
const fail = (key: ObjectKey, error: Partial<CosFailure['error']>): never => {
  throw new CosFailure({ kind: 'denied', op: 'HeadObject', key, retry: 'never', detail: '', ...error });
};

describe('reading a selection', () => {
  it('looks at 200 objects of a folder, eight at a time, and counts the others by listing', async () => {
    const { client, looked, most } = service(2500, async () => await new Promise(setImmediate));
    const read = await readSelection(subject, { client, nowMs }, new AbortController().signal);
    expect(looked).toHaveLength(200);
    expect(most()).toBe(8);
    expect(read.count).toEqual({ objects: 2500, isComplete: true });
    expect(printSelection(read)).toContain('200 of 2500 objects were looked at. The others are changed as well,');
    const many = await readSelection(subject, { client: service(20_000).client, nowMs }, new AbortController().signal);
    expect(printSelection(many)).toContain('200 of more than 10000 objects were looked at.');
  });

  it('shows the others where one is gone or may not be seen, and ends with what meets all of them', async () => {
    const { client } = service(4, async (key) => {
      if (key === 'f/1') fail(key, { kind: 'notFound', reason: 'noSuchKey' });
      if (key === 'f/2') fail(key, { code: 'AccessDenied' });
    });
    const read = await readSelection(subject, { client, nowMs }, new AbortController().signal);
    expect(read.objects.map(({ key }) => key)).toEqual(['f/0', 'f/3']);
    expect(printSelection(read)).toContain('"notLookedAt": "1: f/2 (AccessDenied)"');
    const cancelled = service(50, async (key) => fail(key, { kind: 'cancelled' }));
    const reading = readSelection(subject, { client: cancelled.client, nowMs }, new AbortController().signal);
    await expect(reading).rejects.toMatchObject({ error: { kind: 'cancelled' } });
    expect(cancelled.looked.length).toBeLessThanOrEqual(8);
    const denied = service(3, async (key) => fail(key, {}));
    await expect(
      readSelection(subject, { client: denied.client, nowMs }, new AbortController().signal),
    ).rejects.toMatchObject({ error: { kind: 'denied' } });
  });
});

describe('the document of a selection', () => {
  const two = state([
    object('a', {
      headers: { contentType: 'text/plain', expires: 'Wed, 21 Oct 2026 07:28:00 GMT' },
      acl: 'public-read',
    }),
    object('b', { metadata: { owner: 'ben' }, tags: { stage: 'raw' } }),
  ]);

  it('prints what is shared, and says where objects differ', () => {
    expect(printSelection(two)).toMatchInlineSnapshot(`
      "{
        // "<mixed>" stands where the objects differ: leave it, and each keeps its own.
        // What is set here is set on all; a line taken away is removed from all.
        // All 2 objects were looked at.
        // Headers that a download answers with.
        "headers": {
          "Content-Type": "text/plain",
          "Expires": "<mixed>"
        },
        // User metadata, at most 2,048 bytes of names and values.
        "metadata": {
          "owner": "<mixed>"
        },
        // At most 10 tags.
        "tags": {
          "stage": "<mixed>"
        },
        // "private" or "public-read".
        "acl": "<mixed>",
        // What the service says. This cannot be edited.
        "facts": {
          "objects": 2,
          "lookedAt": 2,
          "sizeBytesOfThose": 2
        }
      }
      "
    `);
    expect(kind.check(parseDocument(printSelection(two)), two, nowMs)).toEqual([]);
    expect(change(two, 'no such text', '').change).toEqual({});
  });

  it.each([
    ['"owner": "<mixed>"', '"owner": "ana"', { metadata: { owner: 'ana' } }],
    ['"owner": "<mixed>"', '', { metadata: { owner: null } }],
    ['"Expires": "<mixed>"', '"Cache-Control": "no-store"', { headers: { cacheControl: 'no-store', expires: null } }],
    ['"stage": "<mixed>"', '"stage": "<mixed>", "more": "1"', { tags: { more: '1' } }],
    ['"acl": "<mixed>"', '"acl": "private"', { acl: 'private' }],
  ])('changes nothing but what was edited: %s', (from, to, wanted) => {
    expect(change(two, from, to).change).toEqual(wanted);
  });

  it.each([
    ['"text/plain"', '"<mixed>"', 'error mixed "<mixed>"'],
    ['"owner": "<mixed>"', '"new": "<mixed>"', 'error mixed "<mixed>"'],
    ['"owner": "<mixed>"', '"owner": 7', 'error text 7'],
    ['"Expires": "<mixed>"', '"Expires": "soon"', 'error expires "soon"'],
    ['"acl": "<mixed>"', '"acl": "everybody"', 'error acl "everybody"'],
    ['"stage": "<mixed>"', '"st<age": "1"', 'error tagKey "st<age"'],
    ['"lookedAt": 2', '"lookedAt": 3', 'error factEdited 3'],
    ['"acl": "<mixed>"', '"acl": "<mixed>", "retention": {}', 'error unknownName "retention"'],
  ])('finds what is wrong where it stands: %s as %s', (from, to, problem) => {
    expect(problems(two, from, to)).toEqual([problem]);
  });

  it('does not add up what each object has alone', () => {
    const names = (from: string) => Object.fromEntries(Array.from({ length: 8 }, (_, at) => [`${from}${at}`, '']));
    const big = (from: string) => Object.fromEntries([...'abcd'].map((name) => [`${from}${name}`.repeat(100), 'v']));
    const many = state([
      object('a', { tags: names('x'), metadata: big('left') }),
      object('b', { tags: names('y'), metadata: big('right') }),
    ]);
    expect(kind.check(parseDocument(printSelection(many)), many, nowMs)).toEqual([]);
    const text = printSelection(many).replace('"x0":', '"z1": "", "z2": "", "z3": "", "x0":');
    expect(kind.check(parseDocument(text), many, nowMs).map(({ code, message }) => [code, message])).toEqual([
      ['tagCount', 'With what they have already, "a" and 1 more would have more than 10 tags.'],
    ]);
  });

  it('counts what stays as it is, each for its reason, and lets tags through', () => {
    const held = { id: 'court', placedAtMs: nowMs };
    const mixedBag = state([
      object('free'),
      object('held', {
        protection: { kind: 'retention', end: { kind: 'until', untilMs: 0 }, createdAtMs: 0, holds: [held] },
      }),
      object('cold', { isArchived: true }),
      object('shared', { acl: 'other' }),
    ]);
    const set = change(mixedBag, '"Content-Type": "text/plain"', '"Content-Type": "text/html"');
    expect(set).toMatchObject({
      seen: { free: { etag: 'e-free', modifiedAtMs: nowMs }, cold: { etag: 'e-cold', modifiedAtMs: nowMs } },
      lookedAt: 4,
      refused: [
        { key: 'held', reason: 'protected' },
        { key: 'cold', reason: 'archived' },
        { key: 'shared', reason: 'accessList' },
      ],
    });
    expect(problems(mixedBag, 'text/plain', 'text/html')).toEqual(['warning refused "headers"']);
    expect(problems(mixedBag, '"tags": {}', '"tags": { "a": "1" }')).toEqual([]);
    expect(printSelection(mixedBag)).toContain('"protected": "1: held"');
  });

  it('changes nothing of what could not be read of each', () => {
    const { tags: _tags, ...withoutTags } = object('b');
    const part = state([object('a'), withoutTags]);
    expect(printSelection(part)).toContain('The tags of some objects could not be read, and cannot be changed here.');
    expect(printSelection(part)).not.toContain('"tags"');
    expect(problems(part, '"metadata": {}', '"metadata": {}, "tags": {}')).toEqual(['error unreadable "tags"']);
    expect(change(part, '"acl": "private"', '"acl": "public-read"').refused).toEqual([
      { key: 'b', reason: 'unreadable' },
    ]);
  });
});
