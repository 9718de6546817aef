import type { EngineClock } from '../clock';
import { CosFailure } from '../failure';
import { orAborted } from '../orAborted';
import type { IssuedToken } from './iam';

/** Asks IAM for a token. */
export type TokenSource = (signal: AbortSignal) => Promise<IssuedToken>;

/** The access token of one credential. */
export interface TokenCache {
  /** A token that is good for at least another minute. Concurrent callers share one request. */
  get(signal: AbortSignal): Promise<string>;
  /**
   * After the service refused a token: a newer one worth one more try, or undefined when there is none (the token is
   * the one that a recent refusal brought, so it is not the token's age).
   */
  afterRefusal(refused: string, signal: AbortSignal): Promise<string | undefined>;
  /** Ends a refresh in the background. */
  close(): void;
}

interface HeldToken {
  readonly accessToken: string;
  readonly refreshAtMs: number;
  readonly unusableAtMs: number;
}

/** Share of the lifetime after which a token is renewed in the background (credentials §4). */
const refreshShare = 0.75;
/** A token is not used in the last minute of its life. */
const safetyMs = 60_000;
/** Between two refreshes that refusals ask for, so that a bucket one may not read does not burden IAM. */
const refusalPauseMs = 30_000;
/** Between two attempts to refresh in the background. */
const backgroundPauseMs = 15_000;

/** A cache over a token source. Lifetimes are counted on the monotonic clock. */
export function createTokenCache(source: TokenSource, clock: EngineClock): TokenCache {
  const closing = new AbortController();
  let held: HeldToken | undefined;
  let inFlight: Promise<HeldToken> | undefined;
  let lastRefusalMs = Number.NEGATIVE_INFINITY;
  let lastBackgroundMs = Number.NEGATIVE_INFINITY;
  let fatal: CosFailure | undefined;

  /** The one request in flight. It belongs to all who wait, so no single caller's signal ends it. */
  function refresh(): Promise<HeldToken> {
    inFlight ??= source(closing.signal)
      .then((issued) => {
        const now = clock.monotonicMs();
        // A token that lives for less than two safety margins is used for half its life.
        const usableMs = Math.max(issued.lifetimeMs - safetyMs, issued.lifetimeMs / 2);
        held = {
          accessToken: issued.accessToken,
          refreshAtMs: now + Math.min(issued.lifetimeMs * refreshShare, usableMs),
          unusableAtMs: now + usableMs,
        };
        return held;
      })
      .catch((error: unknown) => {
        if (error instanceof CosFailure && error.error.kind === 'signInNeeded') {
          fatal = error;
          held = undefined;
        }
        throw error;
      })
      .finally(() => {
        inFlight = undefined;
      });
    return inFlight;
  }

  return {
    async get(signal) {
      if (fatal !== undefined) throw fatal;
      const now = clock.monotonicMs();
      if (held !== undefined && now < held.unusableAtMs) {
        if (now >= held.refreshAtMs && inFlight === undefined && now - lastBackgroundMs >= backgroundPauseMs) {
          lastBackgroundMs = now;
          refresh().catch(() => undefined); // the current token serves until it expires; then the caller sees why
        }
        return held.accessToken;
      }
      return (await orAborted(refresh(), signal)).accessToken;
    },
    async afterRefusal(refused, signal) {
      if (fatal !== undefined) throw fatal;
      if (held !== undefined && held.accessToken !== refused) return held.accessToken;
      const now = clock.monotonicMs();
      if (inFlight === undefined) {
        if (now - lastRefusalMs < refusalPauseMs) return undefined;
        lastRefusalMs = now;
      }
      const renewed = await orAborted(refresh(), signal);
      return renewed.accessToken === refused ? undefined : renewed.accessToken;
    },
    close() {
      closing.abort(new Error('the connection was closed'));
    },
  };
}
