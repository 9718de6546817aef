import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { engineProcesses, placeUri, startStorage, uriOf } from '../extensionHost';

describe('ibmcos.engine.location: extensionHost', () => {
  it('lists, writes and reads without a process of the engine', async () => {
    await startStorage();
    const entries = await vscode.workspace.fs.readDirectory(placeUri('getting-started'));
    assert.ok(entries.some(([name]) => name === 'README.md'));
    const uri = uriOf('getting-started', 'from the extension host.txt');
    await vscode.workspace.fs.writeFile(uri, Buffer.from('written'));
    assert.equal(Buffer.from(await vscode.workspace.fs.readFile(uri)).toString(), 'written');
    assert.deepEqual(engineProcesses(), []);
  });
});
