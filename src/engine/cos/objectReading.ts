import type { ObjectInfo } from '../../model/objectInfo';
import { CosFailure } from '../failure';
import type { WireAnswer } from '../http/exchange';
import { expectedOf } from '../proof/expected';
import { ReadProof } from '../proof/readProof';
import { bodyRangeOf, type AskedRange, type BodyRange } from './bodyRange';
import type { CosClient, ObjectAddress, ReadOptions } from './client';
import { quotedEtag } from './etag';
import { objectInfoOf } from './objectHeaders';

/** State of a read over all its attempts. */
export function createReading(
  address: ObjectAddress,
  options: ReadOptions,
  sink: Parameters<CosClient['readObject']>[2],
): {
  readonly headers: () => Record<string, string>;
  readonly bytesArrived: () => number;
  readonly take: (answer: WireAnswer) => Promise<void>;
  /** Whether the answer did not say how long its body is: then a HEAD has to, or it could be of any length. */
  readonly needsSize: () => boolean;
  readonly learn: (found: ObjectInfo) => void;
  /** What the first answer said. */
  readonly info: ObjectInfo | undefined;
  /** Whether nothing was read since it takes the sizes of the object's parts to compare its bytes. */
  readonly needsPartSizes: () => boolean;
  readonly prove: (known: ReadProof | 'none') => void;
  /** Of a whole read. */
  readonly proof: ReadProof | undefined;
} {
  const { range } = options;
  const startBytes = range?.offsetBytes ?? 0;
  let arrivedBytes = 0;
  let info: ObjectInfo | undefined;
  let found: ObjectInfo | undefined;
  let isSizeNeeded = false;
  let proof: ReadProof | undefined;
  let isProofKnown = range !== undefined;

  /** The range that the next attempt asks for; undefined for all of the object. */
  const asked = (): AskedRange | undefined => {
    if (range === undefined && arrivedBytes === 0) return undefined;
    const offsetBytes = startBytes + arrivedBytes;
    return range === undefined ? { offsetBytes } : { offsetBytes, lengthBytes: range.lengthBytes - arrivedBytes };
  };

  /** What the body of an answer is going to be; throws where it cannot be what was asked for. */
  const bodyOf = (answer: WireAnswer): BodyRange => {
    const body = bodyRangeOf(answer, asked());
    const sizeBytes = info?.sizeBytes ?? options.sizeBytes ?? found?.sizeBytes;
    if (body === 'unknown') {
      isSizeNeeded = sizeBytes === undefined;
      if (sizeBytes === undefined) throw noSize(address, undefined);
      return { offsetBytes: 0, lengthBytes: sizeBytes, totalBytes: sizeBytes };
    }
    if ('problem' in body) throw damaged('GetObject', address, `did not arrive intact: the answer ${body.problem}`);
    if (sizeBytes !== undefined && body.totalBytes !== sizeBytes) {
      throw wrongLength(address, `It had ${sizeBytes} bytes before, and has ${body.totalBytes} by this answer.`);
    }
    return body;
  };

  return {
    get info() {
      return info;
    },
    get proof() {
      return proof;
    },
    needsPartSizes: () => !isProofKnown,
    prove(known) {
      isProofKnown = true;
      if (known !== 'none') proof = known;
    },
    headers() {
      const etag = options.ifMatch ?? info?.etag ?? found?.etag ?? '';
      const part = asked();
      // What is read in more than one piece has to be one object; a range that nobody wants pinned stands for itself.
      const isPiece = arrivedBytes > 0 || (range !== undefined && options.ifMatch !== undefined);
      const end = part?.lengthBytes === undefined ? '' : String(part.offsetBytes + part.lengthBytes - 1);
      return {
        'x-amz-checksum-mode': 'ENABLED',
        ...(etag === '' && !isPiece ? {} : { 'if-match': quotedEtag('GetObject', address, etag) }),
        ...(part === undefined ? {} : { range: `bytes=${part.offsetBytes}-${end}` }),
      };
    },
    bytesArrived: () => arrivedBytes,
    needsSize: () => isSizeNeeded,
    learn(now) {
      found = now;
      isSizeNeeded = false;
    },
    async take(answer) {
      const body = bodyOf(answer);
      const now = objectInfoOf(address.key, answer.headers, body.totalBytes);
      if (info === undefined) {
        options.onInfo?.(now);
        info = now;
      }
      if (!isProofKnown) {
        proof = ReadProof.start(expectedOf(info), info.sizeBytes);
        // Asked with this answer waiting, the questions could wait for the place that it takes.
        if (proof === undefined) return answer.discard();
        isProofKnown = true;
      }
      const wantedBytes = Math.min(
        range?.lengthBytes ?? Number.POSITIVE_INFINITY,
        Math.max(0, info.sizeBytes - startBytes),
      );
      // A server that ignores Range sends all of it: skip to where this attempt has to go on.
      let skipBytes = startBytes + arrivedBytes - body.offsetBytes;
      let receivedBytes = 0;
      const place = () => (skipBytes === 0 && arrivedBytes < wantedBytes ? options.place?.() : undefined);
      try {
        await answer.pipe((received) => {
          receivedBytes += received.byteLength;
          if (receivedBytes > body.lengthBytes) {
            throw wrongLength(address, `More than the ${body.lengthBytes} bytes came that there are.`);
          }
          const skipped = Math.min(skipBytes, received.byteLength);
          skipBytes -= skipped;
          const bytes = received.subarray(skipped, skipped + wantedBytes - arrivedBytes);
          if (bytes.byteLength === 0) return undefined;
          const offset = arrivedBytes;
          arrivedBytes += bytes.byteLength;
          proof?.update(bytes);
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
  };
}

/** A body of another length is no passing failure: whoever changed it on its way would do so again. */
function wrongLength({ bucket, key }: ObjectAddress, how: string): CosFailure {
  const detail = `The bytes that the service sends are not those of "${key}". ${how} Nothing of it was kept.`;
  return new CosFailure({ kind: 'network', op: 'GetObject', reason: 'integrity', bucket, key, retry: 'never', detail });
}

/** The failure of an answer that leaves out the size of an object. */
export function noSize({ bucket, key }: ObjectAddress, length: string | undefined): CosFailure {
  const said = length === undefined ? 'no length' : `"${length.slice(0, 40)}" as its length`;
  const detail = `The service does not say how large "${key}" is (it names ${said}), so that nobody could tell when all of it is here.`;
  return new CosFailure({
    kind: 'network',
    op: 'HeadObject',
    reason: 'integrity',
    bucket,
    key,
    retry: 'never',
    detail,
  });
}

/** The failure of bytes that are not those of the object. */
export function damaged(op: string, address: ObjectAddress, what: string): CosFailure {
  return new CosFailure({
    kind: 'network',
    op,
    reason: 'integrity',
    bucket: address.bucket,
    key: address.key,
    retry: 'later',
    detail: `"${address.key}" ${what}`,
  });
}
