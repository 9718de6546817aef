import { createHash, randomBytes } from 'node:crypto';
import type { ChecksumAlgorithm, Encryption, ObjectChecksum, ObjectVersion, Retention } from '../../store/objects';
import type { Segment } from '../../store/blobReader';
import { knownAlgorithm } from '../wire/body';
import { createDigest, type Digest } from '../wire/checksums';
import {
  customerKeyHeaders,
  encryptionOf,
  readBytes,
  readCustomerKey,
  startSealing,
  type CustomerKey,
} from './customerKey';
import { findCopySource, type CopySource } from './copySource';
import { invalidArgument, invalidRequest, S3Error } from '../message/errors';
import { isoTime, refuseBody, sendXml, type ObjectExchange } from '../wire/exchange';
import { shownVersionId } from './objectHeaders';
import { checkPeriod, protectionOf, readRetentionHeaders, type RetentionHeaders } from '../locks/retention';
import { sendErrorIn200 } from '../wire/errorIn200';
import { readServerEncryption, serverEncryptionHeader, withServerEncryption } from './serverEncryption';
import { readObjectHeaders, storeVersion, type ObjectHeaders } from './writeObject';
import type { XmlNode } from '../message/xml';

/** `PUT /{bucket}/{key}` with `x-amz-copy-source` (rules 66, 99). */
export async function copyObject(exchange: ObjectExchange): Promise<void> {
  const { request, store, switches } = exchange;
  refuseBody(exchange);
  const metadata = readDirective(exchange, 'x-amz-metadata-directive');
  const tagging = readDirective(exchange, 'x-amz-tagging-directive');
  const headers = readObjectHeaders(exchange);
  const encryption = readServerEncryption(request);
  const customerKey = readCustomerKey(exchange, 'object');
  const algorithmName = request.header('x-amz-checksum-algorithm');
  const algorithm = algorithmName === undefined ? undefined : knownAlgorithm(algorithmName);
  const source = findCopySource(exchange);
  const { version } = source;
  if (version.sizeBytes > switches.maxPutBytes) {
    throw new S3Error(
      'EntityTooLarge',
      `The specified copy source is larger than the maximum allowable size for a copy source: ${switches.maxPutBytes} bytes.`,
    );
  }
  refuseCopyOntoItself(exchange, source, metadata, tagging, customerKey);
  if (sendErrorIn200(exchange)) {
    return;
  }
  const input: ObjectHeaders = {
    ...headers,
    attributes:
      metadata === 'COPY'
        ? { ...version.attributes, headers: withServerEncryption(version.attributes.headers, encryption) }
        : headers.attributes,
    tags: tagging === 'COPY' ? version.tags : headers.tags,
  };
  const bytes = await copyBytes(exchange, source, customerKey, algorithm);
  const copied = await store
    .write(() => {
      // The bytes may be shared, so the source must still be what was looked at.
      // Its row would not tell: SQLite gives the number of a row that went away to the next one.
      if (store.objects.findVersion(source.bucket.id, version.key, version.versionId)?.seq !== version.seq) {
        throw new S3Error('OperationAborted', 'The source of the copy was changed meanwhile. Please try again.');
      }
      const { etag, checksum, encryption } = bytes;
      return storeVersion(exchange, {
        ...input,
        etag,
        checksum,
        ...(encryption === undefined ? {} : { encryption }),
        segments: bytes.commit(),
        retention: planRetention(exchange, version),
        hasIntegrity: true,
      });
    })
    .catch(async (error: unknown) => {
      await bytes.discard();
      throw error;
    });
  sendXml(
    exchange,
    [
      'CopyObjectResult',
      [
        ['LastModified', isoTime(copied.modifiedAtMs)],
        ['ETag', `"${copied.etag}"`],
        ...checksumResult(copied.checksum),
      ],
    ],
    {
      'x-amz-version-id': shownVersionId(exchange, copied),
      'x-amz-copy-source-version-id': shownVersionId(exchange, version),
      ...serverEncryptionHeader(copied.attributes),
      ...customerKeyHeaders(customerKey),
    },
  );
}

/** Checksum elements of a result document. */
export function checksumResult(checksum: ObjectChecksum | undefined): XmlNode[] {
  return checksum === undefined
    ? []
    : [
        [`Checksum${checksum.algorithm}`, checksum.value],
        ['ChecksumType', checksum.type],
      ];
}

function readDirective(exchange: ObjectExchange, name: string): 'COPY' | 'REPLACE' {
  const value = exchange.request.header(name) ?? 'COPY';
  if (value !== 'COPY' && value !== 'REPLACE') {
    throw invalidArgument(`Unknown directive in ${name}: "${value}".`);
  }
  return value;
}

