import { findPasscodePage, redeemPasscode } from '../../../src/engine/auth/passcode';
import { requestToken, type TokenGrant } from '../../../src/engine/auth/iam';
import { backupsOf } from '../../../src/engine/backup/backups';
import { getBucketConfig, updateBucketConfig } from '../../../src/engine/control/bucketConfig';
import { createHmacKey } from '../../../src/engine/control/hmacKeys';
import { listInstances, listResourceInstances } from '../../../src/engine/control/instances';
import { listKeyInstances, listRootKeys } from '../../../src/engine/control/rootKeys';
import type { FullCosClient } from '../../../src/engine/cos/fullClient';
import type { HttpClient } from '../../../src/engine/http/httpClient';
import { bucketName, objectKey, type UploadId } from '../../../src/model/ids';
import type { BackupRequests } from '../../../src/protocol/backups';

/** What an operation is run with. */
export interface Subject {
  readonly client: FullCosClient;
  /** By API key, for the services around the data plane. */
  readonly iamClient: FullCosClient;
  readonly http: HttpClient;
  readonly origin: string;
  readonly signal: AbortSignal;
}

type Run = (subject: Subject) => Promise<unknown>;

/** Why there is nothing to lie to. */
export interface NoRequest {
  readonly because: string;
}

const bucket = bucketName('bucket');
const address = { bucket, key: objectKey('k') };
const version = { ...address, versionId: 'v1' };
const target = { bucket, key: objectKey('target') };
const uploadId = 'upload' as UploadId;
const always = { kind: 'always' } as const;
const parts = [{ partNumber: 1, etag: 'e', sizeBytes: 1 }];
const noRequest = (because: string): NoRequest => ({ because });

