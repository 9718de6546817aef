const timeConstantMs = 3000;
const sampleMs = 250;

/** Bytes per second, smoothed over about three seconds so that a display of it can be read. */
export class SmoothedRate {
  #sampleStartMs: number;
  #sampleBytes = 0;
  #rate: number | undefined;

  constructor(nowMs: number) {
    this.#sampleStartMs = nowMs;
  }

  add(bytes: number, nowMs: number): void {
    this.#advance(nowMs);
    this.#sampleBytes += bytes;
  }

  /** Undefined until there is a quarter of a second to go by. */
  bytesPerSecond(nowMs: number): number | undefined {
    this.#advance(nowMs);
    return this.#rate === undefined ? undefined : Math.round(this.#rate);
  }

  #advance(nowMs: number): void {
    const elapsedMs = nowMs - this.#sampleStartMs;
    if (elapsedMs < sampleMs) return;
    const current = (this.#sampleBytes * 1000) / elapsedMs;
    const weight = 1 - Math.exp(-elapsedMs / timeConstantMs);
    this.#rate = this.#rate === undefined ? current : this.#rate + weight * (current - this.#rate);
    this.#sampleStartMs = nowMs;
    this.#sampleBytes = 0;
  }
}
