import type { ObjectKey } from './ids';

/** One entry of a list of versions (data-plane §4.3). `versionId` is `null` (a text) for what is older than versioning. */
export type ObjectVersion =
  | {
      readonly kind: 'version';
      readonly key: ObjectKey;
      readonly versionId: string;
      readonly isLatest: boolean;
      readonly modifiedAtMs: number;
      readonly sizeBytes: number;
      /** Without quotes. */
      readonly etag: string;
      readonly storageClass?: string;
    }
  | {
      readonly kind: 'deleteMarker';
      readonly key: ObjectKey;
      readonly versionId: string;
      readonly isLatest: boolean;
      readonly modifiedAtMs: number;
    };

/** One page of versions, in the server's order: by key, newest first. */
export interface VersionPage {
  /** Common prefixes, each ending in the delimiter. */
  readonly folders: readonly string[];
  readonly versions: readonly ObjectVersion[];
  /** Opaque; hand it back for the next page. Absent on the last one. */
  readonly nextCursor?: string;
}

/** Whether a bucket keeps versions. Once enabled it can only be suspended (data-plane §10). */
export type VersioningState = 'never' | 'enabled' | 'suspended';
