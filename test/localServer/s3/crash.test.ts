import { randomInt } from 'node:crypto';
import { expect, test } from 'vitest';
import { runCrashes } from '../../fakes/crashRun';

test('killed at any moment, the server keeps what it acknowledged whole and shows nothing half', async () => {
  const seed = Number(process.env['COS_CRASH_SEED'] ?? randomInt(2 ** 31));
  console.log(`crash test seed: ${seed} (repeat with COS_CRASH_SEED=${seed})`);
  const { kills, acknowledged } = await runCrashes(seed, 5);
  const total = acknowledged.put + acknowledged.delete + acknowledged.multipart;
  expect(total).toBeGreaterThan(kills * 8);
});
