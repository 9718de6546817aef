import assert from 'node:assert/strict';
import { ListBucketsCommand } from '@aws-sdk/client-s3';
import * as vscode from 'vscode';
import { placeUri, startStorage } from '../extensionHost';

describe('Start Local Object Storage', () => {
  it('gives a connection with the sample buckets', async () => {
    const { client } = await startStorage();
    const listed = await client.send(new ListBucketsCommand({}));
    const names = (listed.Buckets ?? []).map(({ Name }) => Name).sort();
    const entries = await vscode.workspace.fs.readDirectory(placeUri());
    assert.ok(names.includes('getting-started'));
    assert.deepEqual(entries.map(([name]) => name).sort(), names);
  });

  it('may be asked for twice', async () => {
    const first = await startStorage();
    const second = await startStorage();
    assert.equal(second.info.endpoint, first.info.endpoint);
  });
});

describe('the data folder of Local Object Storage', () => {
  it('can be set from within the window, where its server runs', async () => {
    const section = () => vscode.workspace.getConfiguration('ibmcos.localServer');
    const before = section().get<string>('dataFolder');
    await section().update('dataFolder', '/somewhere/else', vscode.ConfigurationTarget.Global);
    assert.equal(section().get('dataFolder'), '/somewhere/else');
    await section().update('dataFolder', before, vscode.ConfigurationTarget.Global);
    assert.equal(section().get('dataFolder'), before);
  });
});
