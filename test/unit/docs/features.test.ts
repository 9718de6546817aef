import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { titlesIn } from './testTitles';

const root = join(import.meta.dirname, '../../..');
const text = readFileSync(join(root, 'docs/features.md'), 'utf8');
const rows = text
  .split('\n')
  .filter((line) => line.startsWith('|') && !/^\| -/.test(line))
  .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
  .filter((cells) => cells[2]?.trim() !== 'test');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  contributes: { commands: { command: string }[]; configuration: { properties: object } };
};
const known = new Set([
  ...manifest.contributes.commands.map(({ command }) => command),
  ...Object.keys(manifest.contributes.configuration.properties),
]);
const quoted = [...text.matchAll(/`([^`\n]+)`/g)].map(([, words]) => words!);

const read = new Map<string, ReturnType<typeof titlesIn>>();
function titlesOf(file: string): ReturnType<typeof titlesIn> {
  const titles = read.get(file) ?? titlesIn(join(root, file));
  read.set(file, titles);
  return titles;
}

describe('the table of features', () => {
  it('names commands and settings that exist', () => {
    expect(quoted.filter((words) => /^ibmcos\.[\w.]+$/.test(words) && !known.has(words))).toEqual([]);
  });

  it('names files that exist', () => {
    const files = quoted.filter((words) => /^(?:test|src|docs|bench)\//.test(words));
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('has no empty cell', () => {
    expect(rows.filter((cells) => cells.length !== 3 || cells.some((cell) => cell.trim() === ''))).toEqual([]);
  });

  it('says in each row what the test that it names is called, or why there is none', () => {
    const proofs = rows.flatMap(([feature = '', , test = '']) =>
      test.split(/; (?=`test\/|none: )/).map((proof) => {
        const [, file, title = feature] = /^`(test\/[^`]+)`(?: › (.+))?$/.exec(proof.trim()) ?? [];
        return { proof: proof.trim(), file, title: title.trim().replaceAll('\\', '') };
      }),
    );
    const unproven = proofs.filter(
      ({ proof, file, title }) => !/^none: \S/.test(proof) && (file === undefined || !titlesOf(file).has(title)),
    );
    expect(unproven).toEqual([]);
    expect(proofs.length).toBeGreaterThan(200);
  });

  it('would notice a title that no test has', () => {
    const file = 'test/unit/docs/features.test.ts';
    expect(titlesOf(file).has('would notice a title that no test has')).toBe(true);
    expect(titlesOf(file).has('the table of features would notice a title that no test has')).toBe(true);
    expect(titlesOf(file).has('would notice a title')).toBe(false);
  });
});
