import { parse } from 'jsonc-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';
import { bucketDocuments } from './bucketDocument';

describe('the website of a bucket as a document', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected();
  });
  afterAll(async () => await server?.close());
  const { open, check, plan, apply } = bucketDocuments(() => server, 'website');

  const site = {
    indexSuffix: 'index.html',
    errorKey: '404.html',
    routingRules: [
      { when: { keyPrefix: 'old/' }, redirect: { keyPrefix: 'new/', statusCode: 302 } },
      { when: { errorCode: 404, keyPrefix: 'app/' }, redirect: { key: 'app/index.html' } },
      { redirect: { host: 'www.example.com', protocol: 'https' } },
    ],
  };

  it('is empty where there is none, is kept as it was written, and is deleted when emptied', async () => {
    const bucket = await server.bucket();
    const { text: none } = await open(bucket);
    expect(parse(none)).toEqual({});
    expect(await plan(bucket, none)).toEqual([]);
    const set = await apply(bucket, site);
    expect(set).toMatchObject({ applied: ['website'], plan: [{ operation: 'PutBucketWebsite' }] });
    const { text } = await open(bucket);
    expect(parse(text)).toEqual(site);
    expect(await check(bucket, text)).toEqual([]);
    expect(await plan(bucket, text)).toEqual([]);
    const found = await server.engine.ask('website/get', { connectionId: testConnectionId, bucket });
    expect(found).toMatchObject({ indexSuffix: 'index.html', errorKey: '404.html' });
    const emptied = await apply(bucket, '{}');
    expect(emptied).toMatchObject({ applied: ['website'], plan: [{ operation: 'DeleteBucketWebsite' }] });
    expect(await server.engine.ask('website/get', { connectionId: testConnectionId, bucket })).toBeNull();
  });

  it('sends every visitor elsewhere', async () => {
    const bucket = await server.bucket();
    const redirectAll = { host: 'www.example.com', protocol: 'https' };
    const set = await apply(bucket, { redirectAll });
    expect(set.plan[0]!.sentence).toBe(`Send every visitor of the website '${bucket}' to 'www.example.com'.`);
    expect(parse((await open(bucket)).text)).toEqual({ redirectAll });
  });

  const withRule = (content: string): string => `{ "indexSuffix": "i", "routingRules": [{ ${content} }] }`;
  it.each([
    ['{ "errorKey": "404.html" }', ['noIndex { "errorKey": "404.html" }']],
    ['{ "indexSuffix": "a/index.html" }', ['indexSuffix "a/index.html"']],
    ['{ "indexSuffix": 1 }', ['text 1']],
    ['{ "indexSuffix": "i", "errorKey": "" }', ['errorKey ""']],
    ['{ "indexSuffix": "i", "errorKey": "/404.html" }', ['slash "/404.html"']],
    ['{ "indexSuffix": "i", "redirectAll": { "host": "h" } }', ['redirectAllAlone "i"']],
    ['{ "redirectAll": {} }', ['missing {']],
    ['{ "redirectAll": { "host": "https://h/" } }', ['host "https://h/"']],
    ['{ "redirectAll": { "host": "h", "protocol": "HTTPS" } }', ['choice "HTTPS"']],
    [withRule('"when": {}, "redirect": { "key": "k" }'), ['noCondition {}']],
    [withRule('"when": { "errorCode": 200 }, "redirect": { "key": "k" }'), ['count 200']],
    [withRule('"redirect": {}'), ['noTarget {}']],
    [withRule('"when": { "keyPrefix": "a" }'), ['missing {']],
    [withRule('"redirect": { "key": "k", "keyPrefix": "p" }'), ['keyAndPrefix "p"']],
    [withRule('"redirect": { "key": "k", "statusCode": 200 }'), ['count 200']],
    [withRule('"when": { "keyPrefix": "a/" }, "redirect": { "keyPrefix": "a/b/" }'), ['loop "a/b/"']],
  ])('finds what is wrong with %s', async (text, expected) => {
    expect(await check(await server.bucket(), text)).toEqual(expected);
  });
});
