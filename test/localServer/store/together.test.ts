import { mkdtempSync, rmSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openStore } from '../../../src/localServer/store/store';
import { syncFolder } from '../../../src/localServer/store/syncFolder';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'together-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Keeps the processor busy, as a disk does that takes its time. */
function hold(ms: number): void {
  const endMs = performance.now() + ms;
  while (performance.now() < endMs);
}

it('writes that come in one a turn, as those of new connections do, share a commit once commits are slow', async () => {
  const store = openStore(folder);
  await store.write(() => hold(80));
  let turn = 0;
  const committedIn: number[] = [];
  const writes: Promise<unknown>[] = [];
  for (; turn < 10; turn += 1) {
    writes.push(store.write(() => undefined).then(() => committedIn.push(turn)));
    await nextTurn();
  }
  while (committedIn.length < 10) {
    await nextTurn();
    turn += 1;
  }
  await Promise.all(writes);
  expect(new Set(committedIn).size).toBe(1);
  await store.close();
});

it('a write that is alone waits for nobody', async () => {
  const store = openStore(folder);
  await store.write(() => hold(80));
  let turns = 0;
  const write = store.write(() => undefined).then(() => 'done' as const);
  while ((await Promise.race([write, Promise.resolve('waits' as const)])) === 'waits') {
    await nextTurn();
    turns += 1;
  }
  expect(turns).toBeLessThan(6);
  await store.close();
});

it.skipIf(process.platform === 'win32')(
  'a folder is synced without holding up others, once for all who wait',
  async () => {
    let letGo: () => void = () => undefined;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const probe = await open(folder, 'r');
    await probe.close();
    const sync = vi.spyOn(Object.getPrototypeOf(probe) as FileHandle, 'sync').mockImplementation(() => held);
    try {
      const syncs = Array.from({ length: 50 }, () => syncFolder(folder));
      let isDone = false;
      const all = Promise.all(syncs).then(() => (isDone = true));
      while (sync.mock.calls.length === 0) await nextTurn();
      expect(isDone).toBe(false);
      letGo();
      await all;
      // The first, and one for those who came while it ran.
      expect(sync).toHaveBeenCalledTimes(2);
      await syncFolder(folder);
      expect(sync).toHaveBeenCalledTimes(3);
    } finally {
      sync.mockRestore();
    }
  },
);
