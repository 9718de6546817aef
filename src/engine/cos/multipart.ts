import type { CompletedPart, Part as ListedPart } from '@aws-sdk/client-s3';
import type { UploadId } from '../../model/ids';
import { multipartLimits } from '../../model/partPlan';
import type { WriteOutcome } from '../../protocol/requests';
import { CosFailure } from '../failure';
import { listedPages, maxGatheredPages } from '../pages';
import type { CosClient, ObjectAddress, UploadedPart } from './client';
import type { Conditions } from './conditions';
import type { VouchingAlgorithm } from '../../model/verdict';
import type { ObjectInfo } from '../../model/objectInfo';
import { isMd5Etag } from '../proof/expected';
import { hasOwnKey } from '../proof/ownKey';
import { quotedEtag, strongEtag } from './etag';
import { attributeHeaders, retentionHeaders } from './objectHeaders';
import { maxAnswerBytes } from './objects';
import { checksumHeader, partChecksums } from '../checksums/partChecksum';
import { refused } from './refusal';
import type { Sdk } from './sdk';
import { md5Base64 } from './integrity';
import { damaged } from './objectReading';
import { isChecksumRefusal, StoredOtherwise } from './wholeChecksums';
import type { UploadChecksums } from './uploadChecksums';
import type { Wire } from './wire';

/** Multipart uploads (data-plane §6). */
export type MultipartOperations = Pick<
  CosClient,
  'createMultipartUpload' | 'uploadPart' | 'listParts' | 'completeMultipartUpload' | 'abortMultipartUpload'
>;

