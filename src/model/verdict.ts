/** The checksums of objects that a service can name (data-plane §1.5). */
export const checksumAlgorithms = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;

/** A checksum that a service can name for an object. */
export type ChecksumAlgorithm = (typeof checksumAlgorithms)[number];

/** What can vouch for bytes: a checksum, or the MD5 that the ETag of an object in one piece is. */
export type VouchingAlgorithm = ChecksumAlgorithm | 'MD5';

/** Why each part was compared, and the whole was not. */
export type WholeLack = 'refused' | 'notKept';

/** Why nothing but the size could be compared. */
export type SizeOnlyReason = 'noChecksum' | 'ownKey' | 'partsUnknown' | 'notCompared';

/** Why bytes were taken for right without being compared. */
export type TrustReason = 'copiedByService' | 'earlierRun';

/**
 * What vouches for the bytes of one object at the end of its transfer. `of: 'parts'`: part by part, by a COMPOSITE checksum or
 * by one for each part of an upload; `lacks` says why an upload has none of the whole.
 */
export type Verdict =
  | {
      readonly kind: 'verified';
      readonly by: VouchingAlgorithm;
      readonly of: 'whole' | 'parts';
      readonly lacks?: WholeLack;
    }
  | { readonly kind: 'sizeOnly'; readonly why: SizeOnlyReason }
  | { readonly kind: 'trusted'; readonly why: TrustReason };

/** Of a service that gives no verdict: it has compared nothing. */
export const notCompared: Verdict = { kind: 'sizeOnly', why: 'notCompared' };

/** How many items of a transfer ended with a verdict. */
export interface VerdictCount {
  readonly verdict: Verdict;
  readonly items: number;
}

const lackTexts: Readonly<Record<WholeLack, string>> = {
  refused: 'the service refuses a checksum of the whole',
  notKept: 'the service keeps no checksum of the whole',
};

const sizeOnlyTexts: Readonly<Record<SizeOnlyReason, string>> = {
  noChecksum: 'the service names no checksum of the whole',
  ownKey: 'it is encrypted with a key of its own, and the service names no checksum of the whole',
  partsUnknown: 'the service names a checksum of its parts, and not how large they are',
  notCompared: 'the service did not say that it compared a checksum',
};

const trustTexts: Readonly<Record<TrustReason, string>> = {
  copiedByService: 'the service copied it, and the checksums of both sides cannot be compared',
  earlierRun: 'an earlier run of this transfer moved it',
};

/** A verdict in words, to stand alone or after a name: `verified by CRC64NVME`. */
export function verdictText(verdict: Verdict): string {
  switch (verdict.kind) {
    case 'verified': {
      const by = verdict.by === 'MD5' ? 'MD5 (ETag)' : verdict.by;
      const parts = verdict.of === 'parts' ? ', part by part' : '';
      return `verified by ${by}${parts}${verdict.lacks === undefined ? '' : `: ${lackTexts[verdict.lacks]}`}`;
    }
    case 'sizeOnly':
      return `size only: ${sizeOnlyTexts[verdict.why]}`;
    case 'trusted':
      return `taken on trust: ${trustTexts[verdict.why]}`;
  }
}

/** Whether two verdicts say the same. */
export function isSameVerdict(left: Verdict, right: Verdict): boolean {
  return verdictText(left) === verdictText(right);
}

/** The counts with one more verdict, in the order in which verdicts first came. */
export function addVerdict(counts: readonly VerdictCount[], verdict: Verdict, items = 1): readonly VerdictCount[] {
  const at = counts.findIndex((count) => isSameVerdict(count.verdict, verdict));
  if (at < 0) return [...counts, { verdict, items }];
  return counts.map((count, index) => (index === at ? { ...count, items: count.items + items } : count));
}

/** Two counts together. */
export function joinVerdicts(left: readonly VerdictCount[], right: readonly VerdictCount[]): readonly VerdictCount[] {
  return right.reduce((counts, { verdict, items }) => addVerdict(counts, verdict, items), left);
}

/**
 * What vouches for the items of a transfer, in one line each, those that nothing vouches for first: `3 items size only: …`.
 * A single item needs no number.
 */
export function verdictLines(counts: readonly VerdictCount[]): readonly string[] {
  const total = counts.reduce((sum, { items }) => sum + items, 0);
  return [...counts]
    .sort((left, right) => rankOf(left.verdict) - rankOf(right.verdict))
    .map(({ verdict, items }) =>
      total === 1 ? verdictText(verdict) : `${items} ${items === 1 ? 'item' : 'items'} ${verdictText(verdict)}`,
    );
}

/** Whether a checksum vouches for every item. */
export function areVerified(counts: readonly VerdictCount[]): boolean {
  return counts.every(({ verdict }) => verdict.kind === 'verified');
}

function rankOf(verdict: Verdict): number {
  switch (verdict.kind) {
    case 'trusted':
      return 0;
    case 'sizeOnly':
      return 1;
    case 'verified':
      return verdict.lacks === undefined ? 3 : 2;
  }
}
