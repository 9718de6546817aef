import { describe, expect, it } from 'vitest';
import { maxEmptyPages, pagesOf, type EndlessList } from '../../../src/model/pages';

interface Page {
  readonly names: readonly string[];
  readonly next?: string;
  readonly why?: EndlessList;
}

/** A list as a server answers it, by the number of the request and by the cursor that came with it. */
async function readAll(answer: (nth: number, cursor: string | undefined) => Page, maxPages?: number) {
  let asked = 0;
  const read: Page[] = [];
  const pages = pagesOf<Page, string>({
    ask: ({ cursor }) => Promise.resolve(answer(asked++, cursor)),
    next: ({ next }) => next,
    names: ({ names }) => names,
    endless: (why) => ({ names: [], why }),
    ...(maxPages === undefined ? {} : { maxPages }),
  });
  for await (const page of pages) {
    read.push(page);
    if (read.length > 100_000) throw new Error('it does not end');
  }
  return { read, asked, why: read.at(-1)?.why };
}

describe('the pages of a list', () => {
  it('are all of them, each asked for once with the cursor of the one before', async () => {
    const cursors: (string | undefined)[] = [];
    const { read, why } = await readAll((nth, cursor) => {
      cursors.push(cursor);
      return { names: [`k${nth}`], ...(nth < 49 ? { next: `t${nth}` } : {}) };
    });
    expect(read.flatMap(({ names }) => names)).toEqual(Array.from({ length: 50 }, (_, nth) => `k${nth}`));
    expect(cursors.slice(0, 3)).toEqual([undefined, 't0', 't1']);
    expect(why).toBeUndefined();
  });

  const lengths = [1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 100];
  it.each(lengths)('end in a failure where cursors come back in a circle of %i', async (length) => {
    const { why, asked } = await readAll((nth) => ({ names: [`k${nth}`], next: `t${nth % length}` }));
    expect(why).toBe('circle');
    expect(asked).toBeLessThanOrEqual(4 * length + 2);
  });

  it.each(lengths)('end in a failure where pages come back in a circle of %i under new cursors', async (length) => {
    const { why, asked } = await readAll((nth) => ({ names: [`k${nth % length}`], next: `t${nth}` }));
    expect(why).toBe('circle');
    expect(asked).toBeLessThanOrEqual(4 * length + 2);
  });

  it('end in a failure where the circle begins only after a good while', async () => {
    const { why } = await readAll((nth) => ({ names: [`k${nth}`], next: nth < 50 ? `t${nth}` : `u${nth % 6}` }));
    expect(why).toBe('circle');
  });

  it('do not give a page again that its cursor has just led back to', async () => {
    const { read, why } = await readAll((nth) => ({ names: ['a', 'b'], next: `t${nth}` }));
    expect(read.flatMap(({ names }) => names)).toEqual(['a', 'b']);
    expect(why).toBe('circle');
  });

  it('may be empty now and then, where much was deleted, but not forever', async () => {
    const some = await readAll((nth) => ({
      names: nth % 300 === 299 ? [`k${nth}`] : [],
      ...(nth < 1500 ? { next: `t${nth}` } : {}),
    }));
    expect([some.asked, some.why]).toEqual([1501, undefined]);
    const none = await readAll((nth) => ({ names: [], next: `t${nth}` }));
    expect([none.asked, none.why]).toEqual([maxEmptyPages, 'emptyPages']);
  });

  it('are no more than can be held in memory where they are', async () => {
    const { asked, why } = await readAll((nth) => ({ names: [`k${nth}`], next: `t${nth}` }), 20);
    expect([asked, why]).toEqual([20, 'tooLong']);
  });
});
