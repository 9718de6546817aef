import { describe, expect, it } from 'vitest';
import { faultNames, runFaults } from '../../soak/faultRun';

describe('transfers among faults', () => {
  it('lose no byte, leave no upload and no temporary file, and tell the truth (a sample of the soak run)', async () => {
    const report = await runFaults(1, 3 * faultNames.length);
    expect(report.findings).toEqual([]);
    for (const name of faultNames) expect(report.fired[name], name).toBeGreaterThan(0);
    expect(Object.keys(report.ended).sort()).toEqual(['cancelled', 'done', 'failed']);
  }, 120_000);
});
