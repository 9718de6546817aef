import { objectKey, type BucketName, type ObjectKey } from '../../model/ids';
import { CosFailure } from '../failure';
import type { Repeatable } from '../http/retry';
import type { CosClient, DeletedKey, DeleteFailure, ObjectAddress, OnDeleted } from './client';
import { versionQuery } from './objects';
import type { Sdk } from './sdk';

/** XML 1.0 cannot carry these, not even as references. */
// eslint-disable-next-line no-control-regex
const notInXml = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Deletion (data-plane §5.4, §5.5). */
export function createDeletion(sdk: Sdk): Pick<CosClient, 'deleteObject' | 'deleteObjects' | 'deleteVersions'> {
  const deleteOne = async (address: ObjectAddress, signal: AbortSignal): Promise<DeletedKey> => {
    const { DeleteObjectCommand } = await import('./sdkClasses');
    const { bucket, key, versionId } = address;
    const isVersion = versionQuery(address)['versionId'] !== undefined;
    // A version is gone once; under a key alone somebody else's object may lie by the time of a repetition.
    const op = isVersion ? 'DeleteObjectVersion' : 'DeleteObject';
    const call = { op, bucket, key, repeatable: isVersion ? 'always' : 'ifRefused' } as const;
    const answer = await sdk.run(call, signal, async (client, options) =>
      client.send(
        new DeleteObjectCommand({
          Bucket: bucket,
          Key: key,
          ...(versionId === undefined ? {} : { VersionId: versionId }),
        }),
        options,
      ),
    );
    return deletedKey(key, answer.DeleteMarker, answer.VersionId);
  };

  const deleteAll = async (
    repeatable: Repeatable,
    ...[bucket, versions, signal, onDeleted]: Parameters<CosClient['deleteVersions']>
  ): Promise<DeleteFailure[]> => {
    const inXml = versions.filter(({ key }) => !notInXml.test(key));
    const failures: DeleteFailure[] = [];
    if (inXml.length > 0) failures.push(...(await deleteBatch(sdk, bucket, inXml, repeatable, signal, onDeleted)));
    for (const version of versions.filter(({ key }) => notInXml.test(key))) {
      try {
        // Not inside the call: where nobody listens, its arguments are not even looked at.
        const deleted = await deleteOne({ bucket, ...version }, signal);
        onDeleted?.([deleted]);
      } catch (error) {
        const isItsOwn =
          error instanceof CosFailure && error.error.kind !== 'cancelled' && error.error.kind !== 'network';
        if (!isItsOwn) throw error;
        failures.push({ ...version, code: error.error.code ?? error.error.kind, detail: error.error.detail });
      }
    }
    return failures;
  };

  return {
    deleteObject: async (address, signal) => void (await deleteOne(address, signal)),
    // What is named here is meant whoever wrote it: versions, and all that a bucket holds.
    deleteVersions: (...params) => deleteAll('always', ...params),
    deleteObjects: (bucket, keys, signal, onDeleted) =>
      deleteAll(
        'ifRefused',
        bucket,
        keys.map((key) => ({ key })),
        signal,
        onDeleted,
      ),
  };
}

async function deleteBatch(
  sdk: Sdk,
  bucket: BucketName,
  versions: readonly { readonly key: ObjectKey; readonly versionId?: string }[],
  repeatable: Repeatable,
  signal: AbortSignal,
  onDeleted: OnDeleted | undefined,
): Promise<DeleteFailure[]> {
  const { DeleteObjectsCommand } = await import('./sdkClasses');
  const call = { op: 'DeleteObjects', bucket, repeatable, withMd5: true } as const;
  const Objects = versions.map(({ key, versionId }) => ({
    Key: key,
    ...(versionId === undefined ? {} : { VersionId: versionId }),
  }));
  const answer = await sdk.run(call, signal, async (client, options) =>
    client.send(
      new DeleteObjectsCommand({ Bucket: bucket, Delete: { Quiet: onDeleted === undefined, Objects } }),
      options,
    ),
  );
  onDeleted?.(
    (answer.Deleted ?? []).map(({ Key, DeleteMarker, DeleteMarkerVersionId }) =>
      deletedKey(objectKey(Key ?? ''), DeleteMarker, DeleteMarkerVersionId),
    ),
  );
  return (answer.Errors ?? []).map(({ Key, VersionId, Code, Message }) => ({
    key: objectKey(Key ?? ''),
    ...(VersionId === undefined || VersionId === '' ? {} : { versionId: VersionId }),
    code: Code ?? 'Unknown',
    detail: Message ?? Code ?? 'not deleted',
  }));
}

/** A marker named `null` took the place of an object in a bucket that keeps no more versions: nothing comes back. */
function deletedKey(key: ObjectKey, isMarker: boolean | undefined, markerId: string | undefined): DeletedKey {
  const isOne = isMarker === true && markerId !== undefined && markerId !== '' && markerId !== 'null';
  return isOne ? { key, markerId } : { key };
}
