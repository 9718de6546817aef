import type { Clock, Faults, Identity } from '../../contracts';
import type { Store } from '../../store/store';

/**
 * Values that the real service may have otherwise, and behaviours that a test may want to switch (docs/spec/emulator-rules.md).
 * Defaults are the stricter choice.
 */
export interface S3Switches {
  /** Rule 49: a checksum for the documents of ?versioning, ?website, ?publicAccessBlock, ?tagging and ?acl. */
  readonly modelChecksums: 'required' | 'optional';
  /** Rule 62. */
  readonly maxMetadataBytes: number;
  /** Rule 61: single PUT, part, copy. */
  readonly maxPutBytes: number;
  /** Rule 61: completed object. */
  readonly maxObjectBytes: number;
  /** Rule 73. */
  readonly minPartBytes: number;
  /** Rule 31. */
  readonly maxBuckets: number;
  /** Rule 14: how long changes of versioning, retention defaults and replication stay unseen. */
  readonly configurationDelayMs: number;
  /** Rule 37. */
  readonly nameReservationMs: number;
  /** Rule 64: answer of a failed If-Unmodified-Since on GET and HEAD. */
  readonly unmodifiedSinceStatus: 304 | 412;
  /** Rule 59. */
  readonly multipartEtag: 'standard' | 'random';
  /** Rule 29. */
  readonly ownBucketCode: 'BucketAlreadyExists' | 'BucketAlreadyOwnedByYou';
  /** Rule 38: print the location with line breaks around it, as the documentation's sample does. */
  readonly prettyLocation: boolean;
  /** Rule 41: shuffle the entries inside a page. */
  readonly shuffledListings: boolean;
  /** Writing GLACIER or ACCELERATED without a lifecycle rule: implied by the service model, documented nowhere. */
  readonly directArchive: 'allowed' | 'refused';
  /** Rule 66. */
  readonly copyAcrossLocations: 'allowed' | 'refused';
  /** Rule 68. */
  readonly tagCharacters: 'strict' | 'lenient';
  /** Rule 71. */
  readonly customerKeysOverHttp: 'allowed' | 'refused';
  /** Rule 101: DELETE ?lifecycle without a configuration. */
  readonly absentLifecycleDeleteStatus: 204 | 404;
  /** Rule 80: DELETE of a version id that is well-formed and not there. */
  readonly absentVersionDeleteStatus: 204 | 404;
  /** Rule 81. */
  readonly objectLockRule: 'optional' | 'required';
  /** Rule 99: a copy into a protected bucket without Retention-Directive. */
  readonly absentRetentionDirective: 'replace' | 'refused';
}

export const defaultSwitches: S3Switches = {
  modelChecksums: 'required',
  maxMetadataBytes: 2048,
  maxPutBytes: 5 * 1024 ** 3,
  maxObjectBytes: 10 * 1024 ** 4,
  minPartBytes: 5 * 1024 ** 2,
  maxBuckets: 100,
  configurationDelayMs: 0,
  nameReservationMs: 5 * 60_000,
  unmodifiedSinceStatus: 412,
  multipartEtag: 'standard',
  ownBucketCode: 'BucketAlreadyExists',
  prettyLocation: false,
  shuffledListings: false,
  directArchive: 'refused',
  copyAcrossLocations: 'allowed',
  tagCharacters: 'strict',
  customerKeysOverHttp: 'refused',
  absentLifecycleDeleteStatus: 204,
  absentVersionDeleteStatus: 404,
  objectLockRule: 'optional',
  absentRetentionDirective: 'replace',
};

/** What a data plane endpoint is made of. */
export interface S3HandlerOptions {
  readonly store: Store;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly faults: Faults;
  /** Location code that this endpoint serves, for example `us-south`. */
  readonly location: string;
  /** Host names below which a bucket's name may stand (`<bucket>.<host name>`), without port. */
  readonly hostnames?: readonly string[];
  readonly switches?: Partial<S3Switches>;
  /** Takes a line about a failure that is not the client's: request id, method and where it happened. */
  readonly log?: (line: string) => void;
}
