// The long randomised tests. Usage: node scripts/soak.mjs [--seed S] [--runs N] [FILE…]
// The seed is printed, so that a failure can be run again.
import { randomInt } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { packageExtension } from './package.mjs';
import { runVitestLayer } from './vitestLayer.mjs';

let parsed;
try {
  const options = {
    seed: { type: 'string', default: String(randomInt(1, 2 ** 31)) },
    runs: { type: 'string', default: '1' },
  };
  parsed = parseArgs({ options, allowPositionals: true });
  for (const name of ['seed', 'runs']) {
    if (!/^[1-9]\d*$/.test(parsed.values[name])) {
      throw new Error(`--${name} takes a whole number above 0, not '${parsed.values[name]}'.`);
    }
  }
} catch (error) {
  console.error(error.message);
  process.exit(2);
}

const { seed, runs } = parsed.values;
console.log(`Seed ${seed}, runs ${runs}`);
mkdirSync('out/test', { recursive: true });
await packageExtension();
const env = { ...process.env, SOAK_SEED: seed, SOAK_RUNS: runs };
const { passed, failed } = await runVitestLayer('soak', { files: parsed.positionals, env });
const isFailed = failed > 0 || passed === 0;
if (passed + failed === 0) console.error('No soak test ran, which is a failure.');
console.log(`Seed ${seed}: ${passed} passed, ${failed} failed`);
process.exitCode = isFailed ? 1 : 0;
