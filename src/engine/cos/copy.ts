import type { CosClient, ObjectAddress } from './client';
import { encodeKeyPath } from './address';
import type { Conditions } from './conditions';
import { quotedEtag, strongEtag } from './etag';
import { partEtag } from './multipart';
import { attributeHeaders } from './objectHeaders';
import type { Sdk } from './sdk';

/** Value of `x-amz-copy-source`; the SDK sends it verbatim, so it is encoded here (data-plane §22 #12). */
export function copySource(source: ObjectAddress): string {
  const version = source.versionId === undefined ? '' : `?versionId=${encodeURIComponent(source.versionId)}`;
  return `/${source.bucket}/${encodeKeyPath(source.key)}${version}`;
}

/** Server-side copies (data-plane §5.3, §6), sent to the target's endpoint. */
export function createCopies(sdk: Sdk, conditions: Conditions): Pick<CosClient, 'copyObject' | 'uploadPartCopy'> {
  return {
    async copyObject(source, target, options, signal) {
      const { CopyObjectCommand } = await import('./sdkClasses');
      const op = 'CopyObject';
      const { checksumAlgorithm, condition, acl, lock, retention } = options;
      const controls = { ...(acl === undefined ? {} : { acl }), ...(lock === undefined ? {} : { protection: lock }) };
      const controlled = attributeHeaders({ headers: {}, controls }, op);
      const { value, conditionCheckedBy } = await conditions.guard(
        op,
        target,
        condition,
        signal,
        async (conditional) => {
          const call = {
            op,
            bucket: target.bucket,
            key: target.key,
            repeatable: condition.kind === 'always' ? 'always' : 'ifRefused',
            isLongWork: true,
            // What happens to retention without the directive is not documented (data-plane §5.3).
            headers: {
              'retention-directive': retention === 'bucketDefault' ? 'REPLACE' : 'COPY',
              ...(checksumAlgorithm === undefined ? {} : { 'x-amz-checksum-algorithm': checksumAlgorithm }),
              ...controlled,
              ...conditional,
              ...pinned(op, source, options.ifMatch),
            },
          } as const;
          const copied = await sdk.run(call, signal, async (client, sendOptions) =>
            client.send(
              new CopyObjectCommand({ Bucket: target.bucket, Key: target.key, CopySource: copySource(source) }),
              sendOptions,
            ),
          );
          const versionId = copied.VersionId;
          return {
            etag: strongEtag(copied.CopyObjectResult?.ETag),
            ...(versionId === undefined || versionId === 'null' ? {} : { versionId }),
            modifiedAtMs: copied.CopyObjectResult?.LastModified?.getTime() ?? Date.now(),
          };
        },
        'pinsSource',
      );
      return { ...value, conditionCheckedBy };
    },

    async uploadPartCopy(source, target, upload, ifMatch, signal) {
      const { UploadPartCopyCommand } = await import('./sdkClasses');
      const call = {
        op: 'UploadPartCopy',
        bucket: target.bucket,
        key: target.key,
        repeatable: 'always',
        isLongWork: true,
        headers: pinned('UploadPartCopy', source, ifMatch),
      } as const;
      const { offsetBytes, lengthBytes } = upload.range;
      const copied = await sdk.run(call, signal, async (client, sendOptions) =>
        client.send(
          new UploadPartCopyCommand({
            Bucket: target.bucket,
            Key: target.key,
            UploadId: upload.uploadId,
            PartNumber: upload.partNumber,
            CopySource: copySource(source),
            CopySourceRange: `bytes=${offsetBytes}-${offsetBytes + lengthBytes - 1}`,
          }),
          sendOptions,
        ),
      );
      const checksum = copied.CopyPartResult?.ChecksumCRC32;
      return {
        partNumber: upload.partNumber,
        etag: partEtag(call.op, target, upload.partNumber, copied.CopyPartResult?.ETag),
        ...(checksum === undefined ? {} : { checksum: { algorithm: 'CRC32', value: checksum } }),
        sizeBytes: lengthBytes,
      };
    },
  };
}

function pinned(op: string, source: ObjectAddress, etag: string | undefined): Record<string, string> {
  return etag === undefined ? {} : { 'x-amz-copy-source-if-match': quotedEtag(op, source, etag) };
}
