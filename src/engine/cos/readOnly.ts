import type { Connection } from '../../model/connection';
import { CosFailure } from '../failure';
import type { CosClient } from './client';

/** Everything of a client that changes something. Adding a write to `CosClient` means adding it here. */
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
] as const satisfies readonly (keyof CosClient)[];

/**
 * A client that refuses every write with `denied`/`readOnlyConnection` before anything is sent. Aborting an upload stays
 * possible: it changes no object, and what began before the connection was marked must not stay behind.
 */
export function refuseWrites(client: CosClient, connection: Connection): CosClient {
  const refused = Object.fromEntries(
    writes.map((op) => [
      op,
      async (): Promise<never> => {
        throw new CosFailure({
          kind: 'denied',
          op,
          reason: 'readOnlyConnection',
          retry: 'never',
          detail: `The connection "${connection.name}" is marked read-only; nothing was changed.`,
        });
      },
    ]),
  );
  return { ...client, ...refused };
}
