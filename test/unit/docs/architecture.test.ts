import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { measures } from '../../../scripts/architecture.mjs';

it('measures folders, files, floors of imports and pairs of folders that import each other', () => {
  const folder = mkdtempSync(join(tmpdir(), 'measures-'));
  const write = (path: string, ...lines: string[]) => {
    mkdirSync(dirname(join(folder, 'src', path)), { recursive: true });
    writeFileSync(join(folder, 'src', path), `${lines.join('\n')}\n`);
  };
  try {
    write('model/ids.ts', 'export type Id = string;');
    write(
      'engine/a/one.ts',
      "import type { Id } from '../../model/ids';",
      "import { two } from './two';",
      'export { two };',
    );
    write('engine/a/two.ts', "import { three } from './three';", "import { far } from '../b/far';");
    write('engine/a/three.ts', 'export const three = 3;');
    write('engine/b/far.ts', "import { three } from '../a/three';");
    write('engine/c/alone.ts', "export const load = () => import('../b/far');");
    const measured = Object.fromEntries(measures(folder));
    expect(measured).toMatchObject({
      'folders of `src`': '4',
      files: '6',
      lines: '9',
      'most import floors in a folder': '`engine/a` 3 · `engine/b` 1 · `engine/c` 1 · `model` 1',
      'mutual pairs of folders': '`extension` 0 · `engine` 1 · `localServer` 0',
    });
    expect(measured['most files in a folder']).toMatch(/^`engine\/a` 3 · /);
    expect(measured['longest files']).toMatch(/^`engine\/a\/one\.ts` 3 · /);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
