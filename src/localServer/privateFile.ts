import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';

/** Writes a file that only its owner can read, replacing an older one in one step. */
export function writePrivateFile(fsPath: string, text: string): void {
  const temporaryFsPath = `${fsPath}.${randomBytes(6).toString('hex')}.tmp`;
  const descriptor = openSync(temporaryFsPath, 'wx', 0o600);
  try {
    try {
      writeSync(descriptor, text);
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(temporaryFsPath, fsPath);
  } catch (error) {
    rmSync(temporaryFsPath, { force: true });
    throw error;
  }
}
