/** Rules that a bucket's CORS may have (data-plane §8, rule 100). */
export const maxCorsRules = 100;

/** Methods that browsers of other origins can be allowed (rule 100). */
export const corsMethods = ['GET', 'PUT', 'POST', 'DELETE', 'HEAD'] as const;

/** What pages of some origins may do, as it stands in its document (data-plane §8). */
export interface CorsRule {
  readonly id?: string;
  /** Such as `https://example.com`; one `*` may stand for a part of it, or for all. */
  readonly origins: readonly string[];
  readonly methods: readonly (typeof corsMethods)[number][];
  /** Request headers that are allowed; one `*` each. */
  readonly headers?: readonly string[];
  /** Headers of answers that pages may read. */
  readonly exposedHeaders?: readonly string[];
  /** How long a browser may keep the answer of its question. */
  readonly maxAgeSeconds?: number;
}

/** What a bucket has: no rules where it has no configuration. */
export interface BucketCors {
  readonly rules: readonly CorsRule[];
  /** Names of elements of the service's answer that no field stands for; writing the rules would lose them. */
  readonly unknownElements: readonly string[];
}
