// Size budgets of the bundles (docs/architecture.md). The package's own budget is checked where it is built.
import { statSync } from 'node:fs';

const budgets = {
  'dist/extension.js': 250_000,
  'dist/engine.js': 2_000_000,
  'dist/localServer.js': 1_000_000,
  'dist/cos.js': 2_000_000,
};

export function checkSizes() {
  let ok = true;
  for (const [file, budgetBytes] of Object.entries(budgets)) {
    const sizeBytes = statSync(file).size;
    const verdict = sizeBytes <= budgetBytes;
    ok &&= verdict;
    console.log(
      `  ${file}: ${(sizeBytes / 1000).toFixed(0)} kB of ${(budgetBytes / 1000).toFixed(0)} kB${verdict ? '' : ', over budget'}`,
    );
  }
  return ok;
}
