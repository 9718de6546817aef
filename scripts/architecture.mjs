// The measures of the table in docs/architecture.md. Usage: node scripts/architecture.mjs [--write] [--json]
//   --write  puts them into the document as "now", beside what stood there as "before".
//   --json   prints them as JSON.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { format, resolveConfig } from 'prettier';

const root = resolve(dirname(fileURLToPath(import.meta.url)), '..');
const [start, end] = ['<!-- measures: start -->', '<!-- measures: end -->'];

/**
 * Files of `src` with what each imports, as paths from `src`.
 * @param {string} folder Of the repository.
 */
function modules(folder) {
  const source = join(folder, 'src');
  const files = globSync('**/*.ts', { cwd: source })
    .map((path) => path.replaceAll('\\', '/'))
    .sort();
  const known = new Set(files);
  return files.map((file) => {
    const text = readFileSync(join(source, file), 'utf8');
    const names = [...text.matchAll(/(?:\bfrom|\bimport\(|^import) ?\(?'(\.[^']*)'/gm)].map(([, name]) => name);
    const imports = names.flatMap((name) => {
      const path = relative(source, resolve(source, dirname(file), name)).replaceAll('\\', '/');
      return [path, `${path}.ts`, `${path}/index.ts`].filter((candidate) => known.has(candidate)).slice(0, 1);
    });
    return { file, lines: text.split('\n').length - 1, imports };
  });
}

/** The longest chain of imports among files: how many floors a folder has. Circles count as one floor. */
function floors(files, importsOf) {
  const inside = new Set(files);
  const depth = new Map();
  const depthOf = (file, above) => {
    if (depth.has(file)) return depth.get(file);
    if (above.has(file)) return 0;
    const below = importsOf.get(file).filter((each) => inside.has(each) && each !== file);
    const next = new Set([...above, file]);
    const floor = 1 + Math.max(0, ...below.map((each) => depthOf(each, next)));
    depth.set(file, floor);
    return floor;
  };
  return Math.max(0, ...files.map((file) => depthOf(file, new Set())));
}

/** Pairs of folders of which each imports the other. */
function mutualPairs(all, below) {
  const folderOf = (file) => {
    const [folder, ...rest] = file.startsWith(below) ? file.slice(below.length).split('/') : [];
    return rest.length > 0 ? folder : undefined;
  };
  const arrows = new Set();
  for (const { file, imports } of all) {
    for (const each of imports) {
      const [from, to] = [folderOf(file), folderOf(each)];
      if (from && to && from !== to) arrows.add(`${from} ${to}`);
    }
  }
  return [...arrows].filter((arrow) => {
    const [from, to] = arrow.split(' ');
    return from < to && arrows.has(`${to} ${from}`);
  });
}

/**
 * @param {string} [folder]
 * @returns {[measure: string, value: string][]} The measures, in the order of the table.
 */
export function measures(folder = root) {
  const all = modules(folder);
  const importsOf = new Map(all.map(({ file, imports }) => [file, imports]));
  const lines = all.reduce((sum, file) => sum + file.lines, 0);
  const folders = new Map();
  for (const { file } of all) folders.set(dirname(file), [...(folders.get(dirname(file)) ?? []), file]);
  const crowded = [...folders].sort(([, a], [, b]) => b.length - a.length).slice(0, 5);
  const longest = [...all].sort((a, b) => b.lines - a.lines).slice(0, 5);
  const rooms = ['extension', 'engine', 'localServer'];
  const name = (path) => `\`${path}\``;
  const filesBelow = (room) => all.filter(({ file }) => file.startsWith(`${room}/`)).map(({ file }) => file);
  const floorsBelow = (room) => floors(filesBelow(room), importsOf);
  return [
    ['folders of `src`', String(folders.size)],
    ['files', String(all.length)],
    ['lines', String(lines)],
    ['folders with more than 20 files', String([...folders.values()].filter((files) => files.length > 20).length)],
    ['most files in a folder', crowded.map(([path, files]) => `${name(path)} ${files.length}`).join(' · ')],
    [
      'most import floors in a folder',
      [...folders]
        .map(([path, files]) => [path, floors(files, importsOf)])
        .sort(([, a], [, b]) => b - a)
        .slice(0, 5)
        .map(([path, count]) => `${name(path)} ${count}`)
        .join(' · '),
    ],
    ['import floors of a room', rooms.map((room) => `${name(room)} ${floorsBelow(room)}`).join(' · ')],
    [
      'mutual pairs of folders',
      rooms.map((room) => `${name(room)} ${mutualPairs(all, `${room}/`).length}`).join(' · '),
    ],
    ['files with more than 300 lines', String(all.filter((file) => file.lines > 300).length)],
    ['longest files', longest.map((file) => `${name(file.file)} ${file.lines}`).join(' · ')],
  ];
}

/** What the document has as "before", by measure; nothing where it has no table yet. */
function beforeOf(text) {
  const table = text.split(start)[1]?.split(end)[0] ?? '';
  return new Map(
    table
      .split('\n')
      .map((line) => line.split('|').map((cell) => cell.trim()))
      .filter((cells) => cells.length === 5)
      .map(([, measure, before]) => [measure, before]),
  );
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const now = measures();
  if (process.argv.includes('--json')) console.log(JSON.stringify(Object.fromEntries(now), null, 2));
  else {
    const path = join(root, 'docs/architecture.md');
    const text = readFileSync(path, 'utf8');
    const before = beforeOf(text);
    const rows = now.map(([measure, value]) => `| ${measure} | ${before.get(measure) ?? value} | ${value} |`);
    const table = `${start}\n\n| measure | before | now |\n| --- | --- | --- |\n${rows.join('\n')}\n\n${end}`;
    if (process.argv.includes('--write')) {
      const written = `${text.split(start)[0]}${table}${text.split(end)[1]}`;
      writeFileSync(path, await format(written, { ...(await resolveConfig(path)), filepath: path }));
    } else console.log(table);
  }
}
