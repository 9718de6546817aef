import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectResults, type SuiteResults } from './results';

/** What VS Code calls in the extension host: runs every `*.test.js` beside this file and writes the results to a file. */
export async function run(): Promise<void> {
  const resultFile = process.env['TEST_RESULT_FILE'];
  if (resultFile === undefined) throw new Error('TEST_RESULT_FILE names no file for the results.');
  const { default: Mocha } = await import('mocha');
  const mocha = new Mocha({ ui: 'bdd', timeout: 30_000, color: false, forbidOnly: true, reporter: 'spec' });
  for (const name of readdirSync(__dirname).sort()) {
    if (name.endsWith('.test.js')) mocha.addFile(join(__dirname, name));
  }
  const results = await new Promise<SuiteResults>((done) => {
    const runner = mocha.run(() => done(results()));
    const results = collectResults(runner);
  });
  writeFileSync(resultFile, JSON.stringify(results, null, 2));
  if (results.failed.length > 0) throw new Error(`${results.failed.length} tests failed.`);
}
