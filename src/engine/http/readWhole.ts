import type { CosFailure } from '../failure';
import { timedOut, type ExchangeLimits } from './answerLimits';

/**
 * The whole body of an answer that is a document of at most `maxBytes`. It has to arrive in one stretch of time, and as it is:
 * compressed although nobody asked for it, it would be read as something else.
 */
export async function readWhole(
  {
    headers,
    pipe,
  }: {
    readonly headers: Readonly<Record<string, string>>;
    readonly pipe: (sink: (bytes: Buffer) => void) => Promise<void>;
  },
  maxBytes: number,
  limits: ExchangeLimits,
  failureOf: (error: Error) => CosFailure,
): Promise<Buffer> {
  const mostBytes = Math.min(maxBytes, limits.maxDocumentBytes);
  const untilMs = performance.now() + limits.documentSilences * limits.idleTimeoutMs;
  const pieces: Buffer[] = [];
  let sizeBytes = 0;
  await pipe((bytes) => {
    sizeBytes += bytes.byteLength;
    if (sizeBytes > mostBytes) throw failureOf(tooLong(mostBytes));
    if (performance.now() > untilMs) throw failureOf(timedOut());
    // Pieces may be overwritten once they were looked at.
    pieces.push(Buffer.from(bytes));
  });
  if (sizeBytes > 0 && isCompressed(headers['content-encoding'])) {
    throw failureOf(compressed(headers['content-encoding'] ?? ''));
  }
  return pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces);
}

function isCompressed(encoding: string | undefined): boolean {
  return encoding !== undefined && !/^(?:identity|aws-chunked)?$/i.test(encoding.trim());
}

function tooLong(mostBytes: number): Error {
  const message = `the answer is longer than ${mostBytes} bytes`;
  return Object.assign(new Error(message), { code: 'COS_ANSWER_TOO_LONG' });
}

function compressed(encoding: string): Error {
  return Object.assign(new Error(`compressed: ${encoding.slice(0, 40)}`), { code: 'COS_ANSWER_COMPRESSED' });
}
