import type { ObjectsTarget } from './targets';

/** The last deletion of this window whose objects can be brought back, since their bucket keeps versions. */
export interface LastDelete {
  readonly targets: readonly ObjectsTarget[];
  /** By the service's clock as far as it is known: the times between which its delete markers were made. */
  readonly startedAtMs: number;
  readonly endedAtMs: number;
}

/** Where it is kept. */
export interface LastDeletes {
  last: LastDelete | undefined;
}
