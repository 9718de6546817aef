import { open } from 'node:fs/promises';

const running = new Map<string, Promise<void>>();
const waiting = new Map<string, Promise<void>>();

/**
 * Makes the entries of a folder durable: a file that was synced is still lost when its name is not. Whoever asks while the
 * folder is being synced shares the next sync with all who did; the event loop goes on meanwhile.
 */
export function syncFolder(folder: string): Promise<void> {
  // Windows cannot open a folder for fsync, and NTFS journals directory entries itself.
  if (process.platform === 'win32') return Promise.resolve();
  const current = running.get(folder);
  if (current === undefined) return start(folder);
  let next = waiting.get(folder);
  if (next === undefined) {
    const again = (): Promise<void> => {
      waiting.delete(folder);
      return start(folder);
    };
    next = current.then(again, again);
    waiting.set(folder, next);
  }
  return next;
}

function start(folder: string): Promise<void> {
  const sync = syncNow(folder).finally(() => {
    if (running.get(folder) === sync) running.delete(folder);
  });
  running.set(folder, sync);
  return sync;
}

async function syncNow(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
