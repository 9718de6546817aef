import { closeSync, fsyncSync, openSync } from 'node:fs';

/** Makes the entries of a folder durable: a file that was synced is still lost when its name is not. */
export function syncFolder(folder: string): void {
  // Windows cannot open a folder for fsync, and NTFS journals directory entries itself.
  if (process.platform === 'win32') {
    return;
  }
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
