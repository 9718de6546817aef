import assert from 'node:assert/strict';
import { bucket } from './buckets';
import { bodyText, failsWith, list, type OperationStep } from './sdk';

const key = 'folder/a+b c%20ü.txt';
const of = { Bucket: bucket, Key: key };
const copySource = encodeURI(`${bucket}/${key}`).replaceAll('+', '%2B');
const tags = [{ Key: 'project', Value: 'blue' }];

export const objectOperations: readonly OperationStep[] = [
  {
    operation: 'PutObject',
    run: async (cos) => {
      const headers = { ContentType: 'text/x-test', CacheControl: 'no-store', Metadata: { colour: 'blue' } };
      const { ETag } = await cos.call('PutObject', { ...of, Body: 'first text', ...headers });
      assert.equal(ETag, '"78b5c756e3656bb419d63f8f2851e28a"');
      for (const name of ['one', 'two', 'three'])
        await cos.call('PutObject', { Bucket: bucket, Key: name, Body: name });
    },
  },
  {
    operation: 'GetObject',
    run: async (cos) => {
      const whole = await cos.call('GetObject', of);
      assert.equal(bodyText(whole), 'first text');
      assert.deepEqual([whole['ContentType'], whole['Metadata']], ['text/x-test', { colour: 'blue' }]);
      const part = await cos.call('GetObject', { ...of, Range: 'bytes=6-9' });
      assert.deepEqual([bodyText(part), part['ContentRange']], ['text', 'bytes 6-9/10']);
      assert.equal(await failsWith(404, cos, 'GetObject', { ...of, Key: 'absent' }), 'NoSuchKey');
    },
  },
  {
    operation: 'HeadObject',
    run: async (cos) => {
      const head = await cos.call('HeadObject', of);
      assert.deepEqual([head['ContentLength'], head['CacheControl']], [10, 'no-store']);
      await failsWith(304, cos, 'HeadObject', { ...of, IfNoneMatch: head['ETag'] });
    },
  },
  {
    operation: 'CopyObject',
    run: async (cos) => {
      await cos.call('CopyObject', { Bucket: bucket, Key: 'copy', CopySource: copySource });
      const copy = await cos.call('GetObject', { Bucket: bucket, Key: 'copy' });
      assert.deepEqual([bodyText(copy), copy['Metadata']], ['first text', { colour: 'blue' }]);
      const replace = { MetadataDirective: 'REPLACE', Metadata: { shape: 'round' } };
      await cos.call('CopyObject', { ...of, CopySource: copySource, ...replace });
      assert.deepEqual((await cos.call('HeadObject', of))['Metadata'], { shape: 'round' });
    },
  },
  {
    operation: 'ListObjects',
    run: async (cos) => {
      const first = await cos.call('ListObjects', { Bucket: bucket, MaxKeys: 2 });
      const rest = await cos.call('ListObjects', { Bucket: bucket, Marker: list(first, 'Contents').at(-1)?.['Key'] });
      const keys = [first, rest].flatMap((page) => list(page, 'Contents')).map(({ Key }) => Key);
      assert.deepEqual(keys, ['copy', key, 'one', 'three', 'two']);
    },
  },
  {
    operation: 'ListObjectsV2',
    run: async (cos) => {
      const first = await cos.call('ListObjectsV2', { Bucket: bucket, MaxKeys: 2, Delimiter: '/' });
      assert.deepEqual([list(first, 'Contents').length, list(first, 'CommonPrefixes')], [1, [{ Prefix: 'folder/' }]]);
      const next = { Bucket: bucket, Delimiter: '/', ContinuationToken: first['NextContinuationToken'] };
      const keys = list(await cos.call('ListObjectsV2', next), 'Contents').map(({ Key }) => Key);
      assert.deepEqual(keys, ['one', 'three', 'two']);
    },
  },
  {
    operation: 'PutObjectTagging',
    run: async (cos) => {
      await cos.call('PutObjectTagging', { ...of, Tagging: { TagSet: tags } });
      const illegal = { TagSet: [{ Key: 'ibm:reserved', Value: '' }] };
      assert.equal(await failsWith(400, cos, 'PutObjectTagging', { ...of, Tagging: illegal }), 'InvalidTag');
    },
  },
  {
    operation: 'GetObjectTagging',
    run: async (cos) => assert.deepEqual((await cos.call('GetObjectTagging', of))['TagSet'], tags),
  },
  {
    operation: 'DeleteObjectTagging',
    run: async (cos) => {
      await cos.call('DeleteObjectTagging', of);
      assert.deepEqual((await cos.call('GetObjectTagging', of))['TagSet'], []);
    },
  },
  {
    operation: 'PutObjectAcl',
    run: async (cos) => {
      await cos.call('PutObjectAcl', { ...of, ACL: 'public-read' });
      const path = key.split('/').map(encodeURIComponent).join('/');
      const response = await fetch(`${cos.server.endpoint}/${bucket}/${path}`);
      assert.deepEqual([response.status, await response.text()], [200, 'first text']);
    },
  },
  {
    operation: 'GetObjectAcl',
    run: async (cos) => {
      const permissions = list(await cos.call('GetObjectAcl', of), 'Grants').map(({ Permission }) => Permission);
      assert.deepEqual(permissions.sort(), ['FULL_CONTROL', 'READ']);
    },
  },
  {
    operation: 'DeleteObject',
    run: async (cos) => {
      await cos.call('DeleteObject', { Bucket: bucket, Key: 'copy' });
      await failsWith(404, cos, 'HeadObject', { Bucket: bucket, Key: 'copy' });
    },
  },
  {
    operation: 'DeleteObjects',
    run: async (cos) => {
      const Objects = ['one', 'two', 'absent'].map((name) => ({ Key: name }));
      const answer = await cos.call('DeleteObjects', { Bucket: bucket, Delete: { Objects } });
      assert.deepEqual([list(answer, 'Deleted').length, list(answer, 'Errors')], [3, []]);
      const left = list(await cos.call('ListObjectsV2', { Bucket: bucket }), 'Contents').map(({ Key }) => Key);
      assert.deepEqual(left, [key, 'three']);
    },
  },
];
