import type { Bucket } from '../../store/buckets';
import type { ObjectVersion } from '../../store/objects';
import { refuseIfArchived } from '../lifecycle/archive';
import { checkFirewall } from '../authorize';
import { roleAllows } from '../auth/permissions';
import { checkCopyConditions } from './conditions';
import { readCustomerKey, requireSameKey, type CustomerKey } from './customerKey';
import { accessDenied, invalidArgument } from '../message/errors';
import { noSuchBucket, type ObjectExchange } from '../wire/exchange';
import { findReadableVersion } from './objects';

/** The source of a copy. */
export interface CopySource {
  readonly bucket: Bucket;
  readonly version: ObjectVersion;
  /** The customer key under which the source is stored, if it is (rule 71). */
  readonly key?: CustomerKey;
}

/** Reads `x-amz-copy-source` and finds what it names (rule 66). */
export function findCopySource(exchange: ObjectExchange): CopySource {
  const { bucketName, key, versionId } = parseCopySource(exchange.request.header('x-amz-copy-source') ?? '');
  const bucket = exchange.store.buckets.find(bucketName);
  if (
    bucket === undefined ||
    (exchange.switches.copyAcrossLocations === 'refused' && bucket.location !== exchange.options.location)
  ) {
    throw noSuchBucket();
  }
  checkFirewall(exchange, bucket);
  const { principal } = exchange;
  const ownsInstance =
    principal.kind === 'iam'
      ? principal.instanceIds.includes(bucket.instanceGuid)
      : principal.kind === 'hmac' && principal.instanceId === bucket.instanceGuid;
  if (principal.kind === 'anonymous' || !ownsInstance || !roleAllows(principal.role, 'readObject')) {
    throw accessDenied();
  }
  const version = findReadableVersion(exchange, bucket.id, key, versionId);
  const sourceKey = readCustomerKey(exchange, 'copySource');
  requireSameKey(version.encryption, sourceKey);
  refuseIfArchived(version, exchange.nowMs);
  checkCopyConditions((name) => exchange.request.header(name), version);
  return { bucket, version, ...(sourceKey === undefined ? {} : { key: sourceKey }) };
}

/** Takes `[/]bucket/key[?versionId=…]` apart; the address is percent-encoded UTF-8. */
function parseCopySource(header: string): { bucketName: string; key: string; versionId?: string } {
  const [path = '', query] = splitOnce(header, '?');
  let decoded: string;
  try {
    decoded = decodeURIComponent(path);
  } catch {
    throw invalidArgument('x-amz-copy-source must be percent-encoded UTF-8.');
  }
  const plain = decoded.startsWith('/') ? decoded.slice(1) : decoded;
  const slash = plain.indexOf('/');
  if (slash <= 0 || slash === plain.length - 1) {
    throw invalidArgument('x-amz-copy-source must name a bucket and a key: "[/]bucket/key[?versionId=id]".');
  }
  const address = { bucketName: plain.slice(0, slash), key: plain.slice(slash + 1) };
  if (query === undefined) {
    return address;
  }
  if (!query.startsWith('versionId=')) {
    throw invalidArgument('x-amz-copy-source may only carry the parameter versionId.');
  }
  return { ...address, versionId: query.slice('versionId='.length) };
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, undefined] : [text.slice(0, at), text.slice(at + 1)];
}
