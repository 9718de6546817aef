import { describe, expect, it } from 'vitest';
import { runCrashes } from '../fakes/crashRun';

/** Kills of one run of `npm run soak`. */
const killsOfARun = 200;

describe('the local server, killed at any moment', () => {
  it('keeps what it acknowledged whole and shows nothing half', async () => {
    const seed = Number(process.env['SOAK_SEED'] ?? 1);
    const kills = killsOfARun * Number(process.env['SOAK_RUNS'] ?? 1);
    const report = await runCrashes(seed, kills);
    console.log(`${kills} kills from seed ${seed}: ${JSON.stringify(report)}`);
    for (const [kind, count] of Object.entries(report.acknowledged)) expect(count, `no ${kind}`).toBeGreaterThan(0);
    // A kill that never fell between a write and its answer would have tested little.
    expect(report.unanswered.stored, 'no write was stored without an answer').toBeGreaterThan(0);
    expect(report.unanswered.lost, 'no write was lost before its answer').toBeGreaterThan(0);
  });
});