/** Everything that a client can do, by the client's own names: one that is missing here is an error of types. */
export const clientOperations: { readonly [Name in keyof FullCosClient]-?: Run | NoRequest } = {
  service: noRequest('a name'),
  isReadOnly: noRequest('a setting'),
  hasGrants: noRequest('a setting'),
  serviceInstanceId: noRequest('a setting'),
  guard: noRequest('asks nobody'),
  control: noRequest('its operations have rows of their own'),
  close: noRequest('ends the client'),
  endpointOf: noRequest('answers with the home endpoint where nobody can tell'),
  objectUrl: noRequest('a lookup of its bucket only, as of every other operation'),
  createLink: noRequest('signs here'),
  listBuckets: async ({ client, signal }) => await client.listBuckets(signal),
  getBucket: async ({ client, signal }) => await client.getBucket(bucket, signal),
  createBucket: async ({ client, signal }) => await client.createBucket(bucket, {}, signal),
  deleteBucket: async ({ client, signal }) => await client.deleteBucket(bucket, signal),
  listPage: async ({ client, signal }) => await client.listPage(bucket, { prefix: '', delimiter: '/' }, signal),
  headObject: async ({ client, signal }) => await client.headObject(address, signal),
  partSize: async ({ client, signal }) => await client.partSize(address, 1, 'e', signal),
  getTags: async ({ client, signal }) => await client.getTags(address, signal),
  readObject: async ({ client, signal }) => await client.readObject(address, {}, () => undefined, signal),
  putObject: async ({ client, signal }) =>
    await client.putObject(address, Buffer.from('x'), { headers: {} }, always, signal),
  copyObject: async ({ client, signal }) => await client.copyObject(address, target, { condition: always }, signal),
  deleteObject: async ({ client, signal }) => await client.deleteObject(address, signal),
  deleteObjects: async ({ client, signal }) => await client.deleteObjects(bucket, [address.key], signal),
  deleteVersions: async ({ client, signal }) =>
    await client.deleteVersions(bucket, [{ key: address.key, versionId: 'v1' }], signal),
  listVersions: async ({ client, signal }) => await client.listVersions(bucket, { prefix: '', delimiter: '' }, signal),
  createMultipartUpload: async ({ client, signal }) =>
    await client.createMultipartUpload(address, { headers: {} }, signal),
  uploadPart: async ({ client, signal }) =>
    await client.uploadPart(address, { uploadId, partNumber: 1 }, Buffer.from('x'), signal),
  uploadPartCopy: async ({ client, signal }) =>
    await client.uploadPartCopy(
      address,
      target,
      { uploadId, partNumber: 1, range: { offsetBytes: 0, lengthBytes: 5 } },
      'e',
      signal,
    ),
  listMultipartUploads: async ({ client, signal }) => await client.listMultipartUploads(bucket, {}, signal),
  listParts: async ({ client, signal }) => await client.listParts(address, uploadId, signal),
  completeMultipartUpload: async ({ client, signal }) =>
    await client.completeMultipartUpload(address, uploadId, parts, { condition: always }, signal),
  abortMultipartUpload: async ({ client, signal }) => await client.abortMultipartUpload(address, uploadId, signal),
  putTags: async ({ client, signal }) => await client.putTags(address, { a: 'b' }, signal),
  getAcl: async ({ client, signal }) => await client.getAcl(address, signal),
  getAccessList: async ({ client, signal }) => await client.getAccessList(address, signal),
  putAcl: async ({ client, signal }) => await client.putAcl(address, 'private', signal),
  restoreArchived: async ({ client, signal }) => await client.restoreArchived(address, { days: 1 }, signal),
  getPublicAccessBlock: async ({ client, signal }) => await client.getPublicAccessBlock(bucket, signal),
  putPublicAccessBlock: async ({ client, signal }) => await client.putPublicAccessBlock(bucket, undefined, signal),
  getBucketAcl: async ({ client, signal }) => await client.getBucketAcl(bucket, signal),
  putBucketAcl: async ({ client, signal }) => await client.putBucketAcl(bucket, 'private', signal),
  getCors: async ({ client, signal }) => await client.getCors(bucket, signal),
  putCors: async ({ client, signal }) => await client.putCors(bucket, [], signal),
  getLifecycle: async ({ client, signal }) => await client.getLifecycle(bucket, signal),
  putLifecycle: async ({ client, signal }) => await client.putLifecycle(bucket, [], signal),
  getBucketProtection: async ({ client, signal }) => await client.getBucketProtection(bucket, signal),
  putBucketProtection: async ({ client, signal }) =>
    await client.putBucketProtection(
      bucket,
      { minimumDays: 1, defaultDays: 1, maximumDays: 1, isPermanentAllowed: false },
      signal,
    ),
  getObjectLock: async ({ client, signal }) => await client.getObjectLock(bucket, signal),
  putObjectLock: async ({ client, signal }) => await client.putObjectLock(bucket, undefined, signal),
  getMechanism: async ({ client, signal }) => await client.getMechanism(bucket, signal),
  getReplication: async ({ client, signal }) => await client.getReplication(bucket, signal),
  putReplication: async ({ client, signal }) => await client.putReplication(bucket, [], signal),
  listReplicationFailures: async ({ client, signal }) =>
    await client.listReplicationFailures(bucket, undefined, signal),
  reattemptReplication: async ({ client, signal }) => await client.reattemptReplication(bucket, signal),
  getBucketTags: async ({ client, signal }) => await client.getBucketTags(bucket, signal),
  putBucketTags: async ({ client, signal }) => await client.putBucketTags(bucket, {}, signal),
  getVersioning: async ({ client, signal }) => await client.getVersioning(bucket, signal),
  putVersioning: async ({ client, signal }) => await client.putVersioning(bucket, 'enabled', signal),
  getBucketWebsite: async ({ client, signal }) => await client.getBucketWebsite(bucket, signal),
  putBucketWebsite: async ({ client, signal }) =>
    await client.putBucketWebsite(bucket, { kind: 'pages', indexDocument: 'i' } as never, signal),
  deleteBucketWebsite: async ({ client, signal }) => await client.deleteBucketWebsite(bucket, signal),
  getProtection: async ({ client, signal }) => await client.getProtection(address, signal),
  addLegalHold: async ({ client, signal }) => await client.addLegalHold(address, 'hold', signal),
  removeLegalHold: async ({ client, signal }) => await client.removeLegalHold(address, 'hold', signal),
  extendRetention: async ({ client, signal }) =>
    await client.extendRetention(address, { kind: 'byDays', days: 1 } as never, signal),
  putLockRetention: async ({ client, signal }) =>
    await client.putLockRetention(version, undefined, { bypassGovernance: false }, signal),
  putLockHold: async ({ client, signal }) => await client.putLockHold(version, true, signal),
  getObjectState: async ({ client, signal }) => await client.getObjectState(address, signal),
  changeAttributes: async ({ client, signal }) =>
    await client.changeAttributes(address, undefined, { tags: { a: 'b' } }, { method: 'copy', lock: 'keep' }, signal),
  restoreVersion: async ({ client, signal }) =>
    await client.restoreVersion(version, { condition: always, lock: 'keep' }, signal),
  deleteVersion: async ({ client, signal }) => await client.deleteVersion(version, { bypassGovernance: false }, signal),
  undeleteObject: async ({ client, signal }) => await client.undeleteObject(address, signal),
};

