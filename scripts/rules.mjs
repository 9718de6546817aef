// Switches each check of the data plane's rules off in turn and requires that a test which names the rule then fails.
// Usage: node scripts/rules.mjs [--rule N]… [--doc | --check-doc]
//   --rule N     only the checks of this rule
//   --doc        writes the table of rules into docs/local-server.md, and switches nothing off
//   --check-doc  fails when that table is not what --doc would write
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createVitest } from 'vitest/node';
import { mutations } from './rulesMutations.mjs';
import { ruleTexts, unkept } from './rulesTexts.mjs';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const docFile = join(root, 'docs/local-server.md');
const testFolders = ['test/localServer/s3/', 'test/localServer/website/'];

const { values } = parseArgs({
  options: { rule: { type: 'string', multiple: true }, doc: { type: 'boolean' }, 'check-doc': { type: 'boolean' } },
});

/** What is switched off now; the plugin puts it into the source that the tests load. */
let active;
const plugin = {
  name: 'switch-a-rule-off',
  enforce: 'pre',
  transform(code, id) {
    if (active === undefined || id !== active.path) return undefined;
    const [before, after, ...more] = code.split(active.find);
    if (after === undefined || more.length > 0) throw new Error(`Not exactly once in ${active.file}: ${active.find}`);
    return { code: before + active.replacement + after, map: null };
  },
};

const checks = mutations.flatMap(([rules, file, find, replacement]) =>
  [rules].flat().map((rule) => ({ rule, file, path: join(root, 'src/localServer', file), find, replacement })),
);
const stale = checks.filter(({ path, find }) => readFileSync(path, 'utf8').split(find).length !== 2);
for (const { rule, file, find } of stale) {
  console.error(`rule ${rule}: scripts/rulesMutations.mjs names a text that is not exactly once in ${file}: ${find}`);
}
if (stale.length > 0) process.exit(1);

