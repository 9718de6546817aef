import type { BucketName, ConnectionId, TransferId } from '../../model/ids';

/** The last deletion of this window, whoever asked for it: only that one can be undone, and once. */
export type LastDelete =
  | { readonly kind: 'transfers'; readonly runs: readonly DeletionRun[] }
  /** It was of versions, or of a whole bucket. */
  | { readonly kind: 'permanent' }
  | { readonly kind: 'undone' };

/** A transfer that deleted something. The engine knows which delete markers it made. */
export interface DeletionRun {
  readonly transferId: TransferId;
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
}

/** Where it is kept. */
export interface LastDeletes {
  last: LastDelete | undefined;
}
