import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';

describe('the versioning of a bucket as a document', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected();
  });
  afterAll(async () => await server?.close());

  it('is read, checked, planned and applied, and refuses to be applied to what changed meanwhile', async () => {
    const { engine } = server;
    const bucket = await server.bucket();
    const subject = { kind: 'bucket', connectionId: testConnectionId, bucket, topic: 'versioning' } as const;
    const opened = await engine.ask('documents/open', { subject });
    expect(JSON.parse(opened.text)).toEqual({ versioning: 'never' });
    const edited = { subject, baseline: opened.baseline, text: '{ "versioning": "enabled" } // on' };
    expect(await engine.ask('documents/check', edited)).toEqual([]);
    expect(await engine.ask('documents/plan', edited)).toMatchObject([{ operation: 'PutBucketVersioning' }]);
    const outcome = await engine.ask('documents/apply', { ...edited, confirmed: [] });
    expect(outcome).toMatchObject({ applied: ['versioning'], document: { text: '{\n  "versioning": "enabled"\n}\n' } });
    const late = { ...edited, text: '{ "versioning": "suspended" }', confirmed: [] };
    expect(await engine.refuse('documents/apply', late)).toMatchObject({ reason: 'changedMeanwhile' });
  });

  it('says where a document is wrong, and refuses it before any request', async () => {
    const { engine } = server;
    const bucket = await server.bucket();
    const subject = { kind: 'bucket', connectionId: testConnectionId, bucket, topic: 'versioning' } as const;
    const { baseline } = await engine.ask('documents/open', { subject });
    const wrong = { subject, baseline, text: '{ "versioning": "never!", "mfa": 1, "mfa": 2 }' };
    const found = (await engine.ask('documents/check', wrong)).map(
      ({ code, offset, length }) => `${code} ${wrong.text.slice(offset, offset + length)}`,
    );
    expect(found).toEqual(['unknownName "mfa"', 'doubleName "mfa"', 'versioningState "never!"']);
    expect(await engine.refuse('documents/apply', { ...wrong, confirmed: [] })).toMatchObject({
      reason: 'documentProblems',
    });
    const broken = await engine.ask('documents/check', { subject, baseline, text: '{ "versioning": ' });
    expect(broken[0]).toMatchObject({ code: 'syntax', severity: 'error' });
  });
});
