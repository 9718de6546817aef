import type { TransferSnapshot } from '../../model/transferState';

/** What can be said of when a transfer will be over. */
export type Outlook =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'left'; readonly leftMs: number }
  /** Nothing was acknowledged for so long that the last rate says nothing. */
  | { readonly kind: 'stalled'; readonly sinceMs: number };

/** The first seconds of a transfer say little about the rest. */
const settleMs = 2_000;
const timeConstantMs = 4_000;
/** Longer than a part of 20 MB takes on a slow line, since bytes count when their part is acknowledged. */
const stalledMs = 30_000;

/**
 * The time a transfer still takes, smoothed so that it can be read: the instant of its end moves slowly towards what the
 * newest rate says, and between two reports the time left runs down.
 */
export class RemainingTime {
  #runningSinceMs: number | undefined;
  #endsAtMs: number | undefined;
  #seenAtMs = 0;
  #bytesDone = -1;
  #progressAtMs = 0;

  /** To be called with every snapshot of the transfer. */
  observe(snapshot: TransferSnapshot, nowMs: number): void {
    if (snapshot.state !== 'running') {
      this.#runningSinceMs = undefined;
      this.#endsAtMs = undefined;
      this.#bytesDone = -1;
      return;
    }
    this.#runningSinceMs ??= nowMs;
    if (snapshot.bytesDone > this.#bytesDone) {
      this.#bytesDone = snapshot.bytesDone;
      this.#progressAtMs = nowMs;
    }
    const { bytesTotal, bytesPerSecond } = snapshot;
    if (bytesTotal === undefined || bytesPerSecond === undefined || bytesPerSecond <= 0) return;
    const endsAtMs = nowMs + (Math.max(0, bytesTotal - snapshot.bytesDone) / bytesPerSecond) * 1000;
    if (this.#endsAtMs === undefined || nowMs - this.#runningSinceMs < settleMs) {
      this.#endsAtMs = endsAtMs;
    } else {
      const weight = 1 - Math.exp(-(nowMs - this.#seenAtMs) / timeConstantMs);
      this.#endsAtMs += weight * (endsAtMs - this.#endsAtMs);
    }
    this.#seenAtMs = nowMs;
  }

  outlook(nowMs: number): Outlook {
    if (this.#runningSinceMs === undefined) return { kind: 'unknown' };
    const sinceMs = nowMs - this.#progressAtMs;
    if (sinceMs >= stalledMs) return { kind: 'stalled', sinceMs };
    if (this.#endsAtMs === undefined || nowMs - this.#runningSinceMs < settleMs) return { kind: 'unknown' };
    return { kind: 'left', leftMs: Math.max(0, this.#endsAtMs - nowMs) };
  }
}