const vitest = await createVitest(
  'test',
  {
    root,
    // Not vitest.config.ts: its projects would not take the plugin over.
    config: false,
    include: testFolders.map((folder) => `${folder}**/*.test.ts`),
    exclude: ['**/crash.test.ts', '**/malformed.test.ts', '**/fuzz.test.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
    watch: false,
    reporters: [{}],
    maxWorkers: 1,
    pool: 'threads',
  },
  { plugins: [plugin], logLevel: 'error' },
);
try {
  const specifications = await vitest.globTestSpecifications();
  const { testModules } = await vitest.collectTests(specifications);
  // Modules come as they finish; the table must not depend on that.
  const modules = [...testModules].sort((a, b) => (a.moduleId < b.moduleId ? -1 : 1));
  const tests = modules.flatMap((module) =>
    [...module.children.allTests()].map((test) => ({ moduleId: module.moduleId, name: test.fullName })),
  );
  const citing = (rule) => tests.filter(({ name }) => citationOf(rule).test(name));
  const table = writeTable(citing);
  if (values.doc) {
    writeFileSync(docFile, withTable(table));
    console.log(`${docFile} is written.`);
  } else if (values['check-doc']) {
    if (readFileSync(docFile, 'utf8') !== withTable(table)) {
      console.error('The table of rules in docs/local-server.md is not up to date: run npm run rules -- --doc.');
      process.exitCode = 1;
    }
  } else {
    process.exitCode = await switchOff(specifications, citing);
  }
} finally {
  await vitest.close();
}

async function switchOff(specifications, citing) {
  const wanted = new Set((values.rule ?? []).map(Number));
  const chosen = checks.filter(({ rule }) => wanted.size === 0 || wanted.has(rule));
  // A test that fails anyway would notice everything.
  vitest.setGlobalTestNamePattern(/\brules? \d/);
  const whole = await vitest.runTestSpecifications(specifications, true);
  const broken = whole.testModules.flatMap((module) => [...module.children.allTests('failed')]);
  if (broken.length > 0 || whole.unhandledErrors.length > 0) {
    console.error(`Tests fail with every check in place: ${broken.map(({ fullName }) => fullName).join('; ')}`);
    return 1;
  }
  const survivors = [];
  for (const check of chosen) {
    const where = new Set(citing(check.rule).map(({ moduleId }) => moduleId));
    const runs = specifications.filter(({ moduleId }) => where.has(moduleId));
    const { kind, by } = runs.length === 0 ? { kind: 'NO TEST', by: '' } : await runUnder(check, runs);
    console.log(`${kind.padEnd(9)} rule ${String(check.rule).padEnd(4)} ${check.file}: ${firstLine(check.find)}`);
    if (by !== '') console.log(`${' '.repeat(20)}by ${titleOf(by)}`);
    if (kind !== 'killed') survivors.push(check);
  }
  const idle = Object.keys(ruleTexts)
    .map(Number)
    .filter((rule) => wanted.size === 0 && !(rule in unkept) && !checks.some((check) => check.rule === rule));
  for (const rule of idle) console.log(`unchecked rule ${rule}: nothing in scripts/rulesMutations.mjs switches it off`);
  const killed = chosen.length - survivors.length;
  console.log(`${chosen.length} checks switched off, ${killed} noticed by their tests, ${survivors.length} not.`);
  return survivors.length > 0 || idle.length > 0 ? 1 : 0;
}

async function runUnder(check, runs) {
  active = check;
  vitest.invalidateFile(check.path);
  vitest.setGlobalTestNamePattern(citationOf(check.rule));
  try {
    const { testModules, unhandledErrors } = await vitest.runTestSpecifications(runs, false);
    // The others keep the results that they had when they ran last.
    const cited = citationOf(check.rule);
    const tests = testModules.flatMap((module) => [...module.children.allTests()]);
    const ran = tests.filter((test) => cited.test(test.fullName) && test.result().state !== 'skipped');
    const failed = ran.find((test) => test.result().state === 'failed');
    if (failed !== undefined) return { kind: 'killed', by: failed.fullName };
    return { kind: unhandledErrors.length > 0 || ran.length === 0 ? 'NOT RUN' : 'SURVIVED', by: '' };
  } finally {
    active = undefined;
    vitest.invalidateFile(check.path);
    vitest.state.clearErrors();
  }
}

/** `rule 30: …`, `rules 34, 112: …`, `…, and rule 59: …`. */
function citationOf(rule) {
  return new RegExp(`\\brules? (?:\\d+(?:, | and ))*${rule}(?:(?:, | and )\\d+)*:`);
}

function firstLine(text) {
  const line = text.trim().split('\n')[0] ?? '';
  return line.length > 100 ? `${line.slice(0, 99)}…` : line;
}

function writeTable(citing) {
  const rows = Object.entries(ruleTexts).map(([rule, text]) => {
    const names = [...new Set(citing(Number(rule)).map(({ name }) => titleOf(name)))];
    const shown = names.slice(0, 3).join('<br>') + (names.length > 3 ? `<br>and ${names.length - 3} more` : '');
    const why = unkept[rule];
    return `| ${rule} | ${text} | ${[shown, why].filter((part) => part !== undefined && part !== '').join('<br>')} |`;
  });
  return ['| rule | what | tests that name it, or why there is none |', '| --- | --- | --- |', ...rows].join('\n');
}

/** The name of a test as a table can show it. */
function titleOf(fullName) {
  const title = fullName.split(' > ').at(-1) ?? fullName;
  const plain = title.replace(/[|<>\\`*_]/g, '·').replace(/\s+/g, ' ');
  return plain.length > 110 ? `${plain.slice(0, 109)}…` : plain;
}

function withTable(table) {
  const doc = readFileSync(docFile, 'utf8');
  const [start, end] = ['<!-- rules:start -->', '<!-- rules:end -->'];
  const [before, rest] = doc.split(start);
  const [, after] = (rest ?? '').split(end);
  if (after === undefined) throw new Error(`docs/local-server.md lacks the markers ${start} and ${end}.`);
  return `${before}${start}\n\n<!-- prettier-ignore-start -->\n\n${table}\n\n<!-- prettier-ignore-end -->\n\n${end}${after}`;
}
