import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DocumentSubject, OpenedDocument } from '../../../src/model/configDocument';
import { startServedEngine, testConnectionId, type EngineUnderTest } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';

let server: Protected;
let windows: readonly EngineUnderTest[];
beforeAll(async () => {
  server = await startProtected();
  const { hmac, hmacKey } = server.farSide;
  const other = await startServedEngine({ connections: [hmac], credentials: { [testConnectionId]: hmacKey } });
  windows = [server.engine, other];
});
afterAll(async () => {
  await windows?.[1]?.close();
  await server?.close();
});

/** An object that both windows have open, each in its own engine. */
async function openInBoth(name: string) {
  const address = await server.put(await server.bucket(), name, 'content', {
    headers: { contentType: 'text/plain' },
    metadata: { owner: 'nobody' },
  });
  const subject: DocumentSubject = { kind: 'object', ...address };
  const opened = await Promise.all(windows.map(async (engine) => await engine.ask('documents/open', { subject })));
  return { address, subject, first: opened[0]!, second: opened[1]! };
}

/** Saves a text in a window. */
const edited = (subject: DocumentSubject, { baseline }: OpenedDocument, text: string) => ({
  subject,
  text,
  baseline,
  confirmed: [],
});

describe('two windows with the same properties document', () => {
  it.each([
    ['metadata', '"owner": "nobody"', '"owner": "first"'],
    // Neither bytes nor times of the object change with its tags and access list.
    ['tags', '"tags": {}', '"tags": { "by": "first" }'],
    ['access list', '"acl": "private"', '"acl": "public-read"'],
  ])('refuses the second save after the first has changed the %s, and sends nothing', async (_what, before, after) => {
    const [one, other] = windows as [EngineUnderTest, EngineUnderTest];
    const { address, subject, first, second } = await openInBoth('shared');
    const mine = second.text.replace('"Content-Type": "text/plain"', '"Content-Type": "text/x-second"');
    expect(mine).not.toBe(second.text);
    const theirs = first.text.replace(before, after);
    expect(theirs).not.toBe(first.text);
    const saved = await one.ask('documents/apply', edited(subject, first, theirs));
    expect(saved.failed).toBeUndefined();
    const writes = () => {
      const { CopyObject, PutObjectTagging, PutObjectAcl } = server.farSide.server.requests.read().byOperation;
      return [CopyObject, PutObjectTagging, PutObjectAcl];
    };
    const soFar = writes();
    const refused = await other.refuse('documents/apply', edited(subject, second, mine));
    expect(refused).toMatchObject({ kind: 'preconditionFailed', reason: 'changedMeanwhile' });
    expect(writes()).toEqual(soFar);
    const state = await other.ask('attributes/get', address);
    expect(state.info.headers.contentType).toBe('text/plain');

    // The second goes on with its own text over what is there now: its edit is kept, and so is the first one's.
    const now = await other.ask('documents/open', { subject, keeping: mine });
    const merged = now.text.replace('"Content-Type": "text/plain"', '"Content-Type": "text/x-second"');
    const again = await other.ask('documents/apply', edited(subject, now, merged));
    expect(again).toMatchObject({ applied: ['attributes'] });
    const end = await one.ask('attributes/get', address);
    expect(end.info.headers.contentType).toBe('text/x-second');
    const kept = [end.info.metadata['owner'], end.tags?.['by'], end.acl];
    expect(kept.filter((value) => value === 'first' || value === 'public-read')).toHaveLength(1);
  });

  it('lets the second save once the first has taken its change back by hand', async () => {
    const [one, other] = windows as [EngineUnderTest, EngineUnderTest];
    const { address, subject, first, second } = await openInBoth('tagged');
    const tagged = first.text.replace('"tags": {}', '"tags": { "by": "first" }');
    const saved = await one.ask('documents/apply', edited(subject, first, tagged));
    await one.ask('documents/apply', edited(subject, saved.document!, first.text));
    const mine = second.text.replace('"tags": {}', '"tags": { "by": "second" }');
    expect(await other.ask('documents/apply', edited(subject, second, mine))).toMatchObject({ applied: ['tags'] });
    expect(await one.ask('objects/getTags', address)).toEqual({ by: 'second' });
  });
});
