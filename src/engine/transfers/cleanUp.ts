import { unlink } from 'node:fs/promises';
import type { ConnectionId } from '../../model/ids';
import type { CosClient } from '../cos/client';
import type { EngineHost } from '../engine';
import { asFailure } from '../failure';
import type { Leftover, LeftoverJournal } from './leftovers';
import { codeOf } from './localFailure';
import { isTempFile } from './tempFile';

/** Removes what engines that were killed have left half-made; says in the log what it removed and what it could not. */
export async function cleanUpLeftovers(
  journal: LeftoverJournal,
  clientFor: (connectionId: ConnectionId, signal: AbortSignal) => Promise<CosClient>,
  host: Pick<EngineHost, 'notify'>,
  signal: AbortSignal,
): Promise<void> {
  await journal.cleanUp(async (leftover) => {
    try {
      await remove(leftover, clientFor, signal);
      host.notify('engine/log', {
        level: 'info',
        text: `removed what an interrupted transfer left: ${name(leftover)}`,
      });
    } catch (thrown) {
      const { error } = asFailure(thrown, 'cleanUp');
      // A connection that was removed since takes its uploads with it: nobody is left to abort them.
      if (error.reason === 'noConnection') return;
      const text = `could not yet remove what an interrupted transfer left: ${name(leftover)}: ${error.detail}`;
      host.notify('engine/log', { level: 'warn', text });
      throw thrown;
    }
  });
}

async function remove(
  leftover: Leftover,
  clientFor: (connectionId: ConnectionId, signal: AbortSignal) => Promise<CosClient>,
  signal: AbortSignal,
): Promise<void> {
  switch (leftover.kind) {
    case 'tempFile':
      if (!isTempFile(leftover.fsPath)) return;
      try {
        await unlink(leftover.fsPath);
      } catch (cause) {
        if (codeOf(cause) !== 'ENOENT') throw cause;
      }
      return;
    case 'upload': {
      const { connectionId, bucket, key, uploadId } = leftover;
      const client = await clientFor(connectionId, signal);
      return await client.abortMultipartUpload({ bucket, key }, uploadId, signal);
    }
  }
}

function name(leftover: Leftover): string {
  switch (leftover.kind) {
    case 'tempFile':
      return `"${leftover.fsPath}"`;
    case 'upload':
      return `parts of "${leftover.key}" in bucket "${leftover.bucket}"`;
  }
}
