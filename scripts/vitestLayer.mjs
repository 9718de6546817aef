// Runs one project of vitest.config.mts and counts.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');

/**
 * @param {string} project
 * @param {{ files?: string[], env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<{ passed: number, failed: number, skipped: number }>} A run that broke down has at least one failure.
 */
export async function runVitestLayer(project, { files = [], env = process.env } = {}) {
  const report = join(root, `out/test/${project}.json`);
  rmSync(report, { force: true });
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const child = spawn(process.execPath, [vitest, 'run', '--project', project, ...reporters, ...files], {
    cwd: root,
    env,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const code = await new Promise((done) => child.once('exit', done));
  const counts = readCounts(report);
  if (files.length === 0) printSlowest(report);
  // A file that could not be loaded, or an error outside of any test, fails the run without a failed test.
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function readCounts(report) {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, numTodoTests } = JSON.parse(readFileSync(report, 'utf8'));
    return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests + numTodoTests };
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    return { passed: 0, failed: 0, skipped: 0 };
  }
}

/** Prints the ten tests that took longest. */
function printSlowest(report) {
  if (!existsSync(report)) return;
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const tests = testResults.flatMap(({ name, assertionResults }) =>
    assertionResults.map(({ fullName, duration }) => ({ file: relative(root, name), fullName, ms: duration ?? 0 })),
  );
  console.log('The ten slowest tests:');
  for (const { file, fullName, ms } of tests.sort((a, b) => b.ms - a.ms).slice(0, 10)) {
    console.log(`${String(Math.round(ms)).padStart(7)} ms  ${file} › ${fullName}`);
  }
}
