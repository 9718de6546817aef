import type { ArchiveState } from './archive';
import type { CosError } from './cosError';
import type { ObjectHeaders, ObjectInfo } from './objectInfo';
import type { Protection } from './protection';

/** Access lists by name that COS knows (data-plane §14). */
export type CannedAcl = 'private' | 'public-read';

/** What an object's access list says; `other` where grants go beyond the canned ones, as only other servers allow. */
export type ObjectAcl = CannedAcl | 'other';

/** Everything about an object that is not its bytes. A part that could not be read is absent and listed. */
export interface ObjectState {
  readonly info: ObjectInfo;
  readonly archive: ArchiveState;
  readonly tags?: Readonly<Record<string, string>>;
  readonly acl?: ObjectAcl;
  readonly protection?: Protection;
  readonly unreadable: readonly { readonly part: 'tags' | 'acl' | 'protection'; readonly error: CosError }[];
}

/** Which object somebody has seen. One that was written anew with the same bytes has the same ETag and another time. */
export interface SeenMark {
  readonly etag: string;
  /** As a HEAD tells it: listings may be more exact. */
  readonly modifiedAtMs: number;
}

/** A change of an object. What is left out stays; null removes. */
export interface AttributeChange {
  readonly headers?: { readonly [Name in keyof ObjectHeaders]?: string | null };
  /** Names without `x-amz-meta-`, lower case. */
  readonly metadata?: Readonly<Record<string, string | null>>;
  readonly tags?: Readonly<Record<string, string | null>>;
  readonly acl?: CannedAcl;
}

/** Steps of a change, in the order in which they are applied. `attributes`: headers and metadata, by writing anew. */
export type AttributeStep = 'attributes' | 'tags' | 'acl';

/** What a change did. Where a later step failed, the earlier ones have been applied. */
export interface AttributeOutcome {
  readonly applied: readonly AttributeStep[];
  readonly failed?: { readonly step: AttributeStep; readonly error: CosError };
  /** The object afterwards; absent where it could not be read. */
  readonly info?: ObjectInfo;
}
