import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import type { ObjectVersion } from '../../store/objects';
import { isVersionId } from '../../store/objects';
import { archiveHeaders, refuseIfArchived } from '../lifecycle/archive';
import { planBody } from '../wire/body';
import { customerKeyHeaders, readBytes, readCustomerKey, requireSameKey } from './customerKey';
import { receiveVersion } from './receiveVersion';
import { checkReadConditions } from './conditions';
import { invalidArgument, invalidRequest, S3Error } from '../message/errors';
import {
  currentBucket,
  ownerIdOf,
  refuseBody,
  sendEmpty,
  setHeaders,
  type BucketExchange,
  type ObjectExchange,
  type ResponseHeaders,
} from '../wire/exchange';
import { lockHeaders, refuseIfLocked } from '../locks/objectLock';
import { checksumHeaders, describeObject, isHeaderValue, shownVersionId } from './objectHeaders';
import { readPartNumber, readRange } from './range';
import { atBandwidth } from '../wire/bandwidth';
import { withFaults } from '../wire/responseFaults';
import { refuseIfRetained, retentionHeaders } from '../locks/retention';
import { refuseServerEncryption, serverEncryptionHeader } from './serverEncryption';
import { readObjectHeaders } from './writeObject';

/** `PUT /{bucket}/{key}`. */
export async function putObject(exchange: ObjectExchange): Promise<void> {
  const headers = readObjectHeaders(exchange);
  const customerKey = readCustomerKey(exchange, 'object');
  const plan = planBody(exchange.request, exchange.auth, { checksums: 'body' });
  const version = await receiveVersion(exchange, headers, plan, { maxBytes: exchange.switches.maxPutBytes });
  sendEmpty(exchange, 200, {
    ETag: `"${version.etag}"`,
    ...checksumHeaders(version),
    ...serverEncryptionHeader(version.attributes),
    ...customerKeyHeaders(customerKey),
    'x-amz-version-id': shownVersionId(exchange, version),
  });
}

/** The version that a request means; throws when there is none, or a delete marker in its place (rule 80). */
export function findRequestedVersion(exchange: ObjectExchange): ObjectVersion {
  const versionId = exchange.request.query.get('versionId');
  return findReadableVersion(exchange, exchange.bucket.id, exchange.key, versionId);
}

export function findReadableVersion(
  exchange: BucketExchange,
  bucketId: number,
  key: string,
  versionId: string | undefined,
): ObjectVersion {
  if (versionId === undefined) {
    const latest = exchange.store.objects.findLatest(bucketId, key);
    if (latest === undefined || latest.isMarker) {
      throw new S3Error(
        'NoSuchKey',
        'The specified key does not exist.',
        latest === undefined ? {} : { 'x-amz-delete-marker': 'true', 'x-amz-version-id': latest.versionId },
      );
    }
    return latest;
  }
  checkVersionId(versionId);
  const version = exchange.store.objects.findVersion(bucketId, key, versionId);
  if (version === undefined) {
    throw noSuchVersion();
  }
  if (version.isMarker) {
    throw new S3Error(
      'MethodNotAllowed',
      'The specified method is not allowed against this resource: the version is a delete marker.',
      {
        'x-amz-delete-marker': 'true',
        'x-amz-version-id': version.versionId,
      },
    );
  }
  return version;
}

function noSuchVersion(): S3Error {
  return new S3Error('NoSuchVersion', 'The specified version does not exist.');
}

function checkVersionId(versionId: string): void {
  if (!isVersionId(versionId)) {
    throw invalidArgument(`Invalid version id specified: "${versionId}".`);
  }
}

