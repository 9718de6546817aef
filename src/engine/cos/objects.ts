import type { ObjectInfo } from '../../model/objectInfo';
import type { WriteOutcome } from '../../protocol/requests';
import { CosFailure } from '../failure';
import { arrivalOf } from '../proof/arrival';
import { arrivalUnknown } from '../proof/arrivalUnknown';
import { sentBody } from '../proof/sentBytes';
import type { WireAnswer } from '../http/exchange';
import type { CosClient, ObjectAddress, ReadOptions } from './client';
import type { Conditions } from './conditions';
import { hasMd5Etag, md5Base64, verifierFor, type Verifier } from './integrity';
import { attributeHeaders, objectInfoOf, unquoted } from './objectHeaders';
import type { Query } from './address';
import type { UploadChecksums } from './uploadChecksums';
import type { Wire } from './wire';

/** HEAD, GET and PUT, past the SDK: one reader of headers serves all three, and bodies are not copied. */
export type ObjectOperations = Pick<CosClient, 'readObject' | 'putObject'>;

/** Answers of control requests are small. */
export const maxAnswerBytes = 1024 * 1024;

/** Version in a query. */
export function versionQuery(address: ObjectAddress): Query {
  return address.versionId === undefined ? {} : { versionId: address.versionId };
}

/** HEAD of an object (data-plane.md §5.2). */
export function createHeadObject(wire: Wire): CosClient['headObject'] {
  return async (address, signal) =>
    await wire.send(
      {
        op: 'HeadObject',
        method: 'HEAD',
        bucket: address.bucket,
        key: address.key,
        query: versionQuery(address),
        headers: () => ({ 'x-amz-checksum-mode': 'ENABLED' }),
        repeatable: 'always',
      },
      signal,
      async (answer) => {
        await answer.read(maxAnswerBytes);
        return objectInfoOf(address.key, answer.headers);
      },
    );
}

/** HEAD that answers undefined for an object that is not there. */
export function createFindObject(
  headObject: CosClient['headObject'],
): (address: ObjectAddress, signal: AbortSignal) => Promise<ObjectInfo | undefined> {
  return async (address, signal) => {
    try {
      return await headObject(address, signal);
    } catch (error) {
      if (error instanceof CosFailure && error.error.kind === 'notFound' && error.error.reason === 'noSuchKey') {
        return undefined;
      }
      throw error;
    }
  };
}

/** Reading and writing bytes of objects. */
export function createObjects(
  wire: Wire,
  conditions: Conditions,
  checksums: UploadChecksums,
  findObject: (address: ObjectAddress, signal: AbortSignal) => Promise<ObjectInfo | undefined>,
): ObjectOperations {
  return {
    readObject: async (address, options, sink, signal) => {
      const reading = createReading(address, options, sink);
      await wire.send(
        {
          op: 'GetObject',
          method: 'GET',
          bucket: address.bucket,
          key: address.key,
          query: versionQuery(address),
          headers: reading.headers,
          repeatable: 'always',
          bytesArrived: reading.bytesArrived,
          isBulk: true,
        },
        signal,
        reading.take,
      );
      return reading.finish();
    },

    putObject: async (address, body, attributes, condition, signal) => {
      const fixed = attributeHeaders(attributes, putOp);
      const send = async (conditional: Readonly<Record<string, string>>): Promise<Stored> => {
        const origin = await wire.originOf(address.bucket, signal);
        return await checksums.protect(
          origin,
          body,
          async (sums) =>
            await wire.send(
              {
                op: putOp,
                method: 'PUT',
                bucket: address.bucket,
                key: address.key,
                headers: () => ({ ...fixed, ...conditional, ...sums }),
                body,
                // A conditional write that is sent twice refuses itself: its answer may be lost after it has happened.
                repeatable: condition.kind === 'always' ? 'always' : 'ifRefused',
              },
              signal,
              storedAs,
            ),
        );
      };
      const { value, conditionCheckedBy } = await conditions.guard(
        putOp,
        address,
        condition,
        signal,
        async (headers) => {
          for (let attempt = 1; ; attempt++) {
            try {
              return await send(headers);
            } catch (error) {
              if (condition.kind === 'always' || !(error instanceof CosFailure)) throw error;
              const isLost = error.error.kind === 'network' && error.error.retry === 'later';
              // A repetition may meet the object of an attempt before it, whose answer was lost.
              if (!isLost && !(attempt > 1 && error.error.httpStatus === 412)) throw error;
              const found = await findObject({ bucket: address.bucket, key: address.key }, signal);
              // What the condition still holds for has not been written: not by this, nor by anybody else.
              const isAsBefore = condition.kind === 'ifMatch' && found?.etag === condition.etag;
              const arrival = isAsBefore ? 'absent' : await arrivalOf(found, sentBody(body));
              if (arrival === 'ours' && found !== undefined) return storedObject(found);
              if (arrival === 'cannotTell') throw arrivalUnknown(putOp, address, '', error);
              await conditions.check(putOp, address, condition, signal);
              if (!isLost || attempt === 3) throw error;
            }
          }
        },
      );
      const { echoed, headers, ...outcome } = value;
      if (echoed === undefined && hasMd5Etag(outcome.etag, headers) && outcome.etag.toLowerCase() !== md5Hex(body)) {
        throw damaged(putOp, address, 'What the service stored is not what was sent.');
      }
      return { ...outcome, conditionCheckedBy };
    },
  };
}

