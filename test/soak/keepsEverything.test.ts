import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startProtected, type Protected } from '../server/protection/fixture';
import { checkKeepsEverything } from '../server/protection/keepsEverything';

let server: Protected;
beforeAll(async () => {
  server = await startProtected();
});
afterAll(async () => await server?.close());

describe('an edit of one field of many random objects', () => {
  it('changes that field alone, or nothing where the object is protected', async () => {
    const seen = await checkKeepsEverything(server, 500);
    expect(Object.entries(seen).filter(([, count]) => count === 0)).toEqual([]);
  });
});
