// npm run check: everything about the code that can be told without running the product. All checks run, then it fails if any did.
import { spawnSync } from 'node:child_process';
import { checkBorders } from './checkBorders.mjs';
import { checkDocs } from './checkDocs.mjs';
import { checkSizes } from './checkSizes.mjs';
import { checkWorkflows } from './checkWorkflows.mjs';
import { checkProtocolDoc } from './protocolDoc.mjs';

// The programs of node_modules/.bin are scripts of the shell on Windows.
const run = (command, ...args) =>
  spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status === 0;

const checks = [
  ['types', () => run('tsc', '-b')],
  ['lint', () => run('eslint', '.', '--max-warnings=0')],
  ['format', () => run('prettier', '--check', '--log-level', 'warn', '.')],
  ['borders', checkBorders],
  ['documents', checkDocs],
  ['workflows', checkWorkflows],
  ['dead code', () => run('knip', '--no-progress')],
  ['protocol.md', checkProtocolDoc],
  ['rules of the local server', () => run('node', 'scripts/rules.mjs', '--check-doc')],
  ['bundles', () => run('node', 'scripts/build.mjs', '--minify')],
  ['sizes', checkSizes],
];

const failed = [];
for (const [name, check] of checks) {
  const startedAt = Date.now();
  const ok = await check();
  console.log(`${ok ? 'ok    ' : 'FAILED'} ${name} (${((Date.now() - startedAt) / 1000).toFixed(1)} s)`);
  if (!ok) failed.push(name);
}
if (failed.length > 0) {
  console.error(`check failed: ${failed.join(', ')}`);
  process.exit(1);
}
