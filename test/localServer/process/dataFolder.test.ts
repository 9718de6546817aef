import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { kindOfDataFolder, removeStore } from '../../../src/extension/localServer/dataFolder';
import { startLocalServer } from '../../../src/localServer/server';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'data-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the data folder of Local Object Storage', () => {
  it('may be missing, empty or a store, but not a folder of other files', () => {
    expect(kindOfDataFolder(join(folder, 'missing'))).toBe('empty');
    expect(kindOfDataFolder(folder)).toBe('empty');
    writeFileSync(join(folder, 'thesis.tex'), 'mine');
    expect(kindOfDataFolder(folder)).toBe('foreign');
    writeFileSync(join(folder, 'cos.db'), '');
    expect(kindOfDataFolder(folder)).toBe('store');
  });

  it('loses everything that a real server left, and nothing of anybody else', async () => {
    const server = await startLocalServer({
      dataFolder: folder,
      port: 0,
      seed: 'demo',
      transport: 'http',
      log: () => undefined,
    });
    await server.close();
    expect(readdirSync(folder)).toContain('cos.db');
    writeFileSync(join(folder, 'thesis.tex'), 'mine');
    await removeStore(folder);
    expect(readdirSync(folder)).toEqual(['thesis.tex']);
  });

  it('is not touched while a server holds it', async () => {
    mkdirSync(join(folder, 'blobs'));
    writeFileSync(join(folder, 'server.lock'), '{}');
    await expect(removeStore(folder, 10)).rejects.toThrow('still uses');
    writeFileSync(join(folder, 'server.lock'), JSON.stringify({ pid: process.pid }));
    await expect(removeStore(folder, 10)).rejects.toThrow('still uses');
    expect(existsSync(join(folder, 'blobs'))).toBe(true);
  });

  it('can be emptied although a server died in it', async () => {
    mkdirSync(join(folder, 'blobs'));
    const { pid } = spawnSync(process.execPath, ['--version']);
    writeFileSync(join(folder, 'server.lock'), JSON.stringify({ pid }));
    await removeStore(folder, 10);
    expect(existsSync(join(folder, 'blobs'))).toBe(false);
  });
});
