import { describe, expect, it } from 'vitest';
import { faultNames, runFaults } from './faultRun';
import { foreignKinds } from './foreignObjects';

/** Scenarios of one run of `npm run soak`. */
const scenariosOfARun = 500;

describe('transfers among faults', () => {
  it('lose no byte, leave no upload and no temporary file, and tell the truth', async () => {
    const seed = Number(process.env['SOAK_SEED'] ?? 1);
    const scenarios = scenariosOfARun * Number(process.env['SOAK_RUNS'] ?? 1);
    const report = await runFaults(seed, scenarios);
    console.log(`${scenarios} scenarios from seed ${seed}: ${JSON.stringify(report)}`);
    expect(report.findings).toEqual([]);
    for (const name of faultNames) expect(report.fired[name], `${name} never fired`).toBeGreaterThan(0);
    for (const kind of foreignKinds) expect(report.foreign[kind], `${kind} was never a source`).toBeGreaterThan(0);
  });
});
