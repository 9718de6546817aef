import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './serverProcess';

/** Everything the server keeps in its data folder (docs/local-server.md, "Files in the data folder"). */
const storeNames = [
  'cos.db',
  'cos.db-wal',
  'cos.db-shm',
  'blobs',
  'tls',
  'credentials.json',
  'identity.json',
  'compute-token',
];
const lockName = 'server.lock';

/** What a folder holds, as far as it matters to the server: `foreign` is somebody else's files. */
export function kindOfDataFolder(fsPath: string): 'empty' | 'store' | 'foreign' {
  if (!existsSync(fsPath)) return 'empty';
  const names = readdirSync(fsPath);
  if (names.includes('cos.db')) return 'store';
  return names.length === 0 ? 'empty' : 'foreign';
}

/**
 * Removes what the server keeps, and nothing else. Rejects when a server still holds the folder after some seconds; the lock
 * of one that died holds nothing.
 */
export async function removeStore(fsPath: string, waitMs = 5000): Promise<void> {
  for (const untilMs = Date.now() + waitMs; isHeld(fsPath);) {
    if (Date.now() > untilMs) throw new Error(`a server still uses the folder "${fsPath}"`);
    await new Promise((done) => setTimeout(done, 50));
  }
  for (const name of storeNames) await rm(join(fsPath, name), { recursive: true, force: true });
}

function isHeld(fsPath: string): boolean {
  let text: string;
  try {
    text = readFileSync(join(fsPath, lockName), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
  const pid = Number(/"pid":\s*(\d+)/.exec(text)?.[1] ?? Number.NaN);
  if (Number.isNaN(pid)) return true; // not what our server writes: whose it is cannot be known
  return isAlive(pid);
}