/** Every way to ask IAM for a token: one that is missing here is an error of types. */
const grants: { readonly [Kind in TokenGrant['kind']]: { readonly name: string; readonly grant: TokenGrant } } = {
  apiKey: { name: 'token for an API key', grant: { kind: 'apiKey', apiKey: 'secret-api-key' } },
  passcode: { name: 'token for a passcode', grant: { kind: 'passcode', passcode: 'secret-passcode' } },
  refreshToken: { name: 'token for a session', grant: { kind: 'refreshToken', refreshToken: 'secret-refresh' } },
  profile: {
    name: 'token for a trusted profile',
    grant: { kind: 'profile', profileId: 'p', computeToken: 'secret-compute' },
  },
};
const tokenOperations = Object.fromEntries(
  Object.values(grants).map(({ name, grant }): [string, Run] => [
    name,
    async ({ http, origin, signal }) => await requestToken(http, origin, grant, signal),
  ]),
);

const vault = 'vault';
const vaultCrn = 'crn:v1:bluemix:public:cloud-object-storage:us-south:a/1:guid:backup-vault:vault';
const targetCrn = 'crn:v1:bluemix:public:cloud-object-storage:global:a/1:guid:bucket:bucket';
const days = 30;
type BackupParams = { readonly [M in keyof BackupRequests]: Omit<BackupRequests[M]['params'], 'connectionId'> };
/** Every operation on backups, by the names of the requests: one that is missing here is an error of types. */
const backupParams: BackupParams = {
  'backups/listPolicies': { bucket },
  'backups/getPolicy': { bucket, policyId: 'p' },
  'backups/createPolicy': { bucket, name: 'n', vaultCrn, deleteAfterDays: days },
  'backups/deletePolicy': { bucket, policyId: 'p' },
  'backups/listVaults': {},
  'backups/getVault': { vault },
  'backups/createVault': { vault, region: 'us-south', tracksManagementEvents: false, hasUsageMetrics: false },
  'backups/updateVault': { vault, hasUsageMetrics: true },
  'backups/deleteVault': { vault },
  'backups/listRanges': { vault },
  'backups/getRange': { vault, rangeId: 'r' },
  'backups/extendRange': { vault, rangeId: 'r', deleteAfterDays: days },
  'backups/startRestore': { vault, rangeId: 'r', pointInTimeMs: 1_700_000_000_000, targetCrn },
  'backups/listRestores': { vault },
  'backups/getRestore': { vault, restoreId: 'r' },
};
const backupOperation =
  <M extends keyof BackupRequests>(method: M): Run =>
  async ({ iamClient, signal }) =>
    await backupsOf(iamClient)[method](backupParams[method], signal);
const backupOperations = Object.fromEntries(
  (Object.keys(backupParams) as (keyof BackupRequests)[]).map((method): [string, Run] => [
    method,
    backupOperation(method),
  ]),
);

const keyCrn = 'crn:v1:bluemix:public:kms:us-south:a/1:00000000-0000-0000-0000-000000000000::';

/** IAM and the services around the data plane. Those that are functions of their own stand here by name; a test finds one that does not. */
export const serviceOperations: Readonly<Record<string, Run>> = {
  ...tokenOperations,
  ...backupOperations,
  findPasscodePage: async ({ http, origin, signal }) => await findPasscodePage(http, origin, signal),
  redeemPasscode: async ({ http, origin, signal }) =>
    await redeemPasscode(http, { iamEndpoint: origin, accountsEndpoint: origin }, 'secret-passcode', signal),
  listResourceInstances: async ({ iamClient, signal }) =>
    await listResourceInstances(iamClient.control, { resource_id: 'r' }, signal),
  listInstances: async ({ iamClient, signal }) => await listInstances(iamClient.control, signal),
  getBucketConfig: async ({ iamClient, signal }) => await getBucketConfig(iamClient.control, bucket, signal),
  updateBucketConfig: async ({ iamClient, signal }) =>
    await updateBucketConfig(iamClient.control, bucket, { hard_quota: 1 }, undefined, signal),
  createHmacKey: async ({ iamClient, signal }) =>
    await createHmacKey(iamClient.control, { name: 'n', serviceInstanceId: 'i', role: 'Writer' }, signal),
  listKeyInstances: async ({ iamClient, signal }) => await listKeyInstances(iamClient.control, signal),
  listRootKeys: async ({ iamClient, signal }) => await listRootKeys(iamClient.control, keyCrn, signal),
};