/** Operations of multipart uploads: control calls through the SDK, the bytes of parts past it. */
export function createMultipart(
  wire: Wire,
  sdk: Sdk,
  conditions: Conditions,
  checksums: UploadChecksums,
  findObject: (address: ObjectAddress, signal: AbortSignal) => Promise<ObjectInfo | undefined>,
): MultipartOperations {
  return {
    async createMultipartUpload(address, attributes, signal) {
      const { CreateMultipartUploadCommand } = await import('./sdkClasses');
      const op = 'CreateMultipartUpload';
      const origin = await wire.originOf(address.bucket, signal);
      const fixed = attributeHeaders(attributes, op);
      // Sent twice, it would leave an upload behind that nobody knows of.
      const call = { op, bucket: address.bucket, key: address.key, repeatable: 'ifRefused' } as const;
      return await checksums.whole.begin(origin, async (sums) => {
        const headers = { ...fixed, ...sums };
        const created = await sdk.run({ ...call, headers }, signal, async (client, options) =>
          client.send(new CreateMultipartUploadCommand({ Bucket: address.bucket, Key: address.key }), options),
        );
        if (created.UploadId === undefined || created.UploadId === '') throw noUploadId(address);
        return created.UploadId as UploadId;
      });
    },

    async uploadPart(address, upload, body, signal) {
      const origin = await wire.originOf(address.bucket, signal);
      const { checksum } = upload;
      const send = async (sums: Record<string, string>) =>
        await wire.send(
          {
            op: 'UploadPart',
            method: 'PUT',
            bucket: address.bucket,
            key: address.key,
            query: { partNumber: upload.partNumber, uploadId: upload.uploadId },
            headers: () => sums,
            body,
            repeatable: 'always',
          },
          signal,
          async (answer) => {
            await answer.read(maxAnswerBytes);
            return {
              partNumber: upload.partNumber,
              etag: partEtag('UploadPart', address, upload.partNumber, answer.headers['etag']),
              ...checksumOf((name) => answer.headers[`x-amz-checksum-${name.toLowerCase()}`]),
              sizeBytes: body.byteLength,
              ...comparedBy(answer.headers, sums, body),
              echoed: answer.headers['x-amz-checksum-crc32'],
            };
          },
        );
      const { echoed: _echoed, ...part } =
        checksum === undefined
          ? await checksums.protect(origin, body, send)
          : await send({ [checksumHeader(checksum)]: await checksums.of(checksum, body) });
      return part;
    },

    async listParts(address, uploadId, signal) {
      const { ListPartsCommand } = await import('./sdkClasses');
      const call = { op: 'ListParts', bucket: address.bucket, key: address.key, repeatable: 'always' } as const;
      const what = `parts of the upload of "${address.key}"`;
      const pages = listedPages(
        { op: call.op, bucket: address.bucket, what },
        {
          maxPages: maxGatheredPages,
          ask: async ({ cursor }: { readonly cursor?: string }) =>
            await sdk.run(call, signal, async (client, options) =>
              client.send(
                new ListPartsCommand({
                  Bucket: address.bucket,
                  Key: address.key,
                  UploadId: uploadId,
                  ...(cursor === undefined ? {} : { PartNumberMarker: cursor }),
                }),
                options,
              ),
            ),
          next: (page) => {
            if (page.IsTruncated !== true) return undefined;
            if (page.NextPartNumberMarker === undefined) throw goesOnNowhere(address, what);
            return page.NextPartNumberMarker;
          },
          names: (page) => (page.Parts ?? []).map(({ PartNumber }) => String(PartNumber)),
        },
      );
      const parts = new Map<number, UploadedPart>();
      for await (const page of pages) {
        for (const part of page.Parts ?? []) {
          const partNumber = part.PartNumber ?? 0;
          // A part that is left out or taken twice would make another object.
          if (!isPartNumber(partNumber) || parts.has(partNumber)) throw impossiblePart(address, part.PartNumber);
          parts.set(partNumber, {
            partNumber,
            etag: strongEtag(part.ETag),
            ...checksumOf((name) => part[`Checksum${name}`]),
            ...comparedPart(part),
            ...(part.Size === undefined ? {} : { sizeBytes: part.Size }),
          });
        }
        checksums.whole.listed(uploadId, page.ChecksumType);
      }
      return [...parts.values()].toSorted((one, other) => one.partNumber - other.partNumber);
    },

    completeMultipartUpload,

    async abortMultipartUpload(address, uploadId, signal) {
      const { AbortMultipartUploadCommand } = await import('./sdkClasses');
      const call = {
        op: 'AbortMultipartUpload',
        bucket: address.bucket,
        key: address.key,
        repeatable: 'always',
      } as const;
      try {
        await sdk.run(call, signal, async (client, options) =>
          client.send(
            new AbortMultipartUploadCommand({ Bucket: address.bucket, Key: address.key, UploadId: uploadId }),
            options,
          ),
        );
      } catch (error) {
        if (!(error instanceof CosFailure) || error.error.reason !== 'noSuchUpload') throw error; // gone is aborted
      }
    },
  };

  async function completeMultipartUpload(
    ...[address, uploadId, parts, completion, signal]: Parameters<CosClient['completeMultipartUpload']>
  ): Promise<WriteOutcome> {
    const { condition, protection } = completion;
    const retention = protection?.kind === 'retention' ? retentionHeaders(protection) : {};
    const { CompleteMultipartUploadCommand } = await import('./sdkClasses');
    const op = 'CompleteMultipartUpload';
    const ordered = [...parts].sort((left, right) => left.partNumber - right.partNumber);
    const origin = await wire.originOf(address.bucket, signal);
    const { value, conditionCheckedBy } = await conditions.guard(op, address, condition, signal, async (headers) => {
      const call = {
        op,
        bucket: address.bucket,
        key: address.key,
        repeatable: 'always',
        withMd5: true,
        isLongWork: true,
      } as const;
      try {
        return await checksums.whole.complete(
          origin,
          uploadId,
          ordered,
          async (sums) => {
            const completed = await sdk.run(
              { ...call, isFinal: isChecksumRefusal, headers: { ...retention, ...headers, ...sums } },
              signal,
              async (client, options) =>
                client.send(
                  new CompleteMultipartUploadCommand({
                    Bucket: address.bucket,
                    Key: address.key,
                    UploadId: uploadId,
                    MultipartUpload: { Parts: ordered.map((part) => completedPart(address, part)) },
                  }),
                  options,
                ),
            );
            const versionId = completed.VersionId;
            // radosgw leaves the ETag out.
            const etag = strongEtag(completed.ETag) || (await findObject(address, signal))?.etag;
            return {
              etag: etag ?? '',
              ...(versionId === undefined || versionId === 'null' ? {} : { versionId }),
              modifiedAtMs: Date.now(),
            };
          },
          () => findObject(address, signal),
        );
      } catch (error) {
        if (error instanceof StoredOtherwise) throw damaged(op, address, 'was stored with other bytes than were sent');
        throw error;
      }
    });
    return { ...value, conditionCheckedBy };
  }
}