/** `GET` and `HEAD /{bucket}/{key}` (rules 56, 63, 64). */
export async function getObject(exchange: ObjectExchange): Promise<void> {
  const { request, response, store, switches } = exchange;
  refuseServerEncryption(request);
  const customerKey = readCustomerKey(exchange, 'object');
  const overrides = readOverrides(exchange);
  const partNumber = readPartNumber(request);
  const version = findRequestedVersion(exchange);
  requireSameKey(version.encryption, customerKey);
  const isHead = request.method === 'HEAD';
  if (!isHead) {
    refuseIfArchived(version, exchange.nowMs);
  }
  checkReadConditions((name) => request.headers.get(name), version, switches);
  const segments = store.objects.segments(version);
  const slice = readRange(request, partNumber, version, segments);
  setHeaders(response, {
    ...describeObject(exchange, version),
    ...lockHeaders(version),
    ...retentionHeaders(version),
    ...archiveHeaders(version, exchange.nowMs),
    ...customerKeyHeaders(customerKey),
    ...(slice.kind === 'whole' && request.header('x-amz-checksum-mode')?.toUpperCase() === 'ENABLED'
      ? checksumHeaders(version)
      : {}),
    ...overrides,
    ...(slice.kind === 'whole'
      ? {}
      : {
          'Content-Range': `bytes ${slice.startByte}-${slice.endByte - 1}/${version.sizeBytes}`,
          'x-amz-mp-parts-count': slice.partCount,
        }),
    'Content-Length': slice.endByte - slice.startByte,
  });
  const status = slice.kind === 'whole' ? 200 : 206;
  if (isHead) {
    response.writeHead(status).end();
    return;
  }
  // Opened before anything else is awaited: from here on a delete cannot take the bytes away.
  const bytes = await readBytes(store.blobs, { version, segments, key: customerKey }, slice.startByte, slice.endByte);
  if (response.destroyed) {
    await bytes.return?.();
    return;
  }
  response.writeHead(status);
  const sent = atBandwidth(response, withFaults(bytes, exchange.faults, response));
  await pipeline(Readable.from(sent, { objectMode: false }), response);
}

const overridable = [
  'content-type',
  'content-disposition',
  'content-encoding',
  'content-language',
  'cache-control',
  'expires',
];

/** `response-*` parameters, which only a signed GET may carry. */
function readOverrides(exchange: ObjectExchange): ResponseHeaders {
  const overrides: Record<string, string> = {};
  for (const name of overridable) {
    const value = exchange.request.query.get(`response-${name}`);
    if (value !== undefined) {
      if (exchange.principal.kind === 'anonymous') {
        throw invalidRequest('Request specific response headers cannot be used for anonymous GET requests.');
      }
      if (!isHeaderValue(value)) {
        throw invalidArgument(`The value of response-${name} cannot be sent as a header.`);
      }
      overrides[name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase())] = value;
    }
  }
  return overrides;
}

/** What a delete did to one key. */
export type Deletion =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'removed'; readonly version: ObjectVersion }
  | { readonly kind: 'marked'; readonly marker: ObjectVersion };

/** Deletes a key or one of its versions, inside a write transaction (rules 65, 80, 84, 91). */
export function deleteKey(exchange: BucketExchange, key: string, versionId: string | undefined): Deletion {
  const { store, nowMs } = exchange;
  const bucket = currentBucket(exchange);
  if (versionId !== undefined) {
    checkVersionId(versionId);
  }
  const target =
    versionId === undefined
      ? store.objects.findLatest(bucket.id, key)
      : store.objects.findVersion(bucket.id, key, versionId);
  if (target === undefined && versionId !== undefined && exchange.switches.absentVersionDeleteStatus === 404) {
    throw noSuchVersion();
  }
  if (versionId === undefined && bucket.versioning !== 'never') {
    return { kind: 'marked', marker: store.objects.putMarker(bucket, key, ownerIdOf(exchange.principal), nowMs) };
  }
  if (target === undefined) {
    return { kind: 'nothing' };
  }
  refuseIfRetained(target, nowMs);
  refuseIfLocked(exchange, target);
  store.objects.remove(target);
  return { kind: 'removed', version: target };
}

/** `DELETE /{bucket}/{key}[?versionId]`. */
export async function deleteObject(exchange: ObjectExchange): Promise<void> {
  refuseBody(exchange);
  const versionId = exchange.request.query.get('versionId');
  const deletion = await exchange.store.write(() => deleteKey(exchange, exchange.key, versionId));
  switch (deletion.kind) {
    case 'nothing':
      return sendEmpty(exchange, 204);
    case 'marked':
      return sendEmpty(exchange, 204, { 'x-amz-delete-marker': 'true', 'x-amz-version-id': deletion.marker.versionId });
    case 'removed':
      return sendEmpty(exchange, 204, {
        'x-amz-delete-marker': deletion.version.isMarker ? 'true' : undefined,
        'x-amz-version-id': versionId === undefined ? undefined : deletion.version.versionId,
      });
  }
}
