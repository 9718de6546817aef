import type { Segment } from '../../store/blobReader';
import type { ObjectVersion } from '../../store/objects';
import { invalidArgument, invalidRequest, S3Error } from '../message/errors';
import type { S3Request } from '../message/request';

/** The bytes to be sent; `endByte` is exclusive. */
export type Slice = {
  readonly kind: 'whole' | 'range';
  readonly startByte: number;
  readonly endByte: number;
  /** Number of parts of the object, when one part was asked for. */
  readonly partCount?: number;
};

/** The part that a read asks for, judged before the object is looked up (order of checks). */
export function readPartNumber(request: S3Request): number | undefined {
  const text = request.query.get('partNumber');
  if (text === undefined) {
    return undefined;
  }
  const number = checkPartNumber(text);
  if (request.headers.has('range')) {
    throw invalidRequest('Cannot specify both Range header and partNumber query parameter.');
  }
  return number;
}

/** A part number as text (rule 72). */
export function checkPartNumber(text: string): number {
  const number = Number(text);
  if (!/^\d{1,5}$/.test(text) || number < 1 || number > 10_000) {
    throw invalidArgument('Part number must be an integer between 1 and 10000, inclusive.');
  }
  return number;
}

/** Reads `Range` (rule 63), or finds the part. A malformed range is ignored, one past the end is 416. */
export function readRange(
  request: S3Request,
  partNumber: number | undefined,
  version: ObjectVersion,
  segments: readonly Segment[],
): Slice {
  const range = request.headers.get('range');
  const whole: Slice = { kind: 'whole', startByte: 0, endByte: version.sizeBytes };
  if (partNumber !== undefined) {
    return findPart(partNumber, version, segments);
  }
  const match = /^bytes=(\d*)-(\d*)$/.exec((range ?? '').trim());
  if (match === null || (match[1] === '' && match[2] === '')) {
    return whole;
  }
  const first = match[1] === '' ? undefined : Number(match[1]);
  const last = match[2] === '' ? undefined : Number(match[2]);
  if (first === undefined) {
    const startByte = Math.max(version.sizeBytes - (last ?? 0), 0);
    return checkSlice({ kind: 'range', startByte, endByte: version.sizeBytes });
  }
  if (last !== undefined && last < first) {
    return whole;
  }
  return checkSlice({ kind: 'range', startByte: first, endByte: Math.min((last ?? Infinity) + 1, version.sizeBytes) });
}

function checkSlice(slice: Slice): Slice {
  if (slice.startByte >= slice.endByte) {
    throw new S3Error('InvalidRange', 'The requested range is not satisfiable.');
  }
  return slice;
}

function findPart(number: number, version: ObjectVersion, segments: readonly Segment[]): Slice {
  const absent = (): S3Error => new S3Error('InvalidPartNumber', 'The requested partnumber is not satisfiable.');
  if (version.partCount === undefined) {
    if (number !== 1) {
      throw absent();
    }
    return { kind: 'whole', startByte: 0, endByte: version.sizeBytes };
  }
  let startByte = 0;
  for (const segment of segments) {
    if (segment.partNumber === number) {
      return { kind: 'range', startByte, endByte: startByte + segment.sizeBytes, partCount: version.partCount };
    }
    startByte += segment.sizeBytes;
  }
  throw absent();
}
