import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';

type Mutation = readonly [rules: number | readonly number[], file: string, find: string, replacement: string];

const root = join(import.meta.dirname, '../../..');
const load = async <T>(script: string): Promise<T> =>
  (await import(pathToFileURL(join(root, 'scripts', script)).href)) as T;

test('every rule has checks that can be switched off, and each is where scripts/rulesMutations.mjs says', async () => {
  const { mutations } = await load<{ mutations: readonly Mutation[] }>('rulesMutations.mjs');
  const { ruleTexts, unkept } = await load<Record<'ruleTexts' | 'unkept', Record<string, string>>>('rulesTexts.mjs');
  const stale = mutations.filter(
    ([, file, find]) => readFileSync(join(root, 'src/localServer', file), 'utf8').split(find).length !== 2,
  );
  expect(stale).toEqual([]);
  const covered = new Set(mutations.flatMap(([rules]) => rules));
  const all = Array.from({ length: 113 }, (_, index) => index + 1);
  expect(Object.keys(ruleTexts).map(Number)).toEqual(all);
  expect(all.filter((rule) => !covered.has(rule) && !(rule in unkept))).toEqual([]);
});

test('docs/local-server.md has a row for every rule, with a test or a reason', () => {
  const doc = readFileSync(join(root, 'docs/local-server.md'), 'utf8');
  const table = doc.split('<!-- rules:start -->')[1]?.split('<!-- rules:end -->')[0] ?? '';
  const rows = [...table.matchAll(/^\| (\d+) +\| ([^|]+) +\| ([^|]*)\|$/gm)];
  expect(rows.map((row) => Number(row[1]))).toEqual(Array.from({ length: 113 }, (_, index) => index + 1));
  expect(rows.filter((row) => row[3]!.trim() === '').map((row) => row[1])).toEqual([]);
});
