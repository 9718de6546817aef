import { expect, it } from 'vitest';
import { runFlips } from '../../soak/flipRun';

it('tells each of 300 flipped bits, keeps nothing of them, and names the checksum of the objects that are whole', async () => {
  const { flipsTold, wrong } = await runFlips(7, 300);
  expect(wrong).toEqual([]);
  expect(flipsTold).toBe(300);
}, 120_000);
