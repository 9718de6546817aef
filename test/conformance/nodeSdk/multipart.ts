import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { patternBytes } from '../../localServer/clients/client';
import { bucket } from './buckets';
import { bodyText, failsWith, list, type OperationStep } from './sdk';

const body = patternBytes(11 * 1024 * 1024, 3);
const cut = 6 * 1024 * 1024;
const of = { Bucket: bucket, Key: 'parts' };
let uploadId: unknown;
let abortedId: unknown;
const md5 = (bytes: Uint8Array | string) => `"${createHash('md5').update(bytes).digest('hex')}"`;
const parts: { PartNumber: number; ETag: unknown }[] = [];

export const multipartOperations: readonly OperationStep[] = [
  {
    operation: 'CreateMultipartUpload',
    run: async (cos) => {
      uploadId = (await cos.call('CreateMultipartUpload', { ...of, Metadata: { colour: 'blue' } }))['UploadId'];
      abortedId = (await cos.call('CreateMultipartUpload', { ...of, Key: 'aborted' }))['UploadId'];
      const open = list(await cos.call('ListMultipartUploads', { Bucket: bucket }), 'Uploads');
      assert.deepEqual(
        open.map(({ Key, UploadId }) => [Key, UploadId]),
        [
          ['aborted', abortedId],
          ['parts', uploadId],
        ],
      );
      assert.notEqual(uploadId, abortedId);
    },
  },
  {
    operation: 'UploadPart',
    run: async (cos) => {
      const part = { ...of, UploadId: uploadId, PartNumber: 1, Body: body.subarray(0, cut) };
      parts[0] = { PartNumber: 1, ETag: (await cos.call('UploadPart', part))['ETag'] };
      assert.equal(parts[0].ETag, md5(body.subarray(0, cut)));
      const other = await cos.call('UploadPart', { ...part, Key: 'aborted', UploadId: abortedId, Body: 'part' });
      assert.equal(other['ETag'], md5('part'));
    },
  },
  {
    operation: 'UploadPartCopy',
    run: async (cos) => {
      await cos.call('PutObject', { Bucket: bucket, Key: 'whole', Body: body });
      const source = { CopySource: `${bucket}/whole`, CopySourceRange: `bytes=${cut}-${body.length - 1}` };
      const { CopyPartResult } = await cos.call('UploadPartCopy', {
        ...of,
        UploadId: uploadId,
        PartNumber: 3,
        ...source,
      });
      parts[1] = { PartNumber: 3, ETag: (CopyPartResult as { ETag: string }).ETag };
      assert.equal(parts[1].ETag, md5(body.subarray(cut)));
    },
  },
  {
    operation: 'ListParts',
    run: async (cos) => {
      const listed = list(await cos.call('ListParts', { ...of, UploadId: uploadId }), 'Parts');
      assert.deepEqual(
        listed.map(({ PartNumber, ETag, Size }) => [PartNumber, ETag, Size]),
        [
          [1, parts[0]?.ETag, cut],
          [3, parts[1]?.ETag, body.length - cut],
        ],
      );
    },
  },
  {
    operation: 'ListMultipartUploads',
    run: async (cos) => {
      const listed = list(await cos.call('ListMultipartUploads', { Bucket: bucket }), 'Uploads');
      assert.deepEqual(
        listed.map(({ Key, UploadId }) => [Key, UploadId]),
        [
          ['aborted', abortedId],
          ['parts', uploadId],
        ],
      );
    },
  },
  {
    operation: 'CompleteMultipartUpload',
    run: async (cos) => {
      await cos.call('CompleteMultipartUpload', { ...of, UploadId: uploadId, MultipartUpload: { Parts: parts } });
      const whole = await cos.call('GetObject', of);
      assert.ok((whole['Body'] as Buffer).equals(body), `${bodyText(whole).length} characters that differ`);
      assert.deepEqual(whole['Metadata'], { colour: 'blue' });
    },
  },
  {
    operation: 'AbortMultipartUpload',
    run: async (cos) => {
      const upload = { Bucket: bucket, Key: 'aborted', UploadId: abortedId };
      await cos.call('AbortMultipartUpload', upload);
      assert.equal(await failsWith(404, cos, 'ListParts', upload), 'NoSuchUpload');
    },
  },
];
