import assert from 'node:assert/strict';
import { GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import * as vscode from 'vscode';
import { startStorage, uriOf } from '../extensionHost';

describe('odd keys', () => {
  it('open with the bytes of exactly that object', async () => {
    const { info } = await startStorage();
    const credentials = { accessKeyId: info.accessKeyId, secretAccessKey: info.secretAccessKey };
    const endpoint = info.endpoints['eu-gb'];
    assert.ok(endpoint);
    const client = new S3Client({ endpoint, region: 'eu-gb', forcePathStyle: true, credentials });
    const listed = await client.send(new ListObjectsV2Command({ Bucket: 'odd-keys' }));
    const keys = (listed.Contents ?? []).flatMap(({ Key }) => (Key === undefined ? [] : [Key]));
    assert.ok(keys.length > 20);
    const wrong: string[] = [];
    for (const key of keys) {
      const { Body } = await client.send(new GetObjectCommand({ Bucket: 'odd-keys', Key: key }));
      const expected = Buffer.from((await Body?.transformToByteArray()) ?? []);
      try {
        const bytes = Buffer.from(await vscode.workspace.fs.readFile(uriOf('odd-keys', key)));
        if (!bytes.equals(expected)) wrong.push(`${JSON.stringify(key)}: ${bytes.toString()}`);
      } catch (error) {
        wrong.push(`${JSON.stringify(key)}: ${(error as Error).message}`);
      }
    }
    assert.deepEqual(wrong, []);
  });
});
