import { parse } from 'jsonc-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProtected, type Protected } from '../protection/fixture';
import { bucketDocuments } from './bucketDocument';

describe('CORS of a bucket as a document', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected();
  });
  afterAll(async () => await server?.close());
  const { open, check, plan, apply } = bucketDocuments(() => server, 'cors');

  const rules = [
    {
      id: 'site',
      origins: ['https://example.com', 'https://*.example.org'],
      methods: ['GET', 'PUT'],
      headers: ['*'],
      exposedHeaders: ['ETag', 'x-amz-version-id'],
      maxAgeSeconds: 3600,
    },
    { origins: ['*'], methods: ['HEAD'] },
  ];

  it('is an empty list where there is none, is kept as it was written, and is deleted when emptied', async () => {
    const bucket = await server.bucket();
    expect(parse((await open(bucket)).text)).toEqual({ rules: [] });
    const set = await apply(bucket, { rules });
    expect(set).toMatchObject({ applied: ['cors'], plan: [{ operation: 'PutBucketCors' }] });
    expect(set.plan[0]!.sentence).toContain('pages of https://example.com, https://*.example.org may GET, PUT');
    const { text } = await open(bucket);
    expect(parse(text)).toEqual({ rules });
    expect(await plan(bucket, text)).toEqual([]);
    const emptied = await apply(bucket, '{ "rules": [] }');
    expect(emptied).toMatchObject({ applied: ['cors'], plan: [{ operation: 'DeleteBucketCors' }] });
    expect(parse((await open(bucket)).text)).toEqual({ rules: [] });
  });

  it('lets a page of the origin ask, once it was applied', async () => {
    const bucket = await server.bucket();
    const ask = async (origin: string) => {
      const headers = { Origin: origin, 'Access-Control-Request-Method': 'GET' };
      const answer = await fetch(`${server.farSide.hmac.endpoint}/${bucket}/key`, { method: 'OPTIONS', headers });
      return answer.headers.get('access-control-allow-origin');
    };
    expect(await ask('https://example.com')).toBeNull();
    await apply(bucket, { rules: [rules[0]] });
    expect(await ask('https://example.com')).toBe('https://example.com');
    expect(await ask('https://elsewhere.com')).toBeNull();
  });

  const rule = (content: string): string => `{ "rules": [{ ${content} }] }`;
  it.each([
    ['{}', ['missing {']],
    [rule('"origins": ["*"]'), ['missing {']],
    [rule('"origins": [], "methods": ["GET"]'), ['tooFew []']],
    [rule('"origins": ["*"], "methods": ["get", "PATCH"]'), ['choice "get"', 'choice "PATCH"']],
    [rule('"origins": ["https://*.*"], "methods": ["GET"]'), ['stars "https://*.*"']],
    [rule('"origins": ["example.com"], "methods": ["GET"]'), ['origin "example.com"']],
    [rule('"origins": ["https://example.com/"], "methods": ["GET"]'), ['originPath "https://example.com/"']],
    [rule('"origins": [" "], "methods": ["GET"]'), ['origin " "']],
    [rule('"origins": ["*"], "methods": ["GET", "GET"]'), ['doubleMethod "GET"']],
    [rule('"origins": ["*"], "methods": ["GET"], "headers": ["a b", "**"]'), ['header "a b"', 'stars "**"']],
    [rule('"origins": ["*"], "methods": ["GET"], "exposedHeaders": ["*", ""]'), ['exposedStar "*"', 'header ""']],
    [rule('"origins": ["*"], "methods": ["GET"], "maxAgeSeconds": -1'), ['count -1']],
    [rule('"origins": "*", "methods": ["GET"]'), ['list "*"']],
    [
      '{ "rules": [{ "id": "a", "origins": ["*"], "methods": ["GET"] }, { "id": "a", "origins": ["*"], "methods": ["PUT"] }] }',
      ['doubleId "a"'],
    ],
    [JSON.stringify({ rules: Array(101).fill(rules[1]) }), ['tooMany [']],
  ])('finds what is wrong with %.100s', async (text, expected) => {
    const found = await check(await server.bucket(), text);
    expect(found.map((one) => (one.startsWith('tooMany') ? one.slice(0, 9) : one))).toEqual(expected);
  });
});
