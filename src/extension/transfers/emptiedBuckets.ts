import type { Disposable } from 'vscode';
import type { ConnectionId, TransferId } from '../../model/ids';
import type { TransferSnapshot } from '../../model/transferState';
import type { TransferMirror } from './mirror';

/**
 * Tells once of each transfer that emptied a bucket and may have deleted it, whichever window ran it: only the one that
 * asked for it knows whether the bucket is still to be there.
 */
export function watchEmptiedBuckets(
  mirror: Pick<TransferMirror, 'onDidChange'>,
  emptied: (id: ConnectionId) => void,
): Disposable {
  const told = new Set<TransferId>();
  return mirror.onDidChange(({ changed, removed }) => {
    for (const id of removed) told.delete(id);
    for (const snapshot of changed) {
      if (snapshot.state !== 'done' || !isOfWholeBucket(snapshot) || told.has(snapshot.transferId)) continue;
      told.add(snapshot.transferId);
      emptied(snapshot.connectionId);
    }
  });
}

/** A selection in the top folder has the same source, but a count of its names for a title. */
function isOfWholeBucket({ kind, title, source }: TransferSnapshot): boolean {
  return kind === 'delete' && source === `${title}/`;
}
