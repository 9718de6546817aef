import type { FullCosClient } from './fullClient';
import type { WriteGuard } from './writeGuard';

/**
 * What is refused before it begins, with nothing read for it either. A write that is missing here is refused all the same,
 * by its request (`refuseWrite` of `writeGuard.ts`).
 */
const writes = [
  'createBucket',
  'deleteBucket',
  'putObject',
  'copyObject',
  'deleteObject',
  'deleteObjects',
  'deleteVersions',
  'createMultipartUpload',
  'uploadPart',
  'uploadPartCopy',
  'completeMultipartUpload',
  'putTags',
  'putAcl',
  'restoreArchived',
  'putBucketProtection',
  'putObjectLock',
  'putVersioning',
  'putLifecycle',
  'putCors',
  'putBucketTags',
  'putPublicAccessBlock',
  'putBucketAcl',
  'putReplication',
  'reattemptReplication',
  'putBucketWebsite',
  'deleteBucketWebsite',
  'addLegalHold',
  'removeLegalHold',
  'extendRetention',
  'putLockRetention',
  'putLockHold',
  'changeAttributes',
  'restoreVersion',
  'deleteVersion',
  'undeleteObject',
] as const satisfies readonly (keyof FullCosClient)[];

/**
 * A client that asks the guard before every write, so that nothing is sent that it refuses. Aborting an upload stays possible:
 * it changes no object, and what began before the connection was marked must not stay behind.
 */
export function guardWrites(client: FullCosClient, guard: WriteGuard): FullCosClient {
  const guarded = Object.fromEntries(
    writes.map((op) => {
      const operations = client as Readonly<Record<typeof op, (...args: readonly unknown[]) => Promise<unknown>>>;
      return [
        op,
        async (...args: readonly unknown[]): Promise<unknown> => {
          const refusal = guard(op);
          if (refusal !== undefined) throw refusal;
          return await operations[op](...args);
        },
      ];
    }),
  );
  return { ...client, ...guarded };
}
