import type { ObjectInfo } from '../../model/objectInfo';
import type { Part } from '../../model/partPlan';
import type { VouchingAlgorithm } from '../../model/verdict';
import { isCrc } from '../checksums/crc';
import { partChecksum } from '../checksums/partChecksum';
import type { UploadedPart } from '../cos/client';
import type { SentBytes } from './arrival';
import { combinedCrc } from './combinedCrc';
import { expectedOf } from './expected';
import { startChecksum } from './verifier';

const unknown = (): Promise<undefined> => Promise.resolve(undefined);

/** Bytes in memory that one PUT sends. */
export function sentBody(body: Uint8Array): SentBytes {
  return {
    whole: (algorithm) => Promise.resolve(partChecksum(algorithm, body)),
    composite: unknown,
    compositeEtag: unknown,
    hasOtherCuts: true,
  };
}

/** What the service has acknowledged of the parts of an upload: their checksums, and those that can be put together from them. */
export function sentParts(parts: readonly UploadedPart[]): SentBytes {
  const ordered = [...parts].sort((left, right) => left.partNumber - right.partNumber);
  return {
    whole: (algorithm) => Promise.resolve(isCrc(algorithm) ? combinedCrc(algorithm, ordered) : undefined),
    composite: (algorithm) => {
      const sums = ordered.map(({ checksum }) => (checksum?.algorithm === algorithm ? checksum.value : undefined));
      return Promise.resolve(compositeOf(algorithm, sums));
    },
    compositeEtag: unknown,
    hasOtherCuts: false,
  };
}

/** Reads a stretch of a file, piece by piece. */
export type ReadFile = (take: (bytes: Uint8Array) => void, offsetBytes?: number, lengthBytes?: number) => Promise<void>;

/** A file, which is sent at once or cut into parts; it is read for each answer. */
export function sentFile(read: ReadFile, parts?: readonly Part[]): SentBytes {
  const sums = async (algorithm: VouchingAlgorithm): Promise<readonly string[] | undefined> => {
    if (parts === undefined) return undefined;
    const found: string[] = [];
    for (const { offsetBytes, lengthBytes } of parts) {
      const sum = startChecksum(algorithm);
      await read((bytes) => sum.update(bytes), offsetBytes, lengthBytes);
      found.push(sum.digest());
    }
    return found;
  };
  return {
    whole: async (algorithm) => {
      const sum = startChecksum(algorithm);
      await read((bytes) => sum.update(bytes));
      return sum.digest();
    },
    composite: async (algorithm) => compositeOf(algorithm, await sums(algorithm)),
    compositeEtag: async () => {
      const composite = compositeOf('MD5', await sums('MD5'));
      const [, value, count] = /^(.*)-(\d+)$/.exec(composite ?? '') ?? [];
      return value === undefined ? undefined : `${Buffer.from(value, 'base64').toString('hex')}-${count}`;
    },
    hasOtherCuts: parts === undefined,
  };
}

/** An object that the service copied: what it says of the source's bytes holds for the copy's. */
export function sentObject(source: ObjectInfo): SentBytes {
  const expected = expectedOf(source);
  return {
    whole: (algorithm) => Promise.resolve(wholeOf(source, algorithm)),
    composite: (algorithm) => {
      const isSame = expected.kind === 'parts' && expected.algorithm === algorithm;
      return Promise.resolve(isSame ? `${expected.value}-${expected.partCount}` : undefined);
    },
    compositeEtag: unknown,
    hasOtherCuts: true,
  };
}

/** What is known from two accounts of the same bytes; the first one is asked first. */
export function sentAs(first: SentBytes, second: SentBytes | undefined): SentBytes {
  if (second === undefined) return first;
  return {
    whole: async (algorithm) => (await first.whole(algorithm)) ?? (await second.whole(algorithm)),
    composite: async (algorithm) => (await first.composite(algorithm)) ?? (await second.composite(algorithm)),
    compositeEtag: async () => (await first.compositeEtag()) ?? (await second.compositeEtag()),
    hasOtherCuts: first.hasOtherCuts && second.hasOtherCuts,
  };
}

/** Every checksum of the whole that a service names counts, not only the one that is cheapest to compute. */
function wholeOf(source: ObjectInfo, algorithm: VouchingAlgorithm): string | undefined {
  if (algorithm !== 'MD5') {
    const value = source.checksumType === 'COMPOSITE' ? undefined : source.checksums[algorithm];
    return value === undefined || value.includes('-') ? undefined : value;
  }
  const byEtag = expectedOf({ ...source, checksums: {} });
  return byEtag.kind === 'whole' ? byEtag.value : undefined;
}

/** The hash of the hashes (data-plane §1.5, COMPOSITE). */
function compositeOf(
  algorithm: VouchingAlgorithm,
  sums: readonly (string | undefined)[] | undefined,
): string | undefined {
  const known = sums?.flatMap((sum) => (sum === undefined ? [] : [Buffer.from(sum, 'base64')])) ?? [];
  if (sums === undefined || known.length === 0 || known.length < sums.length) return undefined;
  return `${partChecksum(algorithm, Buffer.concat(known))}-${known.length}`;
}
