import { parse } from 'jsonc-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProtected, type Protected } from '../protection/fixture';
import { bucketDocuments } from './bucketDocument';

describe('tags of a bucket as a document', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected();
  });
  afterAll(async () => await server?.close());
  const { open, check, plan, apply } = bucketDocuments(() => server, 'tags');

  it('are empty where there are none, are changed one by one, and deleted when emptied', async () => {
    const bucket = await server.bucket();
    expect(parse((await open(bucket)).text)).toEqual({ tags: {} });
    const tags = { project: 'alpha', 'cost center': '4711', constructor: '' };
    expect(await apply(bucket, { tags })).toMatchObject({
      applied: ['tags'],
      plan: [{ operation: 'PutBucketTagging' }],
    });
    const { text } = await open(bucket);
    expect(parse(text)).toEqual({ tags });
    expect(await plan(bucket, text)).toEqual([]);
    const { plan: steps } = await apply(bucket, { tags: { project: 'beta', 'cost center': '4711', owner: 'ana' } });
    expect(steps[0]!.sentence).toBe(
      `Change tags of the bucket '${bucket}': 'project' becomes 'beta'; 'constructor' is removed; 'owner' becomes 'ana'.`,
    );
    const emptied = await apply(bucket, { tags: {} });
    expect(emptied).toMatchObject({ applied: ['tags'], plan: [{ operation: 'DeleteBucketTagging' }] });
    expect(parse((await open(bucket)).text)).toEqual({ tags: {} });
  });

  it.each([
    ['{}', ['missing {']],
    ['{ "tags": [] }', ['object []']],
    ['{ "tags": { "a": 1 } }', ['text 1']],
    ['{ "tags": { "a": "1", "a": "2" } }', ['doubleName "a"']],
    ['{ "tags": { "ibm:a": "1" } }', ['tagKey "ibm:a"']],
    ['{ "tags": { "a": "<" } }', ['tagValue "<"']],
    [JSON.stringify({ tags: { ['x'.repeat(129)]: '' } }), [`tagKey "${'x'.repeat(129)}"`]],
    [
      JSON.stringify({ tags: Object.fromEntries(Array.from({ length: 11 }, (_, at) => [`t${at}`, ''])) }),
      ['tagCount "tags"'],
    ],
  ])('say what is wrong with %.80s', async (text, expected) => {
    expect(await check(await server.bucket(), text)).toEqual(expected);
  });
});
