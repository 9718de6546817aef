import type { ObjectInfo } from '../../model/objectInfo';
import { checksumAlgorithms, type ChecksumAlgorithm, type Verdict, type VouchingAlgorithm } from '../../model/verdict';
import { expectedOf, type Expected } from './expected';

/** Checksums in base64 of bytes that were sent, or of the object that they were copied from; undefined where they are not known. */
export interface SentBytes {
  whole(algorithm: VouchingAlgorithm): Promise<string | undefined>;
  /** COMPOSITE over the parts in which they were sent, with `-` and their number. */
  composite(algorithm: ChecksumAlgorithm): Promise<string | undefined>;
  /** What the ETag is where a service makes it of the MD5s of the parts (not on COS, data-plane §6). */
  compositeEtag(): Promise<string | undefined>;
  /** Whether another COMPOSITE can be one of the same bytes, cut otherwise. */
  readonly hasOtherCuts: boolean;
}

/** Why it cannot be told: there is no checksum of it, or none of the kind that there is of what was sent. */
export type Untold = 'noChecksum' | 'incomparable';

/**
 * Whether something of ours has arrived, and what vouches for it. `absent`: nothing is there. `notOurs`: a checksum says that
 * other bytes are there. `cannotTell`: something is there, and nothing that vouches for its bytes can be compared with ours.
 */
export type Compared =
  | { readonly arrival: 'ours'; readonly verdict: Verdict }
  | { readonly arrival: 'notOurs' | 'absent' }
  | { readonly arrival: 'cannotTell'; readonly why: Untold };

const untold = { arrival: 'cannotTell', why: 'incomparable' } as const;

/**
 * Decides by checksums alone whether an object holds the bytes that were sent: size, number of parts and the looks of an ETag
 * prove nothing. This is the one place that decides it, for every write. Of several checksums the first that both sides have
 * decides.
 */
export async function compareWith(found: ObjectInfo | undefined, sent: SentBytes): Promise<Compared> {
  if (found === undefined) return { arrival: 'absent' };
  for (const expected of allExpected(found)) {
    const compared = await compareOne(found, expected, sent);
    if (compared.arrival !== 'cannotTell') return compared;
  }
  return allExpected(found).every(({ kind }) => kind === 'nothing') ? { ...untold, why: 'noChecksum' } : untold;
}

/** All that an object can be compared by, the cheapest first. */
function allExpected(found: ObjectInfo): readonly Expected[] {
  const byOne = checksumAlgorithms.flatMap((algorithm) => {
    const value = found.checksums[algorithm];
    return value === undefined ? [] : [expectedOf({ ...found, checksums: { [algorithm]: value } })];
  });
  return [...byOne, expectedOf({ ...found, checksums: {} })];
}

async function compareOne(found: ObjectInfo, expected: Expected, sent: SentBytes): Promise<Compared> {
  switch (expected.kind) {
    case 'whole': {
      const own = await sent.whole(expected.algorithm);
      if (own === undefined) return untold;
      if (own !== expected.value) return { arrival: 'notOurs' };
      return { arrival: 'ours', verdict: { kind: 'verified', by: expected.algorithm, of: 'whole' } };
    }
    case 'parts': {
      const own = await sent.composite(expected.algorithm);
      const verdict = { kind: 'verified', by: expected.algorithm, of: 'parts' } as const;
      if (own === `${expected.value}-${expected.partCount}`) return { arrival: 'ours', verdict };
      return own === undefined || sent.hasOtherCuts ? untold : { arrival: 'notOurs' };
    }
    case 'nothing': {
      const own = await sent.compositeEtag();
      // A service may make its ETags in any way: one that differs says nothing.
      if (own === undefined || own !== found.etag.toLowerCase()) return untold;
      return { arrival: 'ours', verdict: { kind: 'verified', by: 'MD5', of: 'parts' } };
    }
  }
}
