import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

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

describe('the table of features', () => {
  it('names commands and settings that exist', () => {
    expect(quoted.filter((words) => /^ibmcos\.[\w.]+$/.test(words) && !known.has(words))).toEqual([]);
  });

  it('names files that exist', () => {
    const files = quoted.filter((words) => /^(?:test|src|docs|bench)\//.test(words));
    expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it('has no empty cell, and in every row a test or the reason why there is none', () => {
    expect(rows.filter((cells) => cells.length !== 3 || cells.some((cell) => cell.trim() === ''))).toEqual([]);
    const unproven = rows.filter((cells) => !/`test\/[^`]+`/.test(cells[2]!) && !/^\s*none: \S/.test(cells[2]!));
    expect(unproven).toEqual([]);
  });
});
