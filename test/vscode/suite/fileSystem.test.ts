import assert from 'node:assert/strict';
import { GetObjectCommand, HeadObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as vscode from 'vscode';
import { placeUri, requestCount, startStorage, uriOf } from '../extensionHost';
import { until } from '../../until';

const bucket = 'getting-started';

describe('the file system of objects', () => {
  let client: S3Client;
  let requests: () => Promise<number>;

  const put = (key: string, body: string) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  const read = async (key: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Body?.transformToString();
  };
  const rejects = async (work: Thenable<unknown>, code: string) => assert.rejects(Promise.resolve(work), { code });

  before(async () => {
    const { info, client: raw } = await startStorage();
    client = raw;
    requests = () => requestCount(info);
  });

  it('shows a folder that shares its name with an object beside it, and both can be used', async () => {
    await put('twins/a', 'object');
    await put('twins/a/b', 'below');
    const listed = await vscode.workspace.fs.readDirectory(uriOf(bucket, 'twins'));
    assert.deepEqual(
      new Map(listed),
      new Map([
        ['a~d', vscode.FileType.Directory],
        ['a', vscode.FileType.File],
      ]),
    );
    const folder = vscode.Uri.joinPath(uriOf(bucket, 'twins'), 'a~d');
    assert.equal((await vscode.workspace.fs.stat(folder)).type, vscode.FileType.Directory);
    assert.deepEqual(await vscode.workspace.fs.readDirectory(folder), [['b', vscode.FileType.File]]);
    const below = await vscode.workspace.fs.readFile(vscode.Uri.joinPath(folder, 'b'));
    assert.equal(Buffer.from(below).toString(), 'below');
  });

  it('costs one request for a folder and none for each object in it', async () => {
    for (const name of ['1', '2', '3']) await put(`cheap/${name}`, name);
    const before = await requests();
    const listed = await vscode.workspace.fs.readDirectory(uriOf(bucket, 'cheap'));
    for (const [name] of listed) await vscode.workspace.fs.stat(vscode.Uri.joinPath(uriOf(bucket, 'cheap'), name));
    assert.equal(listed.length, 3);
    assert.equal((await requests()) - before, 1);
  });

  it('says what is wrong in the codes that VS Code knows', async () => {
    await rejects(vscode.workspace.fs.readFile(uriOf(bucket, 'not there')), 'FileNotFound');
    await rejects(vscode.workspace.fs.readDirectory(uriOf(bucket, 'not there either')), 'FileNotFound');
    await rejects(vscode.workspace.fs.stat(vscode.Uri.parse('ibmcos://no-such-connection/b/k')), 'FileNotFound');
    await put('codes/x', 'x');
    await rejects(vscode.workspace.fs.readFile(uriOf(bucket, 'codes')), 'FileIsADirectory');
    await rejects(vscode.workspace.fs.delete(placeUri(bucket), { recursive: true }), 'NoPermissions');
  });

  it('deletes a folder with all that is in it', async () => {
    for (const key of ['gone/1', 'gone/2/3', 'gone-not/4']) await put(key, key);
    await vscode.workspace.fs.delete(uriOf(bucket, 'gone'), { recursive: true });
    await rejects(vscode.workspace.fs.stat(uriOf(bucket, 'gone')), 'FileNotFound');
    assert.equal(await read('gone-not/4'), 'gone-not/4');
  });

  it('renames and copies an object on the server, and never over another one unasked', async () => {
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: 'moves/a',
        Body: 'a',
        ContentType: 'text/x',
        Metadata: { one: '1' },
      }),
    );
    await put('moves/taken', 'taken');
    await rejects(vscode.workspace.fs.copy(uriOf(bucket, 'moves/a'), uriOf(bucket, 'moves/taken')), 'FileExists');
    await vscode.workspace.fs.copy(uriOf(bucket, 'moves/a'), uriOf(bucket, 'moves/copy'));
    await vscode.workspace.fs.rename(uriOf(bucket, 'moves/a'), uriOf(bucket, 'moves/b'));
    assert.deepEqual([await read('moves/taken'), await read('moves/copy'), await read('moves/b')], ['taken', 'a', 'a']);
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: 'moves/b' }));
    assert.deepEqual([head.ContentType, head.Metadata], ['text/x', { one: '1' }]);
    await rejects(vscode.workspace.fs.stat(uriOf(bucket, 'moves/a')), 'FileNotFound');
  });

  it('copies and renames a folder with all that is in it, and never over another one unasked', async () => {
    for (const key of ['whole/1', 'whole/2/3', 'whole-not/4', 'there/5']) await put(key, key);
    await rejects(vscode.workspace.fs.rename(uriOf(bucket, 'whole'), uriOf(bucket, 'there')), 'FileExists');
    await vscode.workspace.fs.copy(uriOf(bucket, 'whole'), uriOf(bucket, 'twin'));
    await vscode.workspace.fs.rename(uriOf(bucket, 'whole'), uriOf(bucket, 'deep/moved'));
    for (const key of ['twin/1', 'twin/2/3', 'deep/moved/1', 'deep/moved/2/3']) {
      assert.equal(await read(key), key.replace(/^(twin|deep\/moved)/, 'whole'));
    }
    await rejects(vscode.workspace.fs.stat(uriOf(bucket, 'whole')), 'FileNotFound');
    assert.equal(await read('whole-not/4'), 'whole-not/4');
    await assert.rejects(Promise.resolve(vscode.workspace.fs.copy(uriOf(bucket, 'deep'), uriOf(bucket, 'deep/in'))));
  });

  it('pastes what was copied or cut, and puts its s3:// URI on the clipboard of the system', async () => {
    await put('cut/a', 'a');
    await put('pasted/b', 'b');
    await vscode.commands.executeCommand('ibmcos.clipboard.copy', uriOf(bucket, 'cut/a'));
    assert.equal(await vscode.env.clipboard.readText(), `s3://${bucket}/cut/a`);
    await vscode.commands.executeCommand('ibmcos.clipboard.paste', uriOf(bucket, 'pasted/b'));
    assert.deepEqual([await read('cut/a'), await read('pasted/a')], ['a', 'a']);
    await vscode.commands.executeCommand('ibmcos.clipboard.cut', uriOf(bucket, 'pasted/a'));
    await vscode.commands.executeCommand('ibmcos.clipboard.paste', uriOf(bucket, 'pasted/below/x'));
    assert.equal(await read('pasted/below/a'), 'a');
    await rejects(vscode.workspace.fs.stat(uriOf(bucket, 'pasted/a')), 'FileNotFound');
    await vscode.commands.executeCommand('ibmcos.object.duplicate', uriOf(bucket, 'cut/a'));
    assert.equal(await read('cut/a (1)'), 'a');
  });

  it('gives a new object the content type of its name', async () => {
    await vscode.workspace.fs.writeFile(uriOf(bucket, 'typed/page.html'), Buffer.from('<p>'));
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: 'typed/page.html' }));
    assert.equal(head.ContentType, 'text/html');
  });

  it('opens the first part of an object read-only, with a name that says so', async () => {
    await put('parts/big.log', `${'x'.repeat(1024 * 1024)}the rest`);
    await vscode.commands.executeCommand('ibmcos.object.openFirstPart', uriOf(bucket, 'parts/big.log'));
    await until(() => vscode.window.activeTextEditor?.document.uri.scheme === 'ibmcos-view');
    const document = vscode.window.activeTextEditor?.document;
    assert.match(document?.uri.path ?? '', /First 1 MiB of big\.log$/);
    assert.equal(document?.getText(), 'x'.repeat(1024 * 1024));
    assert.equal(vscode.workspace.fs.isWritableFileSystem('ibmcos-view'), false);
  });

  it('does not open what is larger than the setting', async () => {
    await put('parts/large.txt', 'y'.repeat(1024 * 1024 + 1));
    const settings = vscode.workspace.getConfiguration('ibmcos');
    await settings.update('documents.maxSizeMiB', 1, vscode.ConfigurationTarget.Global);
    try {
      await assert.rejects(Promise.resolve(vscode.workspace.fs.readFile(uriOf(bucket, 'parts/large.txt'))), /1 MiB/);
    } finally {
      await settings.update('documents.maxSizeMiB', undefined, vscode.ConfigurationTarget.Global);
    }
  });
});

