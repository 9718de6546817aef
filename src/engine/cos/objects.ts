import type { ObjectInfo } from '../../model/objectInfo';
import type { Verdict } from '../../model/verdict';
import type { WriteOutcome } from '../../protocol/requests';
import { CosFailure } from '../failure';
import { findObject } from './absence';
import { compareWith, type Compared } from '../proof/arrival';
import { arrivalUnknown } from '../proof/arrivalUnknown';
import { sentBody } from '../proof/sentBytes';
import type { WireAnswer } from '../http/exchange';
import type { CosClient, ObjectAddress } from './client';
import type { Conditions } from './conditions';
import { expectedOf } from '../proof/expected';
import { ReadProof } from '../proof/readProof';
import { hasMd5Etag, md5Base64 } from './integrity';
import { headSizeOf } from './bodyRange';
import { isSameEtag, quotedEtag, strongEtag } from './etag';
import { attributeHeaders, dateMs, objectInfoOf } from './objectHeaders';
import { createReading, damaged, noSize } from './objectReading';
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

/** HEAD of an object (data-plane §5.2). */
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
        const answeredAtMs = dateMs(answer.headers['date']);
        const info = headInfoOf(address, answer.headers);
        return answeredAtMs === undefined ? info : { ...info, answeredAtMs };
      },
    );
}

/** What a HEAD says of an object. Throws where it leaves out the size, without which no body has a bound. */
export function headInfoOf(address: ObjectAddress, headers: WireAnswer['headers']): ObjectInfo {
  const sizeBytes = headSizeOf(headers);
  if (sizeBytes === undefined) throw noSize(address, headers['content-length']);
  return objectInfoOf(address.key, headers, sizeBytes);
}

/** HEAD of one part of an object (data-plane §5.2, `?partNumber`), which answers with the size of the part alone. */
export function createPartSize(wire: Wire): CosClient['partSize'] {
  return async (address, partNumber, ifMatch, signal) => {
    const pinned = quotedEtag('HeadObject', address, ifMatch);
    try {
      return await wire.send(
        {
          op: 'HeadObject',
          method: 'HEAD',
          bucket: address.bucket,
          key: address.key,
          query: { ...versionQuery(address), partNumber },
          headers: () => ({ 'if-match': pinned }),
          repeatable: 'always',
        },
        signal,
        async (answer) => {
          await answer.read(maxAnswerBytes);
          const [, first, last] = /^bytes (\d{1,15})-(\d{1,15})\//.exec(answer.headers['content-range'] ?? '') ?? [];
          // One that knows no parts answers with the whole object.
          return answer.status !== 206 || first === undefined ? undefined : Number(last) - Number(first) + 1;
        },
      );
    } catch (error) {
      const status = error instanceof CosFailure ? error.error.httpStatus : undefined;
      if (status === 400 || status === 404 || status === 416 || status === 501) return undefined;
      throw error;
    }
  };
}

/** HEAD that answers undefined for an object that is not there. */
export function createFindObject(
  headObject: CosClient['headObject'],
): (address: ObjectAddress, signal: AbortSignal) => Promise<ObjectInfo | undefined> {
  return (address, signal) => findObject({ headObject }, address, signal);
}

/** Reading and writing bytes of objects. */
export function createObjects(
  wire: Wire,
  conditions: Conditions,
  checksums: UploadChecksums,
  findObject: (address: ObjectAddress, signal: AbortSignal) => Promise<ObjectInfo | undefined>,
  partSize: CosClient['partSize'],
): ObjectOperations {
  const read = async (reading: ReturnType<typeof createReading>, address: ObjectAddress, signal: AbortSignal) => {
    const send = async () =>
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
    try {
      await send();
    } catch (error) {
      if (!reading.needsSize()) throw error;
      const found = await findObject(address, signal);
      if (found === undefined) throw error;
      reading.learn(found);
      await send();
    }
  };
  /** Whether something between the service and here has changed the form of the bytes, where no checksum tells. */
  const isEncodedOnItsWay = async (address: ObjectAddress, { headers }: ObjectInfo, signal: AbortSignal) => {
    if (headers.contentEncoding === undefined) return false;
    return (await findObject(address, signal))?.headers.contentEncoding !== headers.contentEncoding;
  };
  return {
    readObject: async (address, options, sink, signal) => {
      const reading = createReading(address, options, sink);
      await read(reading, address, signal);
      const { info } = reading;
      if (info === undefined) throw damaged('GetObject', address, 'was not answered');
      const ask = (partNumber: number) => partSize(address, partNumber, info.etag, signal);
      if (reading.needsPartSizes()) {
        reading.prove(await ReadProof.startInParts(expectedOf(info), info.sizeBytes, ask));
        await read(reading, address, signal);
      }
      const verdict = await reading.proof?.verdict(ask, async (take) => {
        const again = createReading(address, { ifMatch: info.etag }, take);
        again.prove('none');
        await read(again, address, signal);
      });
      if (verdict === 'differs') {
        throw damaged('GetObject', address, 'did not arrive intact: its checksum does not match what arrived');
      }
      if (verdict?.kind === 'sizeOnly' && (await isEncodedOnItsWay(address, info, signal))) {
        throw damaged(
          'GetObject',
          address,
          `arrived with an encoding ("${info.headers.contentEncoding ?? ''}") that it is not stored with`,
        );
      }
      return verdict === undefined ? info : { ...info, verdict };
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
              const isAsBefore = condition.kind === 'ifMatch' && isSameEtag(found?.etag, condition.etag);
              const compared: Compared = isAsBefore ? { arrival: 'absent' } : await compareWith(found, sentBody(body));
              if (compared.arrival === 'ours' && found !== undefined) return storedObject(found, compared.verdict);
              if (compared.arrival === 'cannotTell') throw arrivalUnknown(putOp, address, compared.why, '', error);
              await conditions.check(putOp, address, condition, signal);
              if (!isLost || attempt === 3) throw error;
            }
          }
        },
      );
      const { echoed, headers, ...outcome } = value;
      if (outcome.verdict !== undefined) return { ...outcome, conditionCheckedBy };
      if (echoed !== undefined)
        return { ...outcome, conditionCheckedBy, verdict: { kind: 'verified', by: 'CRC32', of: 'whole' } };
      if (!hasMd5Etag(outcome.etag, headers)) {
        return { ...outcome, conditionCheckedBy, verdict: { kind: 'sizeOnly', why: 'notCompared' } };
      }
      if (outcome.etag.toLowerCase() !== md5Hex(body)) {
        throw damaged(putOp, address, 'was stored with other bytes than were sent');
      }
      return { ...outcome, conditionCheckedBy, verdict: { kind: 'verified', by: 'MD5', of: 'whole' } };
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
    etag: strongEtag(answer.headers['etag']),
    ...(versionId === undefined || versionId === 'null' ? {} : { versionId }),
    modifiedAtMs: Date.parse(answer.headers['date'] ?? '') || Date.now(),
    echoed: answer.headers['x-amz-checksum-crc32'],
    headers: answer.headers,
  };
}

/** A write whose answer was lost, as a HEAD found it, with what it was compared by. */
function storedObject(found: ObjectInfo, verdict: Verdict): Stored {
  const { etag, versionId, modifiedAtMs } = found;
  return {
    etag,
    ...(versionId === undefined ? {} : { versionId }),
    modifiedAtMs,
    echoed: undefined,
    headers: {},
    verdict,
  };
}

function md5Hex(body: Uint8Array): string {
  return Buffer.from(md5Base64(body), 'base64').toString('hex');
}
