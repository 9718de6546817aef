import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { placeUri, requestCount, startStorage } from '../extensionHost';

describe('the names that VS Code looks for in every folder', () => {
  it('are answered without a request', async () => {
    const { info } = await startStorage();
    await vscode.workspace.fs.readDirectory(placeUri('getting-started'));
    const before = await requestCount(info);
    for (const name of ['.git', '.git/HEAD', '.vscode/settings.json', '.vscode', 'docs/.git', 'node_modules']) {
      const uri = vscode.Uri.joinPath(placeUri('getting-started'), name);
      await assert.rejects(Promise.resolve(vscode.workspace.fs.stat(uri)), { code: 'FileNotFound' }, name);
    }
    assert.equal(await requestCount(info), before);
    const other = vscode.Uri.joinPath(placeUri('getting-started'), 'no such name');
    await assert.rejects(Promise.resolve(vscode.workspace.fs.stat(other)), { code: 'FileNotFound' });
    assert.ok((await requestCount(info)) > before, 'requests are not counted');
  });
});
