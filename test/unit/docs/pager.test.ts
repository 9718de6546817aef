import { readFileSync } from 'node:fs';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, it } from 'vitest';

/** Lines that may not stand in a file of this path. */
async function refusedLines(path: string, text: string): Promise<number[]> {
  const config = (await new ESLint().calculateConfigForFile(path)) as { rules: Linter.RulesRecord };
  const rule = config.rules['no-restricted-syntax'] ?? 'off';
  const languageOptions = { parser: tseslint.parser };
  const messages = new Linter().verify(text, [{ languageOptions, rules: { 'no-restricted-syntax': rule } }]);
  expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
  return [...new Set(messages.map(({ line }) => line))].sort((a, b) => a - b);
}

it.each([
  'src/engine/cos/anyNewFile.ts',
  'src/engine/transfers/anyNewFile.ts',
  'src/cli/anyNewFile.ts',
  'src/extension/tree/anyNewFile.ts',
])('lets no loop but that of the pager follow a cursor: %s', async (path) => {
  const text = readFileSync('test/fixtures/past-the-pager/cursorLoops.ts.txt', 'utf8');
  const marked = text.split('\n').flatMap((line, index) => (line.endsWith('// refused') ? [index + 1] : []));
  expect(marked.length).toBe(5);
  expect(await refusedLines(path, text)).toEqual(marked);
});
