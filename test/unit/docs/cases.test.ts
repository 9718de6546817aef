import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { titlesIn } from './testTitles';

const root = join(import.meta.dirname, '../../..');

it('the table of what outsiders found names tests that exist, and a commit for each', () => {
  const rows = readFileSync(join(root, 'docs/cases.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| (?:integrity|safety|command-line|local-server|claims) /.test(line))
    .map((line) => line.split(/(?<!\\)\|/).map((cell) => cell.trim()));
  const wrong = rows.filter(([, , , test = '', commit = '']) => {
    const [, file, title] = /^`(test\/[^`]+)` › (.+)$/.exec(test) ?? [];
    if (file === undefined || title === undefined || !/^[0-9a-f]{7,}$/.test(commit)) return true;
    return file.endsWith('.test.ts') && !titlesIn(join(root, file)).has(title.replaceAll('\\', ''));
  });
  expect(wrong).toEqual([]);
  expect(rows.length).toBeGreaterThan(15);
});
