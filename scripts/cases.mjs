// The table docs/cases.md: what outsiders found, the test that holds it now, and the commit that mended it.
//   node scripts/cases.mjs [--over REV] [FILE…]
//                                       lays the tests of this tree over an older one, and requires that every test of the
//                                       table fails there. Tests that need a window (journeys, vscode) are listed, not run.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const table = join(root, 'docs/cases.md');
const { values, positionals } = parseArgs({
  options: { over: { type: 'string', default: 'c815952' } },
  allowPositionals: true,
});

function git(...args) {
  const { status, stdout, stderr } = spawnSync('git', args, { cwd: root, encoding: 'utf8', maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`git ${args.join(' ')}: ${stderr}`);
  return stdout;
}

/** Cells of the rows of a table in Markdown, without its head. */
function rowsOf(text) {
  return text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\|[\s|:-]+$/.test(line))
    .map((line) =>
      line
        .split(/(?<!\\)\|/)
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .filter(([first]) => !/^case\b/.test(first));
}

/** The tests of a cell: `file › title; › another title of the file; other › title`. */
function testsOf(cell) {
  let last = '';
  return cell.split(/; (?=`?test\/|› )/).map((text) => {
    const at = text.indexOf('› ');
    last = text.slice(0, at).replaceAll('`', '').trim() || last;
    return {
      file: last,
      title: text
        .slice(at + 2)
        .replaceAll('\\', '')
        .replace(/^`(.*)`$/, '$1')
        .trim(),
    };
  });
}

/** Runs one file of tests in a group of processes of its own, which is ended as a whole, after two minutes at the latest. */
async function runFile(tree, file, report) {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const limits = ['--testTimeout=20000', '--hookTimeout=20000'];
  const args = [vitest, 'run', '--reporter=json', `--outputFile=${report}`, ...limits, file];
  const child = spawn(process.execPath, args, { cwd: tree, stdio: 'ignore', detached: true });
  const group = () => {
    try {
      process.kill(-child.pid, 'SIGKILL');
    } catch {
      // it has ended
    }
  };
  const timer = setTimeout(group, 120_000);
  await once(child, 'exit');
  clearTimeout(timer);
  group();
}

async function layOver() {
  const wanted = rowsOf(readFileSync(table, 'utf8'))
    .flatMap(([name, , test]) => testsOf(test).map((one) => ({ name, ...one })))
    .filter(({ file }) => positionals.length === 0 || positionals.some((each) => file.includes(each)));
  const tree = join(root, 'out/cases');
  rmSync(tree, { recursive: true, force: true });
  git('worktree', 'prune');
  git('worktree', 'add', '--detach', tree, values.over);
  let failures = 0;
  try {
    cpSync(join(root, 'test'), join(tree, 'test'), { recursive: true });
    symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
    spawnSync('node', ['scripts/build.mjs'], { cwd: tree, stdio: 'ignore' });
    const results = new Map();
    // One file at a time: the old code hangs in some of them, and leaves children that spin.
    const files = [...new Set(wanted.map(({ file }) => file))].filter((file) =>
      /^test\/(?:unit|localServer|server)\//.test(file),
    );
    for (const file of files) {
      const report = join(tree, 'out-report.json');
      rmSync(report, { force: true });
      await runFile(tree, file, report);
      if (!existsSync(report)) continue;
      for (const { assertionResults } of JSON.parse(readFileSync(report, 'utf8')).testResults) {
        for (const { title, fullName, status } of assertionResults) {
          results.set(`${file} › ${title}`, status);
          results.set(`${file} › ${fullName}`, status);
        }
      }
    }
    for (const { name, file, title } of wanted) {
      const key = `${file} › ${title}`;
      if (/^test\/(?:journeys|vscode|conformance|soak)\//.test(file)) {
        console.log(`not run  ${name}: ${key}`);
        continue;
      }
      // A file that cannot even be loaded there has no results: what it tests did not exist.
      const passed = matching(results, file, title).filter((status) => status === 'passed');
      const all = matching(results, file, title);
      const fails = all.length === 0 || passed.length < all.length;
      if (!fails) failures++;
      console.log(`${fails ? 'fails   ' : 'PASSES  '} ${name}: ${key}`);
    }
  } finally {
    git('worktree', 'remove', '--force', tree);
  }
  console.log(failures === 0 ? 'Every test that was run fails there.' : `${failures} tests pass there.`);
  process.exitCode = failures === 0 ? 0 : 1;
}

/** Results of a test, whose title may hold what is put in when it runs (`%s`). */
function matching(results, file, title) {
  const parts = title.split(/%[sdij]|\$\{[^}]*\}|\$\w+/).map((text) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(`^${parts.join('.*')}$`);
  return [...results]
    .filter(([key]) => key.startsWith(`${file} › `) && pattern.test(key.slice(file.length + 3)))
    .map(([, status]) => status);
}

await layOver();
