import assert from 'node:assert/strict';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { filesHolding, processesHolding } from '../../fakes/secretSearch';
import { engineProcesses, placeUri, startStorage, storageFolder, testFolder } from '../extensionHost';

describe('secrets of Local Object Storage', () => {
  it('are nowhere but in its own data folder', async () => {
    const { info } = await startStorage();
    await vscode.workspace.fs.readDirectory(placeUri());
    const secrets = [info.apiKey, info.secretAccessKey];
    assert.ok(filesHolding(storageFolder(), secrets).length > 0, 'nothing is looked for');
    assert.ok(engineProcesses().length > 0);
    const found = filesHolding(testFolder(), secrets).filter((path) => !path.startsWith(join(storageFolder(), '/')));
    assert.deepEqual([...found, ...processesHolding(process.pid, secrets)], []);
  });
});
