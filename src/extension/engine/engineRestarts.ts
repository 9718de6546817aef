/** What to do after the engine died. */
export type AfterCrash = { readonly kind: 'restart'; readonly delayMs: number } | { readonly kind: 'giveUp' };

const windowMs = 3 * 60_000;
const maxCrashes = 4;

/** Decides over restarts: the delay doubles with each crash of the last three minutes, the fourth is the end. */
export class RestartPolicy {
  readonly #firstDelayMs: number;
  #crashesAtMs: readonly number[] = [];

  constructor(firstDelayMs = 250) {
    this.#firstDelayMs = firstDelayMs;
  }

  /** Notes a crash and says what follows. */
  crashed(nowMs: number): AfterCrash {
    this.#crashesAtMs = [...this.#crashesAtMs.filter((atMs) => nowMs - atMs < windowMs), nowMs];
    const crashes = this.#crashesAtMs.length;
    if (crashes >= maxCrashes) return { kind: 'giveUp' };
    return { kind: 'restart', delayMs: this.#firstDelayMs * 2 ** (crashes - 1) };
  }

  /** Forgets past crashes, since a person asked for a restart. */
  reset(): void {
    this.#crashesAtMs = [];
  }
}
