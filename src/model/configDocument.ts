import type { CosError } from './cosError';
import type { BucketName, ConnectionId, ObjectKey } from './ids';
import type { AttributeChange, SeenMark } from './objectState';

/** Parts of a bucket's configuration that are a document each (features-map §B). */
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
  /** Objects and everything below prefixes of one bucket; at most `maxSelectionNames` of both together. */
  | {
      readonly kind: 'selection';
      readonly connectionId: ConnectionId;
      readonly bucket: BucketName;
      readonly keys: readonly ObjectKey[];
      readonly prefixes: readonly string[];
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

/** Objects and prefixes that one document can be about: they stand in its URI, and each object is looked at. */
export const maxSelectionNames = 200;

/** What stands in the document of a selection where its objects differ. */
export const mixedText = '<mixed>';

/** What of backups is a document. Policies and ranges have ids; `name` says what its tab calls it. */
export type BackupResource =
  | { readonly kind: 'policy'; readonly bucket: BucketName; readonly policyId: string; readonly name: string }
  | { readonly kind: 'vault'; readonly vault: string }
  | { readonly kind: 'range'; readonly vault: string; readonly rangeId: string; readonly name: string };

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

/** What saving the document of a selection changes, and on what. */
export interface SelectionChange {
  readonly change: AttributeChange;
  /** The objects that were looked at, by key. */
  readonly seen: Readonly<Record<string, SeenMark>>;
  /** Objects that are there, as far as they were counted. */
  readonly count: { readonly objects: number; readonly isComplete: boolean };
  readonly lookedAt: number;
  /** Objects that the change leaves as they are, among those looked at. */
  readonly refused: readonly { readonly key: ObjectKey; readonly reason: SelectionRefusal }[];
}

/**
 * Why an object cannot be written anew: protected, in archive, its access list grants more than can be written with an
 * object, or something of it could not be read and would be lost.
 */
export type SelectionRefusal = 'protected' | 'archived' | 'accessList' | 'unreadable';

/** What a save did. Where a step failed, those before it have been applied and those after it were not tried. */
export interface DocumentOutcome {
  readonly applied: readonly string[];
  readonly failed?: { readonly stepId: string; readonly error: CosError };
  /** The subject as it is now, with the text that was applied as the kept one; absent where it could not be read again. */
  readonly document?: OpenedDocument;
}
