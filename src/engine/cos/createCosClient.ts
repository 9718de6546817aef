import type { Connection, Credential } from '../../model/connection';
import { locationOfHost } from '../../model/location';
import { checksumsInPlace, type Checksums } from '../checksums/checksums';
import type { EngineClock } from '../clock';
import { createControlClient } from '../control/controlClient';
import type { HttpClient } from '../http/httpClient';
import { endpointOrigin, requestAddress } from './address';
import { createAcl } from './acl';
import { createArchive } from './archive';
import { createAuthorizer } from './authorizer';
import { createBucketAccess } from './bucketAccess';
import { createBucketCors } from './bucketCors';
import { createBucketLifecycle } from './bucketLifecycle';
import { createBucketProtection } from './bucketProtection';
import { createBucketReplication } from './bucketReplication';
import { createBucketTagging } from './bucketTagging';
import { createBucketVersioning } from './bucketVersioning';
import { createBucketWebsite } from './bucketWebsite';
import { createBucketDirectory } from './bucketDirectory';
import { createBuckets, createListBuckets } from './buckets';
import { createConditions } from './conditions';
import { createCopies } from './copy';
import { createDeletion } from './deletion';
import { refusedInstance } from './instance';
import type { FullCosClient } from './fullClient';
import { createLinks } from './links';
import { createListing } from './listing';
import { createMetadata } from './metadata';
import { createMultipart } from './multipart';
import { createFindObject, createHeadObject, createObjects, createPartSize } from './objects';
import { createObjectState } from './objectState';
import { createProtection } from './protection';
import { createLastLook } from './lastLook';
import { copyLimits, createRewrite, type CopyLimits } from './rewrite';
import { createSdk } from './sdk';
import { createTags } from './tags';
import { createUploadChecksums } from './uploadChecksums';
import { createVersions } from './versions';
import { createUploadListing } from './uploadListing';
import { createWire } from './wire';
import { guardWrites } from './readOnly';
import { createWriteGuard, type WriteAllowances } from './writeGuard';

/** What a client is made of. */
export interface CosClientOptions {
  readonly connection: Connection;
  /** Asked when the first request is signed, and again after it failed. */
  readonly resolveCredential: (signal: AbortSignal) => Promise<Credential>;
  /** Changes that a person allowed; without them a production connection allows none. */
  readonly allowances?: WriteAllowances;
  /** Told when a credential took the place of the one that was resolved. */
  readonly keepCredential?: (credential: Credential) => void;
  readonly http: HttpClient;
  readonly clock: EngineClock;
  /** Who takes the checksums of what is written; whoever writes it, when absent. */
  readonly checksums?: Checksums;
  /** Where a server copies less at once than COS. */
  readonly copyLimits?: CopyLimits;
}

/** The service as one connection sees it. Sends nothing until it is used. Throws `invalid` for a malformed endpoint. */
export function createCosClient(options: CosClientOptions): FullCosClient {
  const { connection, http, clock } = options;
  const authorizer = createAuthorizer(options);
  const guard = createWriteGuard(connection, options.allowances);
  // The directory lists through the wire, and the wire asks the directory where buckets are.
  const wire = createWire({ connection, http, clock, authorizer, guard, directory: () => directory });
  const listSigned = createListBuckets(wire, (failure) =>
    connection.kind === 'iam' ? refusedInstance(failure, connection, authorizer.currentToken()) : failure,
  );
  // Nobody may list buckets without saying who they are (data-plane §21).
  const listBuckets = connection.kind === 'anonymous' ? async () => [] : listSigned;
  const directory = createBucketDirectory(connection, clock, listBuckets);
  const sdk = createSdk(wire);
  const headObject = createHeadObject(wire);
  const partSize = createPartSize(wire);
  const findObject = createFindObject(headObject);
  const conditions = createConditions(findObject, (bucket, signal) => wire.originOf(bucket, signal));
  const checksums = createUploadChecksums(
    (connection.kind === 'hmac' ? connection.checksums : undefined) ?? 'learned',
    options.checksums ?? checksumsInPlace,
  );

  const tags = createTags(wire, sdk);
  const acl = createAcl(wire, mayNamePeople(connection));
  const bucketProtection = createBucketProtection(wire);
  const protection = createProtection(wire, clock, headObject, bucketProtection);
  const { readWhole, ...state } = createObjectState(wire, {
    headObject,
    ...tags,
    ...acl,
    ...bucketProtection,
    ...protection,
  });
  const objects = createObjects(wire, conditions, checksums, findObject, partSize);
  const copies = createCopies(sdk, conditions);
  const multipart = createMultipart(wire, sdk, conditions, checksums, findObject);
  const look = createLastLook(clock, { headObject, ...tags, ...acl });
  const rewrite = createRewrite(
    sdk,
    clock,
    conditions,
    { headObject, ...objects, ...copies, ...multipart, ...protection },
    look,
    options.copyLimits ?? copyLimits,
  );

  const client: FullCosClient = {
    service: serviceOf(connection),
    isReadOnly: connection.isReadOnly === true,
    ...createBuckets(connection, wire, directory, listBuckets),
    ...createListing(wire),
    headObject,
    partSize,
    ...tags,
    ...acl,
    ...objects,
    ...copies,
    ...createDeletion(sdk),
    ...multipart,
    ...bucketProtection,
    ...createBucketVersioning(wire),
    ...createBucketLifecycle(wire),
    ...createBucketAccess(wire),
    ...createBucketCors(wire),
    ...createBucketReplication(wire),
    ...createBucketTagging(wire),
    ...createBucketWebsite(wire),
    ...protection,
    ...state,
    ...createMetadata({ headObject, ...tags, ...acl, readWhole, rewrite, look }),
    ...createVersions(wire, clock, protection),
    ...createArchive(wire),
    ...createLinks(connection, wire, authorizer, clock, guard),
    ...createUploadListing(wire),
    guard,
    control: createControlClient({ connection, http, authorizer, guard }),
    ...(connection.kind === 'iam' ? { serviceInstanceId: connection.serviceInstanceId } : {}),
    async endpointOf(bucket, signal) {
      if (bucket === undefined) return directory.homeOrigin;
      return await directory.originOf(bucket, signal).catch(() => directory.homeOrigin);
    },
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
  return connection.isReadOnly === true || connection.isProduction === true ? guardWrites(client, guard) : client;
}

/** An instance is the same behind each of its endpoints; where none is named, the endpoint stands for the service. */
function serviceOf(connection: Connection): string {
  switch (connection.kind) {
    case 'iam':
      return `instance ${connection.serviceInstanceId.trim().split(':').at(7) ?? connection.serviceInstanceId.trim()}`;
    case 'anonymous':
    case 'hmac':
      return `endpoint ${endpointOrigin(connection.endpoint)}`;
  }
}

/** Lists of IBM Cloud are canned (data-plane §14); what other services say is theirs. */
function mayNamePeople(connection: Connection): boolean {
  if (connection.kind === 'iam') return false;
  return locationOfHost(new URL(endpointOrigin(connection.endpoint)).host) === undefined;
}
