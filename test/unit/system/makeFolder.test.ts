import { ESLint, Linter } from 'eslint';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import tseslint from 'typescript-eslint';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeFolder, makeFolderSync } from '../../../src/system/makeFolder';

let scratch: string;
beforeEach(() => void (scratch = mkdtempSync(join(tmpdir(), 'cos-folders-'))));
afterEach(() => rmSync(scratch, { recursive: true, force: true }));

it.each([
  ['at once', async (fsPath: string) => makeFolderSync(fsPath)],
  ['without holding up others', makeFolder],
])('makes a folder and those above it %s, and answers with the first that was missing', async (_how, make) => {
  const fsPath = join(scratch, 'a', 'b', 'c');
  expect(await make(fsPath)).toBe(join(scratch, 'a'));
  expect(statSync(fsPath).isDirectory()).toBe(true);
  expect(await make(fsPath)).toBeUndefined();

  writeFileSync(join(scratch, 'file'), '');
  await expect(make(join(scratch, 'file'))).rejects.toThrow('EEXIST');
  await expect(make(join(scratch, 'file', 'below'))).rejects.toThrow('ENOTDIR');
});

it('is the only way to make a folder that the linter lets pass', async () => {
  const ways = [
    `import { mkdirSync } from 'node:fs';`,
    `import { mkdir as make } from 'node:fs/promises';`,
    `import fs from 'node:fs'; fs.mkdirSync('x', { recursive: true });`,
    `import * as fs from 'node:fs'; fs.promises.mkdir('x', options);`,
  ];
  for (const path of ['src/localServer/anyNewFile.ts', 'src/extension/tree/anyNewFile.ts', 'src/cli/anyNewFile.ts']) {
    const config = (await new ESLint().calculateConfigForFile(path)) as { rules: Linter.RulesRecord };
    for (const text of ways) {
      const messages = new Linter().verify(text, [
        {
          languageOptions: { parser: tseslint.parser },
          rules: { 'no-restricted-syntax': config.rules['no-restricted-syntax'] ?? 'off' },
        },
      ]);
      expect(messages.map(({ message }) => message)).toEqual([expect.stringContaining('src/system/makeFolder')]);
    }
  }
});
