import assert from 'node:assert/strict';
import * as vscode from 'vscode';
import { overviewUri } from '../../../src/model/configUri';
import { bucketName, connectionId } from '../../../src/model/ids';
import { startStorage } from '../extensionHost';

describe('the overview of a bucket', () => {
  before(async () => {
    await startStorage();
  });

  it('opens read-only, with what the bucket holds, and links that open the documents', async () => {
    const target = { connectionId: connectionId('local-object-storage'), bucket: bucketName('getting-started') };
    const document = await vscode.workspace.openTextDocument(vscode.Uri.from(overviewUri(target)));
    await vscode.window.showTextDocument(document);
    const text = document.getText();
    assert.match(text, /^Bucket "getting-started"\n/);
    assert.match(text, /\n {2}Objects +\d+, /);
    assert.match(text, /\n {2}Versioning +never enabled\n/);
    assert.doesNotMatch(text, /could not be read/);
    const change = new vscode.WorkspaceEdit();
    change.insert(document.uri, new vscode.Position(0, 0), 'x');
    await vscode.workspace.applyEdit(change);
    assert.equal(document.isDirty, false);
    const links = await vscode.commands.executeCommand<vscode.DocumentLink[]>(
      'vscode.executeLinkProvider',
      document.uri,
    );
    const cors = links.find(({ range }) => document.getText(range) === 'CORS');
    assert.ok(cors?.target);
    const opened = await vscode.workspace.openTextDocument(cors.target);
    assert.equal(opened.languageId, 'jsonc');
    assert.match(opened.getText(), /"rules": \[\]/);
    await vscode.commands.executeCommand('workbench.action.closeAllEditors');
  });
});
