import type { ObjectInfo } from '../../model/objectInfo';
import type { ChecksumAlgorithm, VouchingAlgorithm } from '../../model/verdict';
import { expectedOf } from './expected';

/**
 * Whether something of ours has arrived. `absent`: nothing is there. `notOurs`: a checksum says that other bytes are there.
 * `cannotTell`: something is there, and nothing that vouches for its bytes can be compared with ours.
 */
export type Arrival = 'ours' | 'notOurs' | 'absent' | 'cannotTell';

/** Checksums in base64 of bytes that were sent, or of the object that they were copied from; undefined where they are not known. */
export interface SentBytes {
  whole(algorithm: VouchingAlgorithm): Promise<string | undefined>;
  /** COMPOSITE over the parts in which they were sent, with `-` and their number. */
  composite(algorithm: ChecksumAlgorithm): Promise<string | undefined>;
  /** What the ETag is where a service makes it of the MD5s of the parts (not on COS, data-plane.md §6). */
  compositeEtag(): Promise<string | undefined>;
  /** Whether another COMPOSITE can be one of the same bytes, cut otherwise. */
  readonly hasOtherCuts: boolean;
}

/**
 * Decides by checksums alone whether an object holds the bytes that were sent: size, number of parts and the looks of an ETag
 * prove nothing. This is the one place that decides it, for every write.
 */
export async function arrivalOf(found: ObjectInfo | undefined, sent: SentBytes): Promise<Arrival> {
  if (found === undefined) return 'absent';
  const expected = expectedOf(found);
  switch (expected.kind) {
    case 'whole': {
      const own = await sent.whole(expected.algorithm);
      if (own === undefined) return 'cannotTell';
      return own === expected.value ? 'ours' : 'notOurs';
    }
    case 'parts': {
      const own = await sent.composite(expected.algorithm);
      if (own === `${expected.value}-${expected.partCount}`) return 'ours';
      return own === undefined || sent.hasOtherCuts ? 'cannotTell' : 'notOurs';
    }
    case 'nothing': {
      const own = await sent.compositeEtag();
      // A service may make its ETags in any way: one that differs says nothing.
      return own !== undefined && own === found.etag.toLowerCase() ? 'ours' : 'cannotTell';
    }
  }
}
