import type { ServerResponse } from 'node:http';
import type { Fault } from '../../contracts';

/**
 * Passes a body through the armed faults: cut off by a reset, ended early, or with a flipped bit. The headers have
 * already promised the true length, as they would in reality.
 */
export async function* withFaults(
  bytes: AsyncIterable<Buffer>,
  faults: readonly Fault[],
  response: ServerResponse,
): AsyncGenerator<Buffer> {
  const cut = faults.find((fault) => fault.kind === 'resetAfter' || fault.kind === 'truncateAfter');
  const isCorrupt = faults.some((fault) => fault.kind === 'corruptBody');
  let sentBytes = 0;
  let isFirst = true;
  for await (const chunk of bytes) {
    let piece = chunk;
    if (isCorrupt && isFirst && chunk.length > 0) {
      piece = Buffer.from(chunk);
      piece[0] = (piece[0] ?? 0) ^ 0x01;
    }
    isFirst = false;
    if (cut !== undefined && sentBytes + piece.length >= cut.bytes) {
      yield piece.subarray(0, cut.bytes - sentBytes);
      await breakOff(response, cut.kind);
      return;
    }
    sentBytes += piece.length;
    yield piece;
  }
}

async function breakOff(response: ServerResponse, kind: 'resetAfter' | 'truncateAfter'): Promise<void> {
  const { socket } = response;
  if (socket === null) {
    return;
  }
  if (kind === 'resetAfter') {
    socket.resetAndDestroy();
    return;
  }
  await new Promise<void>((resolve) => socket.end(resolve));
}