const putOp = 'PutObject';

/** What a PUT left behind, with the checksum that the service compared, if it did. */
type Stored = Omit<WriteOutcome, 'conditionCheckedBy'> & {
  readonly echoed: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
};

async function storedAs(answer: WireAnswer): Promise<Stored> {
  await answer.read(maxAnswerBytes);
  const versionId = answer.headers['x-amz-version-id'];
  return {
    etag: unquoted(answer.headers['etag']) ?? '',
    ...(versionId === undefined || versionId === 'null' ? {} : { versionId }),
    modifiedAtMs: Date.parse(answer.headers['date'] ?? '') || Date.now(),
    echoed: answer.headers['x-amz-checksum-crc32'],
    headers: answer.headers,
  };
}

/** A write whose answer was lost, as a HEAD found it. */
function storedObject(found: ObjectInfo): Stored {
  const { etag, versionId, modifiedAtMs } = found;
  return {
    etag,
    ...(versionId === undefined ? {} : { versionId }),
    modifiedAtMs,
    echoed: found.checksums['CRC32'],
    headers: {},
  };
}

/** State of a read over all its attempts. */
function createReading(
  address: ObjectAddress,
  options: ReadOptions,
  sink: Parameters<CosClient['readObject']>[2],
): {
  readonly headers: () => Record<string, string>;
  readonly bytesArrived: () => number;
  readonly take: (answer: WireAnswer) => Promise<void>;
  readonly finish: () => ObjectInfo;
} {
  const { range } = options;
  const startBytes = range?.offsetBytes ?? 0;
  let arrivedBytes = 0;
  let info: ObjectInfo | undefined;
  let verifier: Verifier | undefined;

  return {
    headers() {
      const etag = options.ifMatch ?? info?.etag;
      const end = range === undefined ? '' : String(range.offsetBytes + range.lengthBytes - 1);
      return {
        'x-amz-checksum-mode': 'ENABLED',
        ...(etag === undefined || etag === '' ? {} : { 'if-match': `"${etag}"` }),
        ...(range === undefined && arrivedBytes === 0 ? {} : { range: `bytes=${startBytes + arrivedBytes}-${end}` }),
      };
    },
    bytesArrived: () => arrivedBytes,
    async take(answer) {
      const now = objectInfoOf(address.key, answer.headers);
      if (info === undefined) {
        options.onInfo?.(now);
        info = now;
        if (range === undefined && answer.status === 200) verifier = verifierFor(now, answer.headers);
      }
      const wantedBytes = Math.min(
        range?.lengthBytes ?? Number.POSITIVE_INFINITY,
        Math.max(0, info.sizeBytes - startBytes),
      );
      // A server that ignores Range sends all of it: skip to where this attempt has to go on.
      const bodyStart =
        answer.status === 206 ? Number(/bytes (\d+)-/.exec(answer.headers['content-range'] ?? '')?.[1] ?? NaN) : 0;
      let skipBytes = startBytes + arrivedBytes - bodyStart;
      if (!(skipBytes >= 0))
        throw damaged('GetObject', address, 'The service sent another range than the one asked for.');
      const place = () => (skipBytes === 0 ? options.place?.() : undefined);
      try {
        await answer.pipe((received) => {
          const skipped = Math.min(skipBytes, received.byteLength);
          skipBytes -= skipped;
          const bytes = received.subarray(skipped, skipped + wantedBytes - arrivedBytes);
          if (bytes.byteLength === 0) return undefined;
          const offset = arrivedBytes;
          arrivedBytes += bytes.byteLength;
          verifier?.update(bytes);
          return sink(bytes, offset);
        }, place);
      } catch (error) {
        const isLost = error instanceof CosFailure && error.error.reason === 'connectionLost';
        if (!isLost || arrivedBytes < wantedBytes) throw error;
      }
      if (arrivedBytes < wantedBytes) {
        throw new CosFailure({
          kind: 'network',
          op: 'GetObject',
          reason: 'connectionLost',
          bucket: address.bucket,
          key: address.key,
          retry: 'later',
          detail: `"${address.key}" ended after ${arrivedBytes} of ${wantedBytes} bytes.`,
        });
      }
    },
    finish() {
      if (info === undefined) throw damaged('GetObject', address, 'There was no answer.');
      if (verifier?.matches() === false) {
        throw damaged('GetObject', address, 'The bytes that arrived are not those of the object.');
      }
      return info;
    },
  };
}

function md5Hex(body: Uint8Array): string {
  return Buffer.from(md5Base64(body), 'base64').toString('hex');
}

function damaged(op: string, address: ObjectAddress, detail: string): CosFailure {
  return new CosFailure({
    kind: 'network',
    op,
    reason: 'integrity',
    bucket: address.bucket,
    key: address.key,
    retry: 'later',
    detail: `${detail} ("${address.key}")`,
  });
}
