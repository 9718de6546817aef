import type { ServiceInstance } from '../../contracts';
import type { Bucket, Versioning } from '../../store/buckets';
import { planBody } from '../wire/body';
import { receiveXml } from '../wire/receiveBody';
import { accessDenied, invalidArgument, invalidRequest, S3Error } from '../message/errors';
import {
  carriesBody,
  currentBucket,
  isoTime,
  noSuchBucket,
  ownerIdOf,
  readDocument,
  refuseBody,
  sendDocument,
  sendEmpty,
  sendXml,
  type BucketExchange,
  type Exchange,
} from '../wire/exchange';
import { ownerNode, readLimit } from './listing';
import { defaultProvisioningCode, isBucketName, isProvisioningCode } from './locations';
import { readCannedAcl } from '../object/objectHeaders';
import { protectionOf } from '../locks/retention';
import { rootKeyHeaders } from './rootKey';
import { changeVersioningState, visibleBucket } from '../wire/configurationDelay';
import { allowOnly, parseXml, s3Namespace, textOfChild, writeXml, type XmlNode } from '../message/xml';

/** The instance that a request works in: of the key, or of the header that a token needs here (rules 17, 18). */
function requireInstance(exchange: Exchange): ServiceInstance {
  const { identity } = exchange.options;
  const { principal } = exchange;
  const header = exchange.request.headers.get('ibm-service-instance-id');
  const named = header === undefined ? undefined : identity.findInstance(header);
  switch (principal.kind) {
    case 'anonymous':
      throw accessDenied();
    case 'hmac': {
      const own = identity.findInstance(principal.instanceId);
      if (own === undefined || (header !== undefined && named?.guid !== own.guid)) {
        throw accessDenied('The service instance of the request is not that of the access key.');
      }
      return own;
    }
    case 'iam':
      if (header === undefined || header === '') {
        throw invalidRequest('The header ibm-service-instance-id is required with an IAM token.');
      }
      if (named === undefined || !principal.instanceIds.includes(named.guid)) {
        throw accessDenied('The service instance does not exist or the token has no access to it.');
      }
      return named;
  }
}

/** `GET /` (rule 36). */
export async function listBuckets(exchange: Exchange): Promise<void> {
  const instance = requireInstance(exchange);
  const buckets = exchange.store.buckets.list(instance.guid);
  sendXml(exchange, [
    'ListAllMyBucketsResult',
    [
      ownerNode(ownerIdOf(exchange.principal)),
      [
        'Buckets',
        buckets.map((bucket): XmlNode => [
          'Bucket',
          [
            ['Name', bucket.name],
            ['CreationDate', isoTime(bucket.createdAtMs)],
          ],
        ]),
      ],
    ],
  ]);
}

/** `GET /?extended` (rule 35). */
export async function listBucketsExtended(exchange: Exchange): Promise<void> {
  const instance = requireInstance(exchange);
  const { query } = exchange.request;
  const limit = readLimit(query.get('max-keys'), 'max-keys');
  if (limit === 0) {
    throw invalidArgument('max-keys must be between 1 and 1000.');
  }
  const prefix = query.get('prefix') ?? '';
  const marker = query.get('marker') ?? '';
  const found = exchange.store.buckets.list(instance.guid, { prefix, marker, limit: limit + 1 });
  sendXml(exchange, [
    'ListAllMyBucketsResult',
    [
      ownerNode(ownerIdOf(exchange.principal)),
      ['IsTruncated', String(found.length > limit)],
      ['MaxKeys', limit],
      ['Prefix', prefix],
      ['Marker', marker],
      [
        'Buckets',
        found.slice(0, limit).map((bucket): XmlNode => [
          'Bucket',
          [
            ['Name', bucket.name],
            ['CreationDate', isoTime(bucket.createdAtMs)],
            ['LocationConstraint', bucket.provisioningCode],
          ],
        ]),
      ],
    ],
  ]);
}

/** `PUT /{bucket}` (rules 28-33). */
export async function createBucket(exchange: Exchange, name: string): Promise<void> {
  const { request, store, switches, options } = exchange;
  const instance = requireInstance(exchange);
  if (!isBucketName(name)) {
    throw new S3Error('InvalidBucketName', 'The specified bucket is not valid.');
  }
  const acl = readCannedAcl(request) ?? 'private';
  const rootKeyCrn = readRootKey(exchange);
  const provisioningCode = await readProvisioningCode(exchange, instance);
  const hasObjectLock = request.header('x-amz-bucket-object-lock-enabled') === 'true';
  await store.write(() => {
    const taken = store.buckets.find(name);
    if (taken !== undefined || (store.buckets.findReservation(name) ?? 0) > exchange.nowMs) {
      const code = taken?.instanceGuid === instance.guid ? switches.ownBucketCode : 'BucketAlreadyExists';
      throw new S3Error(
        code,
        'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Select a different name and try again.',
      );
    }
    if (store.buckets.count(instance.guid) >= switches.maxBuckets) {
      throw new S3Error('TooManyBuckets', 'You have attempted to create more buckets than allowed.');
    }
    store.buckets.create({
      name,
      location: options.location,
      provisioningCode,
      instanceGuid: instance.guid,
      ownerId: ownerIdOf(exchange.principal),
      createdAtMs: exchange.nowMs,
      versioning: hasObjectLock ? 'Enabled' : 'never',
      hasObjectLock,
      acl,
      ...(rootKeyCrn === undefined ? {} : { rootKeyCrn }),
    });
  });
  sendEmpty(exchange, 200, { Location: `/${name}` });
}

