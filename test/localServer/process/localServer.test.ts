import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import { startServer, stopServer } from '../../../src/extension/localServer/serverProcess';
import type { Prompts } from '../../../src/extension/services';

vi.mock('vscode', async () => ({
  l10n: { t: (text: string) => text },
  EventEmitter: (await import('../../../src/extension/ui/emitter')).Emitter,
  commands: { executeCommand: async () => undefined },
  workspace: { getConfiguration: () => ({ get: (_name: string, otherwise: unknown) => otherwise }) },
  window: { createStatusBarItem: () => ({ show: () => undefined, dispose: () => undefined }) },
  StatusBarAlignment: { Left: 1 },
}));
const { LocalServer } = await import('../../../src/extension/localServer/localServer');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'local-server-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function startOther(): Promise<() => Promise<void>> {
  const started = await startServer({
    scriptFsPath: join(import.meta.dirname, 'fakeLocalServer.cjs'),
    dataFolderFsPath: join(folder, 'local-server'),
    logFsPath: join(folder, 'server.log'),
    port: 0,
    lifetime: 'window',
    environment: process.env,
  });
  if (started.kind !== 'running') throw new Error(started.message);
  return async () => await stopServer(started.child, started.ended);
}

function localServer(comeBackMs: number): { server: InstanceType<typeof LocalServer>; told: string[] } {
  const kept = new Map<string, unknown>();
  const context = {
    globalStorageUri: { fsPath: folder },
    globalState: {
      get: (key: string) => kept.get(key),
      update: async (key: string, value: unknown) => kept.set(key, value),
    },
  } as unknown as vscode.ExtensionContext;
  const told: string[] = [];
  const prompts = { error: async (text: string) => void told.push(text) } as unknown as Prompts;
  return { server: new LocalServer(context, prompts, { watchMs: 20, comeBackMs }), told };
}

it('notices that the server of another window ends', async () => {
  const stopOther = await startOther();
  const { server, told } = localServer(100);
  expect(await server.start()).toBe(true);
  expect([server.isRunning(), server.current()?.credential?.kind]).toEqual([true, 'apiKey']);
  await stopOther();
  await vi.waitFor(() => expect(server.isRunning()).toBe(false), 10_000);
  expect(server.current()?.credential).toBeUndefined();
  expect(told).toEqual(['Local Object Storage was stopped outside of this window.']);
  server.dispose();
});

it('finds the server again that another window starts anew', async () => {
  const stopOther = await startOther();
  const { server, told } = localServer(60_000);
  expect(await server.start()).toBe(true);
  const found = new Promise<void>((resolve) => server.onDidChange(() => resolve()));
  await stopOther();
  const stopAgain = await startOther();
  await found;
  expect([server.isRunning(), told]).toEqual([true, []]);
  // Its process is the one that is stopped now.
  await server.stop();
  await stopAgain();
  expect(server.isRunning()).toBe(false);
  server.dispose();
});
