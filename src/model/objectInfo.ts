import type { BucketName, ObjectKey } from './ids';

/** One bucket of a listing. */
export interface BucketSummary {
  readonly name: BucketName;
  /** Absent for buckets added by name. */
  readonly createdAtMs?: number;
  /** LocationConstraint as the service gave it; absent where a service does not say (data-plane §3.2). */
  readonly locationConstraint?: string;
  readonly location?: string;
  readonly storageClass?: string;
}

/** One object of a listing. */
export interface ObjectSummary {
  readonly key: ObjectKey;
  readonly sizeBytes: number;
  readonly modifiedAtMs: number;
  /** Without quotes. */
  readonly etag: string;
  readonly storageClass?: string;
  /** Of which kind its checksum is, where a listing tells (data-plane §1.5). */
  readonly checksumAlgorithm?: string;
  readonly checksumType?: 'FULL_OBJECT' | 'COMPOSITE';
}

/** One page of a listing, at most 1,000 folders and objects together (data-plane §4.1). */
export interface ObjectPage {
  /** Common prefixes, each ending in the delimiter. */
  readonly folders: readonly string[];
  readonly objects: readonly ObjectSummary[];
  /** Opaque; hand it back for the next page. Absent on the last one. */
  readonly nextCursor?: string;
}

/** System headers of an object that a save must keep (data-plane §5.1). */
export interface ObjectHeaders {
  readonly contentType?: string;
  readonly cacheControl?: string;
  readonly contentDisposition?: string;
  readonly contentEncoding?: string;
  readonly contentLanguage?: string;
  readonly expires?: string;
  readonly websiteRedirectLocation?: string;
}

/** Everything about an object that is not its bytes and that a save must keep. */
export interface ObjectAttributes {
  readonly headers: ObjectHeaders;
  /** Names without `x-amz-meta-`, lower case. */
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags: Readonly<Record<string, string>>;
}

/** What keeps an object from being changed or deleted, as far as a HEAD tells (data-plane §11, §12). */
export interface ObjectProtection {
  /** Immutable Object Storage. `retainUntilMs` absent with `isIndefinite`. */
  readonly retention?: {
    readonly retainUntilMs?: number;
    readonly isIndefinite: boolean;
    readonly legalHoldCount: number;
  };
  readonly objectLock?: {
    readonly mode?: 'GOVERNANCE' | 'COMPLIANCE';
    readonly retainUntilMs?: number;
    readonly hasLegalHold: boolean;
  };
}

/** What a HEAD says of an object. */
export interface ObjectInfo extends ObjectSummary {
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  /** Number of tags; the tags themselves take a request of their own. */
  readonly tagCount: number;
  readonly versionId?: string;
  /** Checksums by algorithm, base64, e.g. `{ CRC64NVME: '…' }`; empty when the server keeps none. */
  readonly checksums: Readonly<Record<string, string>>;
  /** Encrypted with a key of the owner's: the ETag need not be an MD5 (data-plane §16). */
  readonly hasOwnKey?: true;
  readonly protection: ObjectProtection;
  /** `x-amz-restore` as sent, for archived objects. */
  readonly restore?: string;
  /** When a HEAD was answered, by the clock of the server, to the second: its times are of that clock. */
  readonly answeredAtMs?: number;
}
