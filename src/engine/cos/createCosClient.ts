import type { Connection, Credential } from '../../model/connection';
import type { EngineClock } from '../clock';
import type { HttpClient } from '../http/httpClient';
import { endpointOrigin, requestAddress } from './address';
import { createAuthorizer } from './authorizer';
import { createBucketDirectory } from './bucketDirectory';
import { createBuckets, createListBuckets } from './buckets';
import type { CosClient } from './client';
import { createConditions } from './conditions';
import { createCopies } from './copy';
import { createDeletion } from './deletion';
import { refusedInstance } from './instance';
import { createListing } from './listing';
import { createMultipart } from './multipart';
import { createFindObject, createHeadObject, createObjects } from './objects';
import { createSdk } from './sdk';
import { createTags } from './tags';
import { createUploadChecksums } from './uploadChecksums';
import { createUploadListing } from './uploadListing';
import { createWire } from './wire';
import { refuseWrites } from './readOnly';

/** What a client is made of. */
export interface CosClientOptions {
  readonly connection: Connection;
  /** Asked when the first request is signed, and again after it failed. */
  readonly resolveCredential: (signal: AbortSignal) => Promise<Credential>;
  readonly http: HttpClient;
  readonly clock: EngineClock;
}

/** The service as one connection sees it. Sends nothing until it is used. Throws `invalid` for a malformed endpoint. */
export function createCosClient(options: CosClientOptions): CosClient {
  const { connection, http, clock } = options;
  const authorizer = createAuthorizer(options);
  // The directory lists through the wire, and the wire asks the directory where buckets are.
  const wire = createWire({ connection, http, clock, authorizer, directory: () => directory });
  const listBuckets = createListBuckets(wire, (failure) =>
    connection.kind === 'iam' ? refusedInstance(failure, connection, authorizer.currentToken()) : failure,
  );
  const directory = createBucketDirectory(connection, clock, listBuckets);
  const sdk = createSdk(wire);
  const headObject = createHeadObject(wire);
  const findObject = createFindObject(headObject);
  const conditions = createConditions(findObject, (bucket, signal) => wire.originOf(bucket, signal));
  const checksums = createUploadChecksums((connection.kind === 'hmac' ? connection.checksums : undefined) ?? 'learned');

  const client: CosClient = {
    service: serviceOf(connection),
    isReadOnly: connection.isReadOnly === true,
    ...createBuckets(connection, wire, directory, listBuckets),
    ...createListing(wire),
    headObject,
    ...createTags(sdk),
    ...createObjects(wire, conditions, checksums, findObject),
    ...createCopies(sdk, conditions),
    ...createDeletion(sdk),
    ...createUploadListing(sdk),
    ...createMultipart(wire, sdk, conditions, checksums, findObject),
    async objectUrl(address) {
      const origin = await directory.originOf(address.bucket, AbortSignal.timeout(30_000));
      const { origin: host, path } = requestAddress(origin, connection, address.bucket, address.key);
      const version = address.versionId === undefined ? '' : `?versionId=${encodeURIComponent(address.versionId)}`;
      return `${host}${path}${version}`;
    },
    async close() {
      directory.close();
      authorizer.close();
      sdk.close();
    },
  };
  return connection.isReadOnly === true ? refuseWrites(client, connection) : client;
}

/** An instance is the same behind each of its endpoints; where none is named, the endpoint stands for the service. */
function serviceOf(connection: Connection): string {
  switch (connection.kind) {
    case 'iam':
      return `instance ${connection.serviceInstanceId.trim().split(':').at(7) ?? connection.serviceInstanceId.trim()}`;
    case 'hmac':
      return `endpoint ${endpointOrigin(connection.endpoint)}`;
  }
}
