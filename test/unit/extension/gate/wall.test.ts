import { readFileSync } from 'node:fs';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { expect, it } from 'vitest';

const wallRules = ['@typescript-eslint/no-restricted-imports', 'no-restricted-syntax'];

/** Lines that the wall refuses in a file of this path. */
async function refusedLines(path: string): Promise<number[]> {
  const config = (await new ESLint().calculateConfigForFile(path)) as { rules: Linter.RulesRecord };
  const rules = Object.fromEntries(
    wallRules.flatMap((name) => (name in config.rules ? [[name, config.rules[name]]] : [])),
  );
  const text = readFileSync('test/fixtures/past-the-gate/showsNames.ts.txt', 'utf8');
  const linter = new Linter();
  const messages = linter.verify(text, [
    {
      plugins: { '@typescript-eslint': tseslint.plugin },
      languageOptions: { parser: tseslint.parser },
      rules,
    },
  ]);
  expect(messages.filter(({ fatal }) => fatal)).toEqual([]);
  return [...new Set(messages.map(({ line }) => line))].sort((a, b) => a - b);
}

it('lets nobody but the gate import what VS Code shows things with', async () => {
  const text = readFileSync('test/fixtures/past-the-gate/showsNames.ts.txt', 'utf8');
  const marked = text.split('\n').flatMap((line, index) => (line.endsWith('// refused') ? [index + 1] : []));
  expect(marked.length).toBe(6);
  expect(await refusedLines('src/extension/tree/anyNewFile.ts')).toEqual(marked);
  expect(await refusedLines('src/extension/ui/anyNewFile.ts')).toEqual(marked);
  expect(await refusedLines('src/extension/ui/vscode.ts')).toEqual([]);
});
