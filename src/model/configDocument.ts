import type { CosError } from './cosError';
import type { BucketName, ConnectionId, ObjectKey } from './ids';

/** Parts of a bucket's configuration that are a document each (features-map.md B). */
export const bucketTopics = [
  'versioning',
  'retentionPolicy',
  'objectLock',
  'lifecycle',
  'cors',
  'website',
  'tags',
  'quota',
  'firewall',
  'activityTracking',
  'metricsMonitoring',
  'publicAccessBlock',
  'acl',
  'replication',
] as const;
/** One of them. */
export type BucketTopic = (typeof bucketTopics)[number];

/** What a configuration document is about. */
export type DocumentSubject =
  | {
      readonly kind: 'object';
      readonly connectionId: ConnectionId;
      readonly bucket: BucketName;
      readonly key: ObjectKey;
      readonly versionId?: string;
    }
  | {
      readonly kind: 'bucket';
      readonly connectionId: ConnectionId;
      readonly bucket: BucketName;
      readonly topic: BucketTopic;
    }
  /** A backup policy of a bucket, a backup vault, or a recovery range of a vault. */
  | {
      readonly kind: 'backup';
      readonly connectionId: ConnectionId;
      readonly resource: BackupResource;
    };

/** What of backups is a document. */
export type BackupResource =
  | { readonly kind: 'policy'; readonly bucket: BucketName; readonly policyId: string }
  | { readonly kind: 'vault'; readonly vault: string }
  | { readonly kind: 'range'; readonly vault: string; readonly rangeId: string };

/** A configuration document as it was read. */
export interface OpenedDocument {
  /** JSON with comments. */
  readonly text: string;
  /**
   * What the text was made from, as the engine wants it back: dates that may not shrink, the ETag that a change is made for.
   * Opaque to everybody else; never a secret.
   */
  readonly baseline: string;
  /** Why nothing of it can be changed. Absent where something can. */
  readonly readOnlyReason?: string;
  /** A text of before that was to be kept, with the facts of now; absent where none was. */
  readonly kept?: string;
}

/** A replacement of text, in UTF-16 units. */
export interface TextEdit {
  readonly offset: number;
  readonly length: number;
  readonly text: string;
}

/** What is wrong with a document, and where (offsets in UTF-16 units). */
export interface DocumentProblem {
  readonly offset: number;
  readonly length: number;
  readonly severity: 'error' | 'warning';
  /** Stable name of the rule, such as `tagCount`. */
  readonly code: string;
  /** A sentence that says what and what to do. */
  readonly message: string;
  /** Obvious repairs, best first. */
  readonly fixes?: readonly { readonly title: string; readonly edits: readonly TextEdit[] }[];
}

/** A request that a save would make. */
export interface DocumentStep {
  readonly id: string;
  /** S3 or API operation, such as `PutObjectTagging`. */
  readonly operation: string;
  /** What it changes, in a sentence. */
  readonly sentence: string;
  /** The consequence that cannot be undone, and the name of what it befalls; saving needs a confirmation that shows it. */
  readonly irreversible?: string;
}

/** What a save did. Where a step failed, those before it have been applied and those after it were not tried. */
export interface DocumentOutcome {
  readonly applied: readonly string[];
  readonly failed?: { readonly stepId: string; readonly error: CosError };
  /** The subject as it is now, with the text that was applied as the kept one; absent where it could not be read again. */
  readonly document?: OpenedDocument;
}
