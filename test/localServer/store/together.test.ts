import type * as Files from 'node:fs/promises';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openStore } from '../../../src/localServer/store/store';
import { syncFolder } from '../../../src/localServer/store/syncFolder';

const synced: string[] = [];
let letGo: () => void = () => undefined;
let held: Promise<void> = Promise.resolve();
vi.mock('node:fs/promises', async (original) => {
  const actual = await original<typeof Files>();
  const open = async (...args: Parameters<typeof actual.open>): Promise<Files.FileHandle> => {
    const handle = await actual.open(...args);
    const sync = handle.sync.bind(handle);
    handle.sync = async () => {
      synced.push(String(args[0]));
      await held;
      await sync();
    };
    return handle;
  };
  return { ...actual, open };
});

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'together-'));
  synced.length = 0;
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
    held = new Promise((resolve) => (letGo = resolve));
    const syncs = Array.from({ length: 50 }, () => syncFolder(folder));
    let isDone = false;
    const all = Promise.all(syncs).then(() => (isDone = true));
    while (synced.length === 0) await nextTurn();
    expect(isDone).toBe(false);
    letGo();
    await all;
    // The first, and one for those who came while it ran.
    expect(synced).toEqual([folder, folder]);
    await syncFolder(folder);
    expect(synced).toHaveLength(3);
  },
);
