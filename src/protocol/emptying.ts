import type { BucketName, ConnectionId } from '../model/ids';
import type { VersioningState } from '../model/objectVersion';
import type { ProtectionMechanism } from '../model/protection';

/** What a bucket holds, before it is emptied. */
export interface BucketCensus {
  /** Whether it has versions; `unknown` where the identity may not ask. */
  readonly versioning: VersioningState | 'unknown';
  /** Objects as they stand. */
  readonly objects: number;
  /** Versions behind them, or behind delete markers. */
  readonly oldVersions: number;
  readonly deleteMarkers: number;
  /** Of objects and old versions. */
  readonly bytes: number;
  /** Uploads that were begun and never finished. */
  readonly uploads: number;
  /** Of these, those that transfers of this engine are at. */
  readonly runningUploads: number;
  /** False where counting stopped at the limit: there is more of everything. */
  readonly isComplete: boolean;
  readonly mechanism: ProtectionMechanism;
  /** How many of the first objects or versions cannot be deleted yet; absent in buckets that protect nothing. */
  readonly sample?: { readonly looked: number; readonly protected: number; readonly untilMs?: number };
}

/** Requests about emptying buckets; emptying itself is a transfer. */
export interface EmptyingRequests {
  /** Counts what a bucket holds, each kind up to `limit`, and looks how much of the first hundred is protected. */
  'buckets/census': {
    params: { connectionId: ConnectionId; bucket: BucketName; limit: number };
    result: BucketCensus;
  };
  /**
   * Adds lifecycle rules that let the service delete everything a day after it was written; other rules stay. `unsupported`
   * where the bucket has rules that would be lost.
   */
  'buckets/expireEverything': {
    params: { connectionId: ConnectionId; bucket: BucketName; hasVersions: boolean };
    result: null;
  };
}
