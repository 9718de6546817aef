import { describe, expect, it } from 'vitest';
import { StatCache } from '../../../../src/extension/documents/statCache';

const folder = { kind: 'folder' } as const;

describe('the stat cache', () => {
  it('forgets after its time', () => {
    let nowMs = 0;
    const cache = new StatCache({ maxAgeMs: 10, maxEntries: 9, nowMs: () => nowMs });
    cache.set('a', folder);
    nowMs = 10;
    expect(cache.get('a')).toEqual(folder);
    nowMs = 11;
    expect(cache.get('a')).toBeUndefined();
  });

  it('forgets the oldest when it is full', () => {
    const cache = new StatCache({ maxAgeMs: 10, maxEntries: 2, nowMs: () => 0 });
    for (const id of ['a', 'b', 'a', 'c']) cache.set(id, folder);
    expect(['a', 'b', 'c'].map((id) => cache.get(id)?.kind)).toEqual(['folder', undefined, 'folder']);
  });

  it('forgets what is below', () => {
    const cache = new StatCache({ maxAgeMs: 10, maxEntries: 9, nowMs: () => 0 });
    for (const id of ['x/a', 'x/b/c', 'xy']) cache.set(id, folder);
    cache.deleteBelow('x/');
    expect(['x/a', 'x/b/c', 'xy'].map((id) => cache.get(id)?.kind)).toEqual([undefined, undefined, 'folder']);
  });
});
