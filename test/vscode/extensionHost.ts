import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { connectionId, bucketName, objectKey } from '../../src/model/ids';
import { objectUri } from '../../src/model/objectUri';
import { rawClient, readStorageInfo, type StorageInfo } from '../fakes/objectStorage';

/** The installed package. */
export function extension(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension('cos-explorer.cos-explorer');
  assert.ok(found, 'the package is not installed');
  return found;
}

/** Holds everything that this run writes. */
export function testFolder(): string {
  const folder = process.env['TEST_FOLDER'];
  assert.ok(folder, 'TEST_FOLDER is not set');
  return folder;
}

export const storageFolder = (): string => join(testFolder(), 'storage');

/** Starts Local Object Storage as a person would, and says how to reach it past the extension. */
export async function startStorage(): Promise<{ info: StorageInfo; client: ReturnType<typeof rawClient> }> {
  await vscode.commands.executeCommand('ibmcos.localServer.start');
  const info = readStorageInfo(storageFolder());
  return { info, client: rawClient(info) };
}

const local = connectionId('local-object-storage');

/** URI of an object of Local Object Storage. */
export function uriOf(bucket: string, key: string): vscode.Uri {
  return vscode.Uri.from(objectUri(local, bucketName(bucket), objectKey(key)));
}

/** URI of a bucket of Local Object Storage, or of the connection itself. */
export function placeUri(bucket = ''): vscode.Uri {
  return vscode.Uri.from({ scheme: 'ibmcos', authority: local, path: `/${bucket}` });
}

/** Processes that this extension host started, directly or not: id and command line. */
export function ownProcesses(): { pid: number; argv: string }[] {
  const parents = new Map<number, number>();
  const names = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  for (const name of names) {
    const status = readOf(name, 'stat');
    if (status !== undefined) parents.set(Number(name), Number(status.replace(/^.*\) \S+ /s, '').split(' ')[0]));
  }
  const isOwn = (pid: number): boolean => {
    const parent = parents.get(pid);
    return parent !== undefined && (parent === process.pid || isOwn(parent));
  };
  return [...parents.keys()]
    .filter(isOwn)
    .map((pid) => ({ pid, argv: (readOf(String(pid), 'cmdline') ?? '').replaceAll('\0', ' ') }))
    .filter(({ argv }) => argv !== '');
}

export const engineProcesses = () => ownProcesses().filter(({ argv }) => argv.includes('dist/engine.js'));

/** A file of /proc, or undefined when the process has just ended. */
export function readOf(pid: string, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Waits until something is so; a test's own timeout ends the wait. */
export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await what())) await new Promise((done) => setTimeout(done, 50));
}

/** The answer of the local server's admin endpoint on requests since the last `forgetRequests`. */
export async function requestCount({ adminEndpoint }: StorageInfo): Promise<number> {
  const answer = (await (await fetch(`${adminEndpoint}/requests`)).json()) as { total: number };
  return answer.total;
}
