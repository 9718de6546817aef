import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { connectionId, bucketName, objectKey } from '../../src/model/ids';
import { objectUri } from '../../src/model/objectUri';
import { processesBelow } from '../fakes/secretSearch';
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

export const engineProcesses = () => processesBelow(process.pid).filter(({ argv }) => argv.includes('dist/engine.js'));

/** The answer of the local server's admin endpoint on requests since the last `forgetRequests`. */
export async function requestCount({ adminEndpoint }: StorageInfo): Promise<number> {
  const answer = (await (await fetch(`${adminEndpoint}/requests`)).json()) as { total: number };
  return answer.total;
}
