/**
 * Whether a request may be sent again. `always`: repeating it changes nothing. `ifRefused`: only when the server
 * certainly did not act on it (429, 503, or no connection), since a second effect would hurt.
 */
export type Repeatable = 'always' | 'ifRefused';

/** Limits of the one retry layer. */
export interface RetryPolicy {
  readonly maxAttempts: number;
  /** Attempts where nothing answers at the address at all; few, since a typing error should show soon. */
  readonly maxConnectAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

/** What the product uses. A storm of 503 is waited out for about half a minute. */
export const defaultRetryPolicy: RetryPolicy = {
  maxAttempts: 7,
  maxConnectAttempts: 2,
  baseDelayMs: 200,
  maxDelayMs: 10_000,
};

/** Full-jitter exponential delay before attempt `attempt` + 1 (attempts count from 1), in milliseconds. */
export function backOffMs(policy: RetryPolicy, attempt: number, random: () => number): number {
  const ceiling = Math.min(policy.maxDelayMs, policy.baseDelayMs * 2 ** attempt);
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}

/** A service that asks for more is not waited for: whoever asked is told, and decides. */
export const longestAskedWaitMs = 60_000;

/** What is waited in all for one request because a service asks for it; then whoever asked is told. */
export const askedWaitInAllMs = 120_000;

/** Milliseconds that a `Retry-After` header asks for (seconds or a date), however many; undefined without one. */
export function retryAfterMs(value: string | undefined, nowMs: number): number | undefined {
  if (value === undefined) return undefined;
  const seconds = Number(value);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - nowMs;
  return Number.isFinite(waitMs) ? Math.max(0, waitMs) : undefined;
}
