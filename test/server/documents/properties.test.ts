import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentSubject } from '../../../src/model/configDocument';
import type { ObjectState } from '../../../src/model/objectState';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';

/** The document as JSON, to be edited. */
type Properties = Record<string, unknown> & {
  readonly headers: Record<string, unknown>;
  readonly metadata: Record<string, unknown>;
  tags: Record<string, unknown>;
  readonly retention: Record<string, unknown>;
  legalHolds: unknown[];
  objectLock: Record<string, unknown>;
  readonly facts: Record<string, unknown>;
};

const dayMs = 86_400_000;
const connectionId = testConnectionId;
type Address = Awaited<ReturnType<Protected['put']>>;

describe('the properties of an object as a document, against a server', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected();
  });
  afterAll(async () => await server?.close());

  /** A date in whole seconds, so many days from now. */
  const inDays = (days: number) => new Date(Math.floor(server.nowMs() / 1000) * 1000 + days * dayMs).toISOString();
  const subjectOf = (address: Address): DocumentSubject => ({ kind: 'object', ...address });
  const open = async (address: Address) => await server.engine.ask('documents/open', { subject: subjectOf(address) });
  const stateOf = async (address: Address): Promise<ObjectState> => await server.engine.ask('attributes/get', address);
  const value = (text: string) => JSON.parse(text.replaceAll(/^\s*\/\/.*$/gm, '')) as Properties;
  /** Edits a document as read and applies it with every confirmation. */
  const apply = async (
    address: Address,
    edit: (value: Properties) => void,
    opened?: Awaited<ReturnType<typeof open>>,
  ) => {
    const { text, baseline } = opened ?? (await open(address));
    const wanted = value(text);
    edit(wanted);
    const edited = { subject: subjectOf(address), text: JSON.stringify(wanted), baseline };
    const confirmed = (await server.engine.ask('documents/plan', edited)).map(({ id }) => id);
    return await server.engine.ask('documents/apply', { ...edited, confirmed });
  };
  /** What of an object an edit of one field must leave alone; a rewrite changes times and versions. */
  const kept = ({ info, tags, acl, protection }: ObjectState) => ({
    headers: info.headers,
    metadata: info.metadata,
    sizeBytes: info.sizeBytes,
    tags,
    acl,
    protection: protection === undefined ? undefined : { ...protection, versionId: undefined, createdAtMs: undefined },
  });

  it('shows encoded metadata as text, stores what is new encoded, and leaves what others wrote as they wrote it', async () => {
    const others = { quoted: '=?ISO-8859-1?Q?J=FCrgen?=', coded: '=?UTF-8?B?w7w=?=', bytes: 'größer' };
    const address = await server.put(await server.bucket(), 'encoded', 'x', {
      headers: {},
      metadata: others,
      tags: {},
    });
    expect(value((await open(address)).text).metadata).toEqual({ quoted: 'Jürgen', coded: 'ü', bytes: 'größer' });
    await apply(address, ({ metadata }) => Object.assign(metadata, { added: 'für', coded: 'ö' }));
    expect((await stateOf(address)).info.metadata).toEqual({
      ...others,
      coded: '=?UTF-8?B?w7Y=?=',
      added: '=?UTF-8?B?ZsO8cg==?=',
    });
    expect(value((await open(address)).text).metadata).toMatchObject({ added: 'für', coded: 'ö', quoted: 'Jürgen' });
  });

  it('changes one field and that field alone, whatever else the object has', async () => {
    const plain = await server.bucket();
    const locked = await server.bucket('locked');
    const names = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
    const texts = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9 äöü]{0,10}[A-Za-z0-9]$/);
    const whole = fc.record({
      isLocked: fc.boolean(),
      hasLegalHold: fc.boolean(),
      lockDays: fc.option(fc.integer({ min: 1, max: 9 }), { nil: undefined }),
      isPublic: fc.boolean(),
      headers: fc.record(
        {
          contentType: fc.constantFrom('text/plain', 'application/json'),
          cacheControl: fc.constant('max-age=60'),
          contentLanguage: fc.constant('de'),
        },
        { requiredKeys: ['contentType'] },
      ),
      metadata: fc.dictionary(names, texts, { maxKeys: 4 }),
      tags: fc.dictionary(names, names, { maxKeys: 4 }),
      field: fc.constantFrom('header', 'metadata', 'tag', 'acl'),
    });
    let serial = 0;
    await fc.assert(
      fc.asyncProperty(
        whole,
        async ({ isLocked, hasLegalHold, lockDays, isPublic, headers, metadata, tags, field }) => {
          const address = await server.put(isLocked ? locked : plain, `object-${(serial += 1)}`, 'content', {
            headers,
            metadata,
            tags,
          });
          if (isLocked && hasLegalHold) await server.engine.ask('protection/setLockHold', { ...address, isOn: true });
          if (isLocked && lockDays !== undefined) {
            const retainUntilMs = Math.floor(server.nowMs() / 1000) * 1000 + lockDays * dayMs;
            await server.engine.ask('protection/setLock', {
              ...address,
              retention: { mode: 'GOVERNANCE', retainUntilMs },
              bypassGovernance: false,
            });
          }
          if (isPublic) await apply(address, (wanted) => (wanted['acl'] = 'public-read'));
          server.advance(1000); // a change of the very second in which it was written waits for the next one
          const before = await stateOf(address);
          const outcome = await apply(address, (wanted) => {
            if (field === 'header') wanted.headers['Content-Disposition'] = 'inline';
            if (field === 'metadata') wanted.metadata['edited'] = 'yes';
            if (field === 'tag') wanted.tags['edited'] = 'yes';
            if (field === 'acl') wanted['acl'] = isPublic ? 'private' : 'public-read';
          });
          expect(outcome.failed).toBeUndefined();
          const expected = kept(before);
          expect(kept(await stateOf(address))).toEqual({
            ...expected,
            ...(field === 'header' ? { headers: { ...expected.headers, contentDisposition: 'inline' } } : {}),
            ...(field === 'metadata' ? { metadata: { ...expected.metadata, edited: 'yes' } } : {}),
            ...(field === 'tag' ? { tags: { ...expected.tags, edited: 'yes' } } : {}),
            ...(field === 'acl' ? { acl: isPublic ? 'private' : 'public-read' } : {}),
          });
          const read = await server.engine.ask('objects/read', { ...address, maxBytes: 100 });
          expect(Buffer.from(read.bytes).toString()).toBe('content');
          if (isLocked && (field === 'header' || field === 'metadata')) {
            const old = { ...address, versionId: before.info.versionId! };
            expect(kept(await stateOf(old))).toEqual(expected);
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('refuses a change of a retained object before any request, and applies holds and retention in order', async () => {
    const bucket = await server.retained([0, 5, 30]);
    const address = await server.put(bucket, 'record', 'content');
    const opened = await open(address);
    const wanted = value(opened.text);
    wanted.metadata['a'] = 'b';
    const edited = { subject: subjectOf(address), text: JSON.stringify(wanted), baseline: opened.baseline };
    const before = server.farSide.server.requests.read().byOperation;
    expect(await server.engine.refuse('documents/apply', { ...edited, confirmed: [] })).toMatchObject({
      reason: 'documentProblems',
    });
    expect(server.farSide.server.requests.read().byOperation).toEqual(before);
    const untilMs = Math.floor(server.nowMs() / 1000) * 1000 + 20 * dayMs;
    const outcome = await apply(address, (now) => {
      now.legalHolds = ['case-1', 'case-2'];
      now.retention['until'] = new Date(untilMs).toISOString();
    });
    expect(outcome).toMatchObject({ applied: ['retention', 'addHold case-1', 'addHold case-2'] });
    expect(await server.engine.ask('protection/get', address)).toMatchObject({
      end: { kind: 'until', untilMs },
      holds: [{ id: 'case-1' }, { id: 'case-2' }],
    });
    expect(value(outcome.document!.text)).toMatchObject({ legalHolds: ['case-1', 'case-2'] });
  });

  it('notices a hold that somebody else added after the document was opened, and applies nothing', async () => {
    const bucket = await server.retained([0, 0, 30]);
    const address = await server.put(bucket, 'record');
    const opened = await open(address);
    await server.engine.ask('protection/addHold', { ...address, holdId: 'from-court' });
    const wanted = value(opened.text);
    wanted.tags['a'] = 'b';
    const edited = { subject: subjectOf(address), text: JSON.stringify(wanted), baseline: opened.baseline };
    expect(await server.engine.refuse('documents/apply', { ...edited, confirmed: [] })).toMatchObject({
      reason: 'changedMeanwhile',
    });
    expect(await server.engine.ask('objects/getTags', address)).toEqual({});
  });

  it('goes on with a text over what somebody else changed, with the facts of now', async () => {
    const bucket = await server.bucket();
    const address = await server.put(bucket, 'shared');
    const opened = await open(address);
    const mine = opened.text.replace('"tags": {}', '"tags": { "mine": "yes" }');
    await apply(address, (wanted) => (wanted.metadata['theirs'] = 'yes'));
    const edited = { subject: subjectOf(address), text: mine, baseline: opened.baseline };
    expect(await server.engine.refuse('documents/apply', { ...edited, confirmed: [] })).toMatchObject({
      reason: 'changedMeanwhile',
    });
    const now = await server.engine.ask('documents/open', { subject: edited.subject, keeping: mine });
    const kept = now.kept!.replace('"metadata": {}', '"metadata": { "theirs": "yes" }');
    const again = { ...edited, text: kept, baseline: now.baseline };
    expect(await server.engine.ask('documents/check', again)).toEqual([]);
    expect(await server.engine.ask('documents/apply', { ...again, confirmed: [] })).toMatchObject({
      applied: ['tags'],
    });
    expect((await stateOf(address)).info.metadata).toEqual({ theirs: 'yes' });
  });

  it('hands back the text of a change that was applied in part, ready for the rest', async () => {
    const bucket = await server.bucket('locked');
    const address = await server.put(bucket, 'partly');
    const opened = await open(address);
    const text = opened.text
      .replace('"metadata": {}', '"metadata": { "a": "b" }')
      .replace('"legalHold": false', '"legalHold": true');
    await server.fault({ fault: { kind: 'status', status: 500 }, match: { operation: 'PutObjectLegalHold' } });
    const edited = { subject: subjectOf(address), text, baseline: opened.baseline };
    server.advance(5000);
    const first = await server.engine.ask('documents/apply', { ...edited, confirmed: [] });
    await server.farSide.admin('DELETE', '/faults');
    expect(first).toMatchObject({ applied: ['attributes'], failed: { stepId: 'lockHold' } });
    const rest = { ...edited, text: first.document!.kept!, baseline: first.document!.baseline };
    expect(await server.engine.ask('documents/apply', { ...rest, confirmed: [] })).toMatchObject({
      applied: ['lockHold'],
    });
  });

  it('applies nothing when the policy of the bucket changed meanwhile so that the service would refuse', async () => {
    const bucket = await server.retained([0, 5, 30]);
    const address = await server.put(bucket, 'record');
    const opened = await open(address);
    const policy = { minimumDays: 0, defaultDays: 5, maximumDays: 6, isPermanentAllowed: false };
    await server.engine.ask('bucketProtection/put', { connectionId, bucket, policy });
    const wanted = value(opened.text);
    wanted.tags['a'] = 'b';
    wanted.retention['until'] = inDays(20);
    const edited = { subject: subjectOf(address), text: JSON.stringify(wanted), baseline: opened.baseline };
    const refused = await server.engine.refuse('documents/apply', { ...edited, confirmed: ['retention'] });
    expect(refused).toMatchObject({ reason: 'documentProblems' });
    expect(refused.detail).toContain('allows dates up to');
    expect(await server.engine.ask('objects/getTags', address)).toEqual({});
  });

  it('says what was applied before a step failed, and what there is now', async () => {
    const bucket = await server.retained([0, 5, 30]);
    const address = await server.put(bucket, 'record');
    await server.fault({ fault: { kind: 'status', status: 500 }, match: { operation: 'ExtendObjectRetention' } });
    try {
      const outcome = await apply(address, (wanted) => {
        wanted.tags['a'] = 'b';
        wanted.retention['until'] = inDays(20);
      });
      expect(outcome).toMatchObject({ applied: ['tags'], failed: { stepId: 'retention' } });
      expect(value(outcome.document!.text)).toMatchObject({ tags: { a: 'b' } });
    } finally {
      await server.farSide.admin('DELETE', '/faults');
    }
  });

  it('locks a version, and bypasses GOVERNANCE only when it is asked for', async () => {
    const bucket = await server.bucket('locked');
    const address = await server.put(bucket, 'record');
    await apply(address, (wanted) =>
      Object.assign(wanted.objectLock, { mode: 'GOVERNANCE', retainUntil: '2099-01-01' }),
    );
    const opened = await open(address);
    const shorter = value(opened.text);
    shorter.objectLock['retainUntil'] = '2098-01-01';
    const edited = { subject: subjectOf(address), text: JSON.stringify(shorter), baseline: opened.baseline };
    expect(await server.engine.ask('documents/check', edited)).toMatchObject([{ code: 'needsBypass' }]);
    const outcome = await apply(address, (wanted) =>
      Object.assign(wanted.objectLock, { retainUntil: '2098-01-01', bypassGovernance: true }),
    );
    expect(outcome.failed).toBeUndefined();
    expect(await server.engine.ask('protection/get', address)).toMatchObject({ retainUntilMs: Date.UTC(2098, 0, 1) });
  });
});
