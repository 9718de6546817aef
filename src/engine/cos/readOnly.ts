import type { Connection } from '../../model/connection';
import type { FullCosClient } from './fullClient';
import { readOnlyRefusal } from './readOnlyRefusal';

/** Everything of a client that changes something. Adding a write to the client means adding it here. */
const writes = [
  'createBucket',
  'deleteBucket',
  'putObject',
  'copyObject',
  'deleteObject',
  'deleteObjects',
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
 * A client that refuses every write with `denied`/`readOnlyConnection` before anything is sent. Aborting an upload stays
 * possible: it changes no object, and what began before the connection was marked must not stay behind.
 */
export function refuseWrites(client: FullCosClient, connection: Connection): FullCosClient {
  const refused = Object.fromEntries(
    writes.map((op) => [
      op,
      async (): Promise<never> => {
        throw readOnlyRefusal(op, connection);
      },
    ]),
  );
  return { ...client, ...refused };
}
