import { multipartLimits } from '../../model/partPlan';
import type { WireAnswer } from '../http/exchange';

/** Which bytes of an object the body of an answer holds. */
export interface BodyRange {
  readonly offsetBytes: number;
  readonly lengthBytes: number;
  /** Size of the whole object. */
  readonly totalBytes: number;
}

/** Why an answer cannot be the one to a GET, in words that follow "The answer". */
export type BodyRangeProblem = { readonly problem: string };

/** Bytes that were asked for; without a length, all that follow. */
export interface AskedRange {
  readonly offsetBytes: number;
  readonly lengthBytes?: number;
}

/**
 * What an answer to a GET is going to hold, by its head alone: every body has a bound before its first byte is read.
 * `unknown` for a body without a length, which is only good where somebody else knows the size.
 */
export function bodyRangeOf(
  { status, headers }: Pick<WireAnswer, 'status' | 'headers'>,
  asked: AskedRange | undefined,
): BodyRange | BodyRangeProblem | 'unknown' {
  const contentLength = lengthOf(headers['content-length']);
  if (contentLength === 'invalid')
    return { problem: `names no length that an object can have ("${shown(headers['content-length'])}")` };
  if (status === 200) {
    if (contentLength === undefined) return 'unknown';
    return { offsetBytes: 0, lengthBytes: contentLength, totalBytes: contentLength };
  }
  if (status !== 206) return { problem: `has the status ${status}, which no object comes with` };
  if (asked === undefined) return { problem: 'holds a part of the object, although all of it was asked for' };
  const [, first, last, total] = /^bytes (\d{1,15})-(\d{1,15})\/(\d{1,15})$/.exec(headers['content-range'] ?? '') ?? [];
  if (first === undefined)
    return { problem: `does not say which part of the object it holds ("${shown(headers['content-range'])}")` };
  const [from, to, totalBytes] = [Number(first), Number(last), Number(total)];
  const askedEnd = asked.lengthBytes === undefined ? totalBytes : asked.offsetBytes + asked.lengthBytes;
  if (from !== asked.offsetBytes || to < from || to >= Math.min(askedEnd, totalBytes)) {
    return { problem: `holds another range than the one asked for ("${shown(headers['content-range'])}")` };
  }
  const lengthBytes = to - from + 1;
  if (contentLength !== undefined && contentLength !== lengthBytes) {
    return { problem: `has ${contentLength} bytes for a range of ${lengthBytes}` };
  }
  return { offsetBytes: from, lengthBytes, totalBytes };
}

/** Size of the object that a HEAD tells of; undefined where it tells none. */
export function headSizeOf(headers: WireAnswer['headers']): number | undefined {
  const length = lengthOf(headers['content-length']);
  return length === 'invalid' ? undefined : length;
}

function lengthOf(text: string | undefined): number | 'invalid' | undefined {
  if (text === undefined) return undefined;
  const isLength = /^\d{1,15}$/.test(text) && Number(text) <= multipartLimits.maxObjectBytes;
  return isLength ? Number(text) : 'invalid';
}

function shown(text: string | undefined): string {
  return (text ?? '').slice(0, 80);
}
