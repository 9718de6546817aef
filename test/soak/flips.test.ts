import { expect, it } from 'vitest';
import { runFlips } from './flipRun';

it('tells each of 10,000 flipped bits and none of 10,000 whole objects', async () => {
  const seed = Number(process.env['SOAK_SEED'] ?? 1);
  const { downloads, flipsTold, wrong } = await runFlips(seed, 10_000);
  console.log(`flips from seed ${seed}: ${JSON.stringify(downloads)}`);
  expect(wrong).toEqual([]);
  expect(flipsTold).toBe(10_000);
  expect(Object.values(downloads).reduce((sum, right) => sum + right, 0)).toBe(10_000);
});