/** The first checksum that there is of a part. */
function checksumOf(
  find: (name: (typeof partChecksums)[number]) => string | undefined,
): Pick<UploadedPart, 'checksum'> {
  for (const algorithm of partChecksums) {
    const value = find(algorithm);
    if (value !== undefined) return { checksum: { algorithm, value } };
  }
  return {};
}

function isPartNumber(number: number): boolean {
  return Number.isInteger(number) && number >= 1 && number <= multipartLimits.maxParts;
}

function impossiblePart(address: ObjectAddress, number: number | undefined): CosFailure {
  const which =
    number === undefined ? 'a part without a number' : `the part ${number}, which cannot be or was listed before`;
  return refused('ListParts', address, {
    kind: 'unsupported',
    detail: `The server lists ${which}, among the parts of the upload of "${address.key}".`,
  });
}

function goesOnNowhere(address: ObjectAddress, what: string): CosFailure {
  const detail = `The server says that the list of ${what} goes on, but not where.`;
  return refused('ListParts', address, { kind: 'unsupported', detail });
}

/** By what an answer shows that a part arrived as it was sent: the checksum that it repeats, or an ETag that is its MD5. */
function comparedBy(
  headers: Readonly<Record<string, string>>,
  sums: Readonly<Record<string, string>>,
  body: Uint8Array,
): Pick<UploadedPart, 'comparedBy'> {
  const repeated = partChecksums.find((name) => {
    const header = checksumHeader(name);
    return sums[header] !== undefined && sums[header] === headers[header];
  });
  if (repeated !== undefined) return { comparedBy: repeated };
  const etag = strongEtag(headers['etag']);
  if (!isMd5Etag({ etag, ...(hasOwnKey(headers) ? { hasOwnKey: true } : {}) })) return {};
  const md5 = sums[checksumHeader('MD5')] ?? md5Base64(body);
  return md5 === Buffer.from(etag, 'hex').toString('base64') ? { comparedBy: 'MD5' } : {};
}

/** Of a part of an earlier run: the same, by what the service keeps of it. Whoever goes on with it compares that. */
function comparedPart(part: ListedPart): Pick<UploadedPart, 'comparedBy'> {
  const algorithm: VouchingAlgorithm | undefined =
    partChecksums.find((name) => part[`Checksum${name}`] !== undefined) ??
    (isMd5Etag({ etag: strongEtag(part.ETag) }) ? 'MD5' : undefined);
  return algorithm === undefined ? {} : { comparedBy: algorithm };
}

/** ETag of a part that was stored. Without one, the upload can never be completed, so the first part is the place to say so. */
export function partEtag(op: string, address: ObjectAddress, partNumber: number, text: string | undefined): string {
  const etag = strongEtag(text);
  if (etag !== '') return etag;
  const detail = `The server stored part ${partNumber} of "${address.key}" without an ETag that names it (none, an empty or a weak one), so that the upload could not be completed.`;
  throw refused(op, address, { kind: 'unsupported', detail });
}

function completedPart(address: ObjectAddress, part: UploadedPart): CompletedPart {
  return {
    PartNumber: part.partNumber,
    ETag: quotedEtag('CompleteMultipartUpload', address, part.etag),
    ...(part.checksum === undefined ? {} : { [`Checksum${part.checksum.algorithm}`]: part.checksum.value }),
  };
}

function noUploadId(address: ObjectAddress): CosFailure {
  return new CosFailure({
    kind: 'network',
    op: 'CreateMultipartUpload',
    reason: 'notACosEndpoint',
    bucket: address.bucket,
    key: address.key,
    retry: 'never',
    detail: 'The service started a multipart upload without giving it an id.',
  });
}
