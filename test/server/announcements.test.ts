import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startServedEngine, type EngineUnderTest } from '../fakes/servedEngine';

let folder: string;
const engines: EngineUnderTest[] = [];
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'announcements-'))));
afterEach(async () => {
  for (const engine of engines.splice(0)) await engine.close();
  rmSync(folder, { recursive: true });
});

async function start(stateFolderFsPath?: string): Promise<EngineUnderTest> {
  const configuration = stateFolderFsPath === undefined ? {} : { stateFolderFsPath };
  const engine = await startServedEngine({ connections: [], credentials: {}, configuration });
  engines.push(engine);
  return engine;
}

describe('what is told once on a machine', () => {
  it('goes to one of several windows, later ones included', async () => {
    const windows = [await start(folder), await start(folder), await start(folder)];
    const names = Array.from({ length: 20 }, (_, at) => `restored ${at}`);
    const claims = await Promise.all(windows.map((window) => window.ask('announcements/claim', { names })));
    expect(claims.flat().toSorted()).toEqual(names.toSorted());
    expect(await (await start(folder)).ask('announcements/claim', { names })).toEqual([]);
  });

  it('is told by every window that has no journal', async () => {
    const names = ['restored'];
    for (const window of [await start(), await start()]) {
      expect(await window.ask('announcements/claim', { names })).toEqual(names);
    }
  });
});
