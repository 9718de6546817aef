import { join } from 'node:path';
import { expect, it } from 'vitest';
import { citationProblems, pathProblems } from '../../../scripts/checkDocs.mjs';

const root = join(import.meta.dirname, '../../..');
/** Not written here, or this file would cite. */
const sign = String.fromCharCode(0xa7);
const broken = join(root, 'test/fixtures/bad-references');

it('cites only headings that docs/spec has', () => {
  expect(citationProblems(root)).toEqual([]);
});

it('finds a citation without a document, of no document, and of no heading', () => {
  expect(citationProblems(broken)).toEqual([
    `src/cites.ts:2: ${sign}5 of which document? Write (data-plane ${sign}5).`,
    `src/cites.ts:3: no-such-page ${sign}5: there is no docs/spec/no-such-page.md.`,
    'src/cites.ts:4: docs/spec/data-plane.md has no heading 7.',
  ]);
});

it('names paths, pages and npm scripts that exist', () => {
  expect(pathProblems(root)).toEqual([]);
});

it('finds what a document names and what is not there', () => {
  expect(pathProblems(broken)).toEqual([
    'CONTRIBUTING.md: src/gone.ts does not exist.',
    'CONTRIBUTING.md: docs/gone.md does not exist.',
    'CONTRIBUTING.md: the npm script gone does not exist.',
    'src/cites.ts: docs/spec/gone.md does not exist.',
  ]);
});
