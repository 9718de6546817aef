import { expect, test } from 'vitest';
import { addVerdict, areVerified, joinVerdicts, verdictLines, verdictText } from '../../../src/model/verdict';

const byCrc64 = { kind: 'verified', by: 'CRC64NVME', of: 'whole' } as const;
const byParts = { kind: 'verified', by: 'SHA256', of: 'parts' } as const;
const sizeOnly = { kind: 'sizeOnly', why: 'noChecksum' } as const;

test('a verdict reads as a sentence that names what vouched, or why nothing could', () => {
  expect(
    [
      byCrc64,
      byParts,
      { kind: 'verified', by: 'MD5', of: 'whole' } as const,
      { kind: 'verified', by: 'CRC32', of: 'parts', lacks: 'refused' } as const,
      sizeOnly,
      { kind: 'trusted', why: 'copiedByService' } as const,
    ].map(verdictText),
  ).toEqual([
    'verified by CRC64NVME',
    'verified by SHA256, part by part',
    'verified by MD5 (ETag)',
    'verified by CRC32, part by part: the service refuses a checksum of the whole',
    'size only: the service names no checksum of the whole',
    'taken on trust: the service copied it, and the checksums of both sides cannot be compared',
  ]);
});

test('the verdicts of many items are counted, and what nothing vouches for comes first', () => {
  const counts = joinVerdicts(addVerdict(addVerdict([], byCrc64), sizeOnly), addVerdict([], byCrc64, 2));
  expect(counts).toEqual([
    { verdict: byCrc64, items: 3 },
    { verdict: sizeOnly, items: 1 },
  ]);
  expect(verdictLines(counts)).toEqual([
    '1 item size only: the service names no checksum of the whole',
    '3 items verified by CRC64NVME',
  ]);
  expect(areVerified(counts)).toBe(false);
});

test('a single item needs no number', () => {
  expect(verdictLines(addVerdict([], byParts))).toEqual(['verified by SHA256, part by part']);
  expect(areVerified(addVerdict([], byParts))).toBe(true);
});
