import type { Runner } from 'mocha';

/** What a run of mocha left: titles of the tests by outcome. */
export interface SuiteResults {
  readonly passed: readonly string[];
  readonly failed: readonly { readonly title: string; readonly message: string }[];
  readonly skipped: readonly string[];
}

/** Listens to a run; the answer tells what came of it so far. A failing hook is a failed test. */
export function collectResults(runner: Runner): () => SuiteResults {
  const passed: string[] = [];
  const failed: { title: string; message: string }[] = [];
  const skipped: string[] = [];
  runner.on('pass', (test) => passed.push(test.fullTitle()));
  runner.on('pending', (test) => skipped.push(test.fullTitle()));
  runner.on('fail', (test, error: Error) => {
    failed.push({ title: test.fullTitle(), message: error.stack ?? error.message });
  });
  return () => ({ passed, failed, skipped });
}