describe('saving an object beside others', () => {
  let client: S3Client;
  const put = (key: string, body: string) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: body }));
  const read = async (key: string) => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return Body?.transformToString();
  };
  const edit = async (document: vscode.TextDocument, text: string) => {
    const change = new vscode.WorkspaceEdit();
    change.replace(document.uri, new vscode.Range(0, 0, document.lineCount, 0), text);
    assert.ok(await vscode.workspace.applyEdit(change));
  };

  before(async () => {
    ({ client } = await startStorage());
  });

  it('does not overwrite a change that another reader has seen but the editor has not', async () => {
    const key = 'read elsewhere.txt';
    await put(key, 'one');
    const document = await vscode.workspace.openTextDocument(uriOf(bucket, key));
    await edit(document, 'mine');
    await put(key, 'two, and longer');
    // A search or another extension reads the object; what it saw must not count as seen by the editor.
    await vscode.workspace.fs.readFile(uriOf(bucket, key));
    assert.equal(await document.save(), false);
    assert.equal(await read(key), 'two, and longer');
    assert.equal(document.getText(), 'mine');
  });

  it('does not bring back an object that was deleted under the editor', async () => {
    const key = 'deleted.txt';
    await put(key, 'one');
    const document = await vscode.workspace.openTextDocument(uriOf(bucket, key));
    await edit(document, 'mine');
    await vscode.workspace.fs.delete(uriOf(bucket, key));
    assert.equal(await document.save(), false);
    assert.equal(document.isDirty, true);
    await assert.rejects(read(key));
  });

  it('saves again and again what only this editor changes', async () => {
    const key = 'again.txt';
    await put(key, 'one');
    const document = await vscode.workspace.openTextDocument(uriOf(bucket, key));
    for (const text of ['two', 'three and longer', '', 'four']) {
      await edit(document, text);
      assert.equal(await document.save(), true, text);
      assert.equal(await read(key), text);
    }
  });

  it('saves what was reverted to the state of somebody else', async () => {
    const key = 'reverted and saved.txt';
    await put(key, 'one');
    const document = await vscode.workspace.openTextDocument(uriOf(bucket, key));
    await vscode.window.showTextDocument(document);
    await edit(document, 'mine');
    await put(key, 'two, theirs');
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await until(() => document.getText() === 'two, theirs' && !document.isDirty);
    await edit(document, 'two, ours');
    assert.equal(await document.save(), true);
    assert.equal(await read(key), 'two, ours');
  });

  it('opens, edits and saves through a name that VS Code probes for, once somebody opened it', async () => {
    const key = '.github/settings.json';
    await put(key, '{}');
    await vscode.commands.executeCommand('ibmcos.object.open', uriOf(bucket, key));
    await until(() => vscode.window.activeTextEditor?.document.uri.path.endsWith(key) === true);
    const document = vscode.window.activeTextEditor?.document;
    assert.ok(document);
    await edit(document, '{ }');
    assert.equal(await document.save(), true);
    assert.equal(await read(key), '{ }');
  });
});
