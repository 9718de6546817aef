import { parse } from 'jsonc-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProtected, type Protected } from '../protection/fixture';
import { bucketDocuments } from './bucketDocument';

describe('who may use a bucket beside IAM, as documents', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected();
  });
  afterAll(async () => await server?.close());
  const block = bucketDocuments(() => server, 'publicAccessBlock');
  const acl = bucketDocuments(() => server, 'acl');

  it('block public access lists, and let go of them', async () => {
    const bucket = await server.bucket();
    expect(parse((await block.open(bucket)).text)).toEqual({ blockPublicAcls: false, ignorePublicAcls: false });
    const blocking = { blockPublicAcls: true, ignorePublicAcls: false };
    expect(await block.apply(bucket, blocking)).toMatchObject({
      applied: ['publicAccessBlock'],
      plan: [{ operation: 'PutPublicAccessBlock' }],
    });
    expect(parse((await block.open(bucket)).text)).toEqual(blocking);
    expect(await acl.check(bucket, '{ "acl": "public-read" }')).toEqual(['publicBlocked "public-read"']);
    const gone = await block.apply(bucket, { blockPublicAcls: false, ignorePublicAcls: false });
    expect(gone).toMatchObject({ applied: ['publicAccessBlock'], plan: [{ operation: 'DeletePublicAccessBlock' }] });
    expect(await acl.check(bucket, '{ "acl": "public-read" }')).toEqual([]);
  });

  it('make a bucket public, and private again', async () => {
    const bucket = await server.bucket();
    expect(parse((await acl.open(bucket)).text)).toEqual({ acl: 'private' });
    const opened = await acl.apply(bucket, { acl: 'public-read' });
    expect(opened.plan[0]!.sentence).toContain('everybody on the Internet');
    expect(parse((await acl.open(bucket)).text)).toEqual({ acl: 'public-read' });
    expect((await acl.apply(bucket, { acl: 'private' })).applied).toEqual(['acl']);
    const { text } = await acl.open(bucket);
    expect(parse(text)).toEqual({ acl: 'private' });
    expect(await acl.plan(bucket, text)).toEqual([]);
  });

  it('send grants, which IBM takes as far as a canned list says the same', async () => {
    const bucket = await server.bucket();
    const owner = { grantee: 'owner', permission: 'FULL_CONTROL' };
    const grants = [owner, { grantee: 'everybody', permission: 'READ' }];
    const set = await acl.apply(bucket, { acl: 'grants', grants });
    expect(set.plan[0]!.sentence).toBe(`2 grants for '${bucket}'. Everybody on the Internet gets READ.`);
    expect(set.applied).toEqual(['acl']);
    expect(parse((await acl.open(bucket)).text)).toEqual({ acl: 'public-read' });
    const more = [owner, { grantee: 'somebody', permission: 'WRITE' }];
    const refused = await acl.apply(bucket, { acl: 'grants', grants: more });
    expect(refused.failed?.error).toMatchObject({ kind: 'invalid', op: 'PutBucketAcl' });
  });

  it.each([
    ['{}', ['missing {']],
    ['{ "acl": "Public-Read" }', ['choice "Public-Read"']],
    ['{ "acl": "grants" }', ['missing {']],
    ['{ "acl": "grants", "grants": [] }', ['tooFew []']],
    [
      '{ "acl": "private", "grants": [{ "grantee": "owner", "permission": "FULL_CONTROL" }] }',
      ['unusedGrants [{ "grantee": "owner", "permission": "FULL_CONTROL" }]'],
    ],
    ['{ "acl": "grants", "grants": [{ "grantee": "owner", "permission": "ALL" }] }', ['choice "ALL"']],
    [
      '{ "acl": "grants", "grants": [{ "grantee": "everybody", "permission": "WRITE" }] }',
      ['ownerLeftOut [{ "grantee": "everybody", "permission": "WRITE" }]', 'openToAnybody "WRITE"'],
    ],
  ])('say what is wrong with the access list %s', async (text, expected) => {
    expect(await acl.check(await server.bucket(), text)).toEqual(expected);
  });

  it('say which role they need', async () => {
    const bucket = await server.bucket();
    const subjectOf = (topic: 'publicAccessBlock' | 'acl') =>
      ({ kind: 'bucket', connectionId: server.roles.Writer, bucket, topic }) as const;
    // The access list may be read by a Reader; the block is the Manager's alone.
    expect(await server.engine.refuse('documents/open', { subject: subjectOf('publicAccessBlock') })).toMatchObject({
      kind: 'denied',
      neededRole: 'Manager',
    });
    const subject = subjectOf('acl');
    const opened = await server.engine.ask('documents/open', { subject });
    const edited = { subject, baseline: opened.baseline, text: '{ "acl": "public-read" }' };
    const confirmed = (await server.engine.ask('documents/plan', edited)).map(({ id }) => id);
    expect(confirmed).not.toEqual([]);
    const refused = await server.engine.ask('documents/apply', { ...edited, confirmed });
    expect(refused.failed?.error).toMatchObject({ kind: 'denied', neededRole: 'Manager' });
    expect((await server.engine.ask('documents/open', { subject })).text).toBe(opened.text);
  });
});
