import { objectKey, type BucketName, type ObjectKey } from '../../model/ids';
import { CosFailure } from '../failure';
import type { CosClient, DeleteFailure } from './client';
import { versionQuery } from './objects';
import type { Sdk } from './sdk';

/** XML 1.0 cannot carry these, not even as references. */
// eslint-disable-next-line no-control-regex
const notInXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Deletion (data-plane.md §5.4, §5.5). */
export function createDeletion(sdk: Sdk): Pick<CosClient, 'deleteObject' | 'deleteObjects'> {
  const deleteObject: CosClient['deleteObject'] = async (address, signal) => {
    const { DeleteObjectCommand } = await import('@aws-sdk/client-s3');
    const { bucket, key, versionId } = address;
    const isVersion = versionQuery(address)['versionId'] !== undefined;
    // Repeating it is safe: on a versioned bucket a second delete marker hides nothing more than the first.
    const call = { op: isVersion ? 'DeleteObjectVersion' : 'DeleteObject', bucket, key, repeatable: 'always' } as const;
    await sdk.run(call, signal, async (client, options) =>
      client.send(
        new DeleteObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(versionId === undefined ? {} : { VersionId: versionId }),
        }),
        options,
      ),
    );
  };

  return {
    deleteObject,
    async deleteObjects(bucket, keys, signal) {
      const inXml = keys.filter((key) => !notInXml.test(key));
      const failures: DeleteFailure[] = [];
      if (inXml.length > 0) failures.push(...(await deleteBatch(sdk, bucket, inXml, signal)));
      for (const key of keys.filter((each) => notInXml.test(each))) {
        try {
          await deleteObject({ bucket, key }, signal);
        } catch (error) {
          const isItsOwn =
            error instanceof CosFailure && error.error.kind !== 'cancelled' && error.error.kind !== 'network';
          if (!isItsOwn) throw error;
          failures.push({ key, code: error.error.code ?? error.error.kind, detail: error.error.detail });
        }
      }
      return failures;
    },
  };
}

async function deleteBatch(
  sdk: Sdk,
  bucket: BucketName,
  keys: readonly ObjectKey[],
  signal: AbortSignal,
): Promise<DeleteFailure[]> {
  const { DeleteObjectsCommand } = await import('@aws-sdk/client-s3');
  const call = { op: 'DeleteObjects', bucket, repeatable: 'always', withMd5: true } as const;
  const answer = await sdk.run(call, signal, async (client, options) =>
    client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Quiet: true, Objects: keys.map((Key) => ({ Key })) } }),
      options,
    ),
  );
  return (answer.Errors ?? []).map(({ Key, Code, Message }) => ({
    key: objectKey(Key ?? ''),
    code: Code ?? 'Unknown',
    detail: Message ?? Code ?? 'not deleted',
  }));
}
