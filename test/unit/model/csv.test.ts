import { expect, it } from 'vitest';
import { csvText } from '../../../src/model/csv';

const signs = ['=', '+', '-', '@', '\t=', ' =', '＝'];
const separators = ['', ';', ',', '\t', '\n', '\r', '|', '"', '";', '";"', "'"];
const cells = ['', 'x'].flatMap((start) =>
  separators.flatMap((separator) => signs.map((sign) => `${start}${separator}${sign}cmd|'/c calc'!A0`)),
);

it.each([',', ';', '\t', '|', '\n'])('has no formula in any cell where %j separates', (separator) => {
  const text = csvText([['bucket', 'key'], ...cells.map((cell) => ['b', cell])]);
  const pieces = text.split(/\r\n|\r/).flatMap((line) => line.split(separator));
  for (const piece of pieces) expect(piece.replace(/^["\s]+/, '')).not.toMatch(/^[=+\-@＝＋－＠]/);
  // And as programs read it that know where quoted cells end.
  const quoted = [...text.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell = '']) => cell.replaceAll('""', '"'));
  for (const cell of quoted) expect(cell).not.toMatch(/^\s*[=+\-@]|^[\t\r]/);
});

it('quotes every cell, and keeps what is no formula as it is', () => {
  expect(csvText([['a', 'x;y, "z"\n', '2026-01-01', 'a=b']])).toBe('"a","x;y, ""z""\n","2026-01-01","a=b"\r\n');
});

it('neutralises the key of a report that begins a formula behind a semicolon', () => {
  expect(csvText([["x;=cmd|'/c calc'!A0"]])).toBe(`"x;'=cmd|'/c calc'!A0"\r\n`);
});
