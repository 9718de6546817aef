// What documents and comments point to is there: headings of docs/spec, files, npm scripts. A fixture that breaks each must be caught.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const sources = [
  '{src,test,scripts,bench,docs,schemas}/**/*.{ts,mts,mjs,cjs,py,go,java,md,json}',
  '*.{md,mjs,mts,cjs}',
  '.github/**/*.{md,yml}',
];
/** What is cited as `(data-plane §6)` stands in docs/spec/data-plane.md, as a heading or, in lists of rules, as a number. */
const citation =
  /(?:\b(RFC \d+|[\w.-]+) )?(?<joined>(?:[,;–]|,? and|,? or) ?(?:\n\s*(?:\*|\/\/) ?)?)?§(\d[\d.]*\d|\d|[A-Z])(?!\w)/g;

const lineOf = (text, index) => text.slice(0, index).split('\n').length;

/** @param {string} root @returns {string[]} */
function textFiles(root) {
  return globSync(sources, { cwd: root, exclude: (path) => /(?:^|[\\/])(?:fixtures|node_modules)$/.test(path) });
}

/** @param {string} path @returns {Set<string>} */
function headingsOf(path) {
  const found = new Set();
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    const heading = /^#+ (\d+(?:\.\d+)*|[A-Z])[. ]/.exec(line) ?? /^(\d+)\. /.exec(line);
    if (heading) found.add(heading[1]);
  }
  return found;
}

/**
 * Citations that lead nowhere. A list names its document once: `(data-plane §5.1, §13)`. Within docs/spec, a `§` without
 * a name is the document's own.
 * @param {string} root
 * @returns {string[]}
 */
export function citationProblems(root) {
  const headings = new Map();
  const known = (name) => {
    const path = join(root, 'docs/spec', `${name}.md`);
    if (!headings.has(name)) headings.set(name, existsSync(path) ? headingsOf(path) : undefined);
    return headings.get(name);
  };
  const problems = [];
  for (const file of textFiles(root)) {
    const own = /^docs[\\/]spec[\\/]/.test(file) ? basename(file, '.md') : undefined;
    const text = readFileSync(join(root, file), 'utf8');
    let before = { name: undefined, end: -1 };
    for (const found of text.matchAll(citation)) {
      const [whole, word, , section] = found;
      const start = found.index + whole.length - section.length - 1;
      const isNamed = word !== undefined && found.groups.joined === undefined;
      const joinedTo = /^(?:[,;–]|,? and|,? or)? ?(?:\n\s*(?:\*|\/\/) ?)?$/.test(text.slice(before.end, start))
        ? before.name
        : undefined;
      const named = isNamed && (word.startsWith('RFC ') || known(word) !== undefined || !own) ? word : undefined;
      const name = joinedTo ?? named ?? own;
      before = { name, end: found.index + whole.length };
      const where = `${file}:${lineOf(text, start)}`;
      if (name === undefined) problems.push(`${where}: §${section} of which document? Write (data-plane §${section}).`);
      else if (name.startsWith('RFC ')) continue;
      else if (known(name) === undefined)
        problems.push(`${where}: ${name} §${section}: there is no docs/spec/${name}.md.`);
      else if (!known(name).has(section)) problems.push(`${where}: docs/spec/${name}.md has no heading ${section}.`);
    }
  }
  return problems;
}

const quoted = (text) => [...text.matchAll(/`([^`\n]+)`/g)].flatMap(([, words]) => words.split(' '));
const isPath = (word) => /^(?:src|test|docs|bench|scripts|media|schemas)\/[\w./-]*$/.test(word);

/**
 * Paths, links and npm scripts that documents name and that are not there; and documents of ours that comments name.
 * @param {string} root
 * @returns {string[]}
 */
export function pathProblems(root) {
  const { scripts = {} } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const problems = [];
  for (const file of globSync(['*.md', 'docs/**/*.md', '.github/**/*.md'], { cwd: root })) {
    // What was, and what belongs to IBM.
    if (file === 'CHANGELOG.md' || /^docs[\\/]spec/.test(file)) continue;
    const text = readFileSync(join(root, file), 'utf8');
    const report = (what) => problems.push(`${file}: ${what} does not exist.`);
    for (const path of quoted(text)) if (isPath(path) && !existsSync(join(root, path))) report(path);
    for (const [, link] of text.matchAll(/\]\(([^)#\s:]+)(?:#[^)]*)?\)/g)) {
      if (!existsSync(join(root, dirname(file), link))) report(link);
    }
    for (const [, name] of text.matchAll(/\bnpm run (?:--?\w+ )*([\w:]+)/g)) {
      if (!(name in scripts)) report(`the npm script ${name}`);
    }
  }
  for (const file of textFiles(root).filter((each) => /\.[mc]?[tj]s$/.test(each))) {
    const comments = readFileSync(join(root, file), 'utf8')
      .split('\n')
      .filter((line) => /^\s*(?:\/\/|\*|\/\*)/.test(line));
    for (const [path] of comments.join('\n').matchAll(/\bdocs\/[\w/-]+\.md\b/g)) {
      if (!existsSync(join(root, path))) problems.push(`${file}: ${path} does not exist.`);
    }
  }
  return problems;
}

/** What test/fixtures/bad-references gets wrong on purpose, each once. */
const wrongInFixture = {
  citations: ['of which document', 'no docs/spec/no-such-page.md', 'data-plane.md has no heading 7'],
  paths: ['src/gone.ts', 'docs/gone.md', 'the npm script gone', 'docs/spec/gone.md'],
};

/** @returns {boolean} Whether all references lead somewhere, and those of the fixture were found not to. */
export function checkDocs() {
  const fixture = 'test/fixtures/bad-references';
  const caught = { citations: citationProblems(fixture), paths: pathProblems(fixture) };
  const missed = Object.entries(wrongInFixture).flatMap(([kind, wrongs]) => [
    ...wrongs.filter((wrong) => !caught[kind].some((problem) => problem.includes(wrong))),
    ...caught[kind].filter((problem) => !wrongs.some((wrong) => problem.includes(wrong))),
  ]);
  for (const wrong of missed) console.error(`documents: the bad fixture was not seen as it is: ${wrong}`);
  const problems = [...citationProblems('.'), ...pathProblems('.')];
  for (const problem of problems) console.error(problem);
  return problems.length === 0 && missed.length === 0;
}
