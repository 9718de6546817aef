import { readFileSync } from 'node:fs';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, it } from 'vitest';

const text = readFileSync('test/fixtures/sleeps/sleeps.test.ts.txt', 'utf8');

/** Lines that the linter refuses in a file of this path for a sleep. */
async function refusedLines(path: string): Promise<number[]> {
  const config = (await new ESLint().calculateConfigForFile(path)) as { rules: Linter.RulesRecord };
  const messages = new Linter().verify(text, [
    {
      languageOptions: { parser: tseslint.parser },
      rules: { 'no-restricted-syntax': config.rules['no-restricted-syntax'] ?? 'off' },
    },
  ]);
  expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
  return [...new Set(messages.map(({ line }) => line))].sort((a, b) => a - b);
}

it.each(['test/server/anyNewFile.test.ts', 'test/fakes/anyNewFile.ts', 'test/soak/anyNewFile.ts'])(
  'lets no test sleep, but wait for what shall become so: %s',
  async (path) => {
    const marked = text.split('\n').flatMap((line, index) => (line.endsWith('// refused') ? [index + 1] : []));
    expect(marked).toHaveLength(5);
    expect(await refusedLines(path)).toEqual(marked);
  },
);

it('lets the one helper sleep that all the others wait with', async () => {
  expect(await refusedLines('test/until.ts')).toEqual([]);
});
