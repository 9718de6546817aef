import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProtected, type Protected } from './fixture';
import { checkKeepsEverything } from './keepsEverything';

let server: Protected;
beforeAll(async () => {
  server = await startProtected();
});
afterAll(async () => await server?.close());

describe('an edit of one field', () => {
  it('changes that field alone, or nothing where the object is protected, over a fixed sample', async () => {
    const seen = await checkKeepsEverything(server, 20, 23);
    expect(Object.entries(seen).filter(([, count]) => count === 0)).toEqual([]);
  });
});
