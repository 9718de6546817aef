import { expect, it } from 'vitest';
import { runFlips } from '../../soak/flipRun';

it('tells each of 300 flipped bits, keeps nothing of them, and names the checksum of the objects that are whole', async () => {
  const { flipsTold, wrong, downloads } = await runFlips(7, 300, 'once');
  expect(wrong).toEqual([]);
  expect(flipsTold).toBe(300);
  // Small objects to each of three places, large ones to files.
  expect(Object.keys(downloads)).toHaveLength(3 * 27 + 8);
}, 120_000);