function refuseCopyOntoItself(
  exchange: ObjectExchange,
  source: CopySource,
  metadata: string,
  tagging: string,
  customerKey: CustomerKey | undefined,
): void {
  const isSelf =
    source.bucket.id === exchange.bucket.id && source.version.key === exchange.key && source.version.isLatest;
  const { request } = exchange;
  const changesSomething =
    metadata === 'REPLACE' ||
    tagging === 'REPLACE' ||
    customerKey !== undefined ||
    source.key !== undefined ||
    [
      'x-amz-acl',
      'x-amz-website-redirect-location',
      'x-amz-checksum-algorithm',
      'x-amz-server-side-encryption',
      'retention-directive',
    ].some((name) => request.header(name) !== undefined);
  if (isSelf && exchange.bucket.versioning === 'never' && !changesSomething) {
    throw invalidRequest(
      "This copy request is illegal because it is trying to copy an object to itself without changing the object's metadata, storage class, website redirect location or encryption attributes.",
    );
  }
}

function planRetention(
  exchange: ObjectExchange,
  source: ObjectVersion,
): { headers: RetentionHeaders } | { copied: Retention | undefined } {
  const headers = readRetentionHeaders(exchange.request);
  const directive = exchange.request.headers.get('retention-directive')?.toUpperCase();
  const setting = protectionOf(exchange, exchange.bucket);
  switch (directive) {
    case undefined:
      if (setting !== undefined && exchange.switches.absentRetentionDirective === 'refused') {
        throw invalidRequest('A copy into a bucket with a retention policy needs Retention-Directive.');
      }
      return { headers };
    case 'REPLACE':
      return { headers };
    case 'COPY': {
      if (Object.keys(headers).length > 0) {
        throw invalidRequest('Retention headers need Retention-Directive: REPLACE.');
      }
      const { retention } = source;
      if (setting === undefined || retention === undefined) {
        return { headers };
      }
      const { nowMs } = exchange;
      // What comes from another bucket keeps to the policy of this one.
      checkPeriod(setting, retention.periodSeconds);
      return {
        copied: {
          periodSeconds: retention.periodSeconds,
          createdAtMs: nowMs,
          ...(retention.periodSeconds < 0 ? {} : { untilMs: nowMs + retention.periodSeconds * 1000 }),
          holds: retention.holds.map((hold) => ({ id: hold.id, placedAtMs: nowMs })),
        },
      };
    }
    default:
      throw invalidArgument(`Retention-Directive must be COPY or REPLACE: "${directive}".`);
  }
}

/** The bytes of a copy, with their ETag and checksum. */
interface CopiedBytes {
  readonly etag: string;
  readonly checksum: ObjectChecksum;
  readonly encryption?: Encryption;
  /** Gives the segments, inside the write transaction. */
  commit(): readonly Segment[];
  /** For every path on which `commit` was not made durable. */
  discard(): Promise<void>;
}

/** Shares the source's bytes, unless a customer's key is involved: then they are deciphered and stored anew. */
async function copyBytes(
  exchange: ObjectExchange,
  source: CopySource,
  key: CustomerKey | undefined,
  algorithm: ChecksumAlgorithm | undefined,
): Promise<CopiedBytes> {
  const { blobs, objects } = exchange.store;
  const { version, key: sourceKey } = source;
  const segments = objects.segments(version);
  const wanted = algorithm ?? version.checksum?.algorithm ?? 'CRC64NVME';
  if (key === undefined && sourceKey === undefined) {
    const shared = segments.map(({ blobId, sizeBytes }) => ({ blobId, sizeBytes }));
    const digested = await digestCopy(await blobs.read(version, segments, 0, version.sizeBytes), version, wanted);
    return { ...digested, commit: () => shared, discard: () => Promise.resolve() };
  }
  const sealer = key && startSealing(key);
  const staged = blobs.stage(version.sizeBytes);
  try {
    const md5 = createHash('md5');
    const digest = createDigest(wanted);
    const body = { version, segments, key: sourceKey };
    for await (const chunk of await readBytes(blobs, body, 0, version.sizeBytes)) {
      md5.update(chunk);
      digest.update(chunk);
      await staged.write(sealer === undefined ? chunk : sealer.update(chunk));
    }
    await staged.seal();
    return {
      etag: sealer === undefined ? md5.digest('hex') : randomBytes(16).toString('hex'),
      checksum: { algorithm: wanted, type: 'FULL_OBJECT', value: digest.finish() },
      ...(key === undefined || sealer === undefined ? {} : { encryption: encryptionOf(key, [sealer.finish()]) }),
      commit: () => [{ blobId: staged.commit(), sizeBytes: staged.sizeBytes }],
      discard: () => staged.discard(),
    };
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

/** ETag and checksum of a copy. They are the source's, unless it came in parts or another algorithm is asked for. */
async function digestCopy(
  bytes: AsyncIterableIterator<Buffer>,
  source: ObjectVersion,
  wanted: ChecksumAlgorithm,
): Promise<{ etag: string; checksum: ObjectChecksum }> {
  const { checksum } = source;
  if (source.partCount === undefined && checksum?.type === 'FULL_OBJECT' && checksum.algorithm === wanted) {
    await bytes.return?.();
    return { etag: source.etag, checksum };
  }
  const md5 = createHash('md5');
  const digest: Digest = createDigest(wanted);
  for await (const chunk of bytes) {
    md5.update(chunk);
    digest.update(chunk);
  }
  return { etag: md5.digest('hex'), checksum: { algorithm: wanted, type: 'FULL_OBJECT', value: digest.finish() } };
}