function readRootKey(exchange: Exchange): string | undefined {
  const algorithm = exchange.request.headers.get('ibm-sse-kp-encryption-algorithm');
  const crn = exchange.request.headers.get('ibm-sse-kp-customer-root-key-crn');
  if (algorithm === undefined && crn === undefined) {
    return undefined;
  }
  if (algorithm !== 'AES256' || crn === undefined) {
    throw invalidArgument(
      'ibm-sse-kp-encryption-algorithm must be AES256 and come with ibm-sse-kp-customer-root-key-crn.',
    );
  }
  if (exchange.options.identity.hasRootKey?.(crn) !== true) {
    throw invalidArgument('The Key CRN could not be found');
  }
  return crn;
}

async function readProvisioningCode(exchange: Exchange, instance: ServiceInstance): Promise<string> {
  const { request, options } = exchange;
  const fallback = defaultProvisioningCode(options.location, instance.plan);
  let code: string | undefined;
  if (carriesBody(exchange)) {
    const plan = planBody(request, exchange.auth, { checksums: 'body' });
    const root = parseXml(await receiveXml(request.message, exchange.response, plan), 'CreateBucketConfiguration');
    allowOnly(root, ['LocationConstraint']);
    code = textOfChild(root, 'LocationConstraint');
  }
  if (!isProvisioningCode(code ?? fallback, options.location, instance.plan)) {
    throw new S3Error(
      'InvalidLocationConstraint',
      `The specified location-constraint is not valid at this endpoint: "${code ?? fallback}".`,
    );
  }
  return code ?? fallback;
}

/** `HEAD /{bucket}`. */
export async function headBucket(exchange: BucketExchange): Promise<void> {
  sendEmpty(exchange, 200, rootKeyHeaders(exchange.bucket));
}

/** `DELETE /{bucket}` (rule 37). */
export async function deleteBucket(exchange: BucketExchange): Promise<void> {
  const { store } = exchange;
  refuseBody(exchange);
  await store.write(() => {
    const bucket = currentBucket(exchange);
    if (!store.buckets.isEmpty(bucket.id)) {
      throw new S3Error(
        'BucketNotEmpty',
        'The bucket you tried to delete is not empty: it holds objects, old versions, delete markers or open multipart uploads.',
      );
    }
    refuseIfBackedUp(exchange, bucket, 'the bucket cannot be deleted');
    store.buckets.delete(bucket, exchange.nowMs + exchange.switches.nameReservationMs);
  });
  sendEmpty(exchange, 204);
}

/** `GET /{bucket}?location` (rule 38). */
export async function getBucketLocation(exchange: BucketExchange): Promise<void> {
  const code = exchange.bucket.provisioningCode;
  const text = exchange.switches.prettyLocation ? `\n  ${code}\n` : code;
  const document = writeXml(['LocationConstraint', code], s3Namespace);
  // White space cannot go through the writer, which escapes line breaks.
  sendDocument(
    exchange.response,
    200,
    Buffer.from(document.toString('utf8').replace(`>${code}<`, `>${text}<`), 'utf8'),
  );
}

/** `GET /{bucket}?versioning` (rule 79). */
export async function getBucketVersioning(exchange: BucketExchange): Promise<void> {
  const { versioning } = exchange.bucket;
  sendXml(exchange, ['VersioningConfiguration', versioning === 'never' ? [] : [['Status', versioning]]]);
}

/** `PUT /{bucket}?versioning` (rule 79). */
export async function putBucketVersioning(exchange: BucketExchange): Promise<void> {
  const root = await readDocument(exchange, 'VersioningConfiguration', 'strict');
  const status = textOfChild(root, 'Status');
  if ((status !== 'Enabled' && status !== 'Suspended') || textOfChild(root, 'MfaDelete') === 'Enabled') {
    throw new S3Error(
      'IllegalVersioningConfigurationException',
      'The versioning configuration specified in the request is invalid: Status must be Enabled or Suspended.',
    );
  }
  await exchange.store.write(() => changeVersioning(exchange, currentBucket(exchange), status));
  sendEmpty(exchange, 200);
}

function changeVersioning(exchange: BucketExchange, bucket: Bucket, status: Versioning): void {
  if (protectionOf(exchange, bucket) !== undefined) {
    throw new S3Error('InvalidBucketState', 'Versioning cannot be configured on a bucket with a retention policy.');
  }
  if (status === 'Suspended' && bucket.hasObjectLock) {
    throw new S3Error(
      'InvalidBucketState',
      'An Object Lock configuration is present on this bucket, so the versioning state cannot be changed.',
    );
  }
  if (status === 'Suspended' && exchange.store.buckets.getSetting(bucket.id, 'replication') !== undefined) {
    throw new S3Error(
      'InvalidBucketState',
      'A replication configuration is present on this bucket, so the versioning state cannot be changed.',
    );
  }
  if (status === 'Suspended') {
    refuseIfBackedUp(exchange, bucket, 'the versioning state cannot be changed');
  }
  changeVersioningState(exchange, status);
}

/** What a backup policy stands in the way of (control-plane §3.4). */
function refuseIfBackedUp(exchange: BucketExchange, bucket: Bucket, consequence: string): void {
  if (exchange.store.backups.hasPolicy(bucket.id)) {
    throw new S3Error('InvalidBucketState', `A backup policy is present on this bucket, so ${consequence}.`);
  }
}

/** The bucket at this endpoint's location; one elsewhere does not exist here (rule 34). */
export function findBucketHere(exchange: Exchange, name: string): Bucket {
  const bucket = exchange.store.buckets.find(name);
  if (bucket === undefined || bucket.location !== exchange.options.location) {
    throw noSuchBucket();
  }
  return visibleBucket(exchange, bucket);
}
