import assert from 'node:assert/strict';
import {
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import * as vscode from 'vscode';
import { startStorage, uriOf } from '../extensionHost';
import { until } from '../../until';

const bucket = 'getting-started';

describe('an object as a document', () => {
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

  it('opens in the language of its name, with the bytes that are in the bucket', async () => {
    const document = await vscode.workspace.openTextDocument(uriOf(bucket, 'src/report.py'));
    assert.equal(document.getText(), await read('src/report.py'));
    assert.equal(document.languageId, 'python');
  });

  it('is written back by a save, with its headers, metadata and tags', async () => {
    const key = 'kept attributes.txt';
    await client.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: 'before',
        ContentType: 'text/x-special',
        CacheControl: 'max-age=7',
        ContentLanguage: 'de',
        Metadata: { owner: 'somebody' },
        Tagging: 'project=one',
      }),
    );
    const document = await vscode.workspace.openTextDocument(uriOf(bucket, key));
    await edit(document, 'after');
    assert.equal(await document.save(), true);
    assert.equal(document.isDirty, false);
    assert.equal(await read(key), 'after');
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    assert.deepEqual(
      [head.ContentType, head.CacheControl, head.ContentLanguage, head.Metadata],
      ['text/x-special', 'max-age=7', 'de', { owner: 'somebody' }],
    );
    const tags = await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }));
    assert.deepEqual(tags.TagSet, [{ Key: 'project', Value: 'one' }]);
  });

  it('does not overwrite a change of the same length that somebody else made meanwhile', async () => {
    const key = 'conflict.txt';
    await put(key, 'original');
    const document = await vscode.workspace.openTextDocument(uriOf(bucket, key));
    await edit(document, 'my text!');
    await put(key, 'theirs!!');
    // Nobody answers the question of a suite's window, which is Cancel.
    assert.equal(await document.save(), false);
    assert.equal(document.isDirty, true);
    assert.equal(document.getText(), 'my text!');
    assert.equal(await read(key), 'theirs!!');
  });

  it('does not overwrite an object that was never opened', async () => {
    const key = 'never opened.txt';
    await put(key, 'theirs');
    const write = vscode.workspace.fs.writeFile(uriOf(bucket, key), Buffer.from('mine'));
    await assert.rejects(Promise.resolve(write), vscode.FileSystemError);
    assert.equal(await read(key), 'theirs');
  });

  it('is created by writing a file that is not there, and gone after a delete', async () => {
    const uri = uriOf(bucket, 'made/here.txt');
    await vscode.workspace.fs.writeFile(uri, Buffer.from('new'));
    assert.equal(await read('made/here.txt'), 'new');
    await vscode.workspace.fs.delete(uri);
    await assert.rejects(Promise.resolve(vscode.workspace.fs.stat(uri)), { code: 'FileNotFound' });
  });

  it('shows what somebody else wrote once it is reverted', async () => {
    const key = 'reverted.txt';
    await put(key, 'one');
    const document = await vscode.workspace.openTextDocument(uriOf(bucket, key));
    await vscode.window.showTextDocument(document);
    await put(key, 'three');
    await vscode.commands.executeCommand('workbench.action.files.revert');
    await until(() => document.getText() === 'three');
  });
});
