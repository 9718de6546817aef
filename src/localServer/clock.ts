import type { Clock } from './contracts';

/** Where an adjustable clock stands. */
export interface ClockState {
  readonly state: 'running' | 'frozen';
  readonly nowMs: number;
  /** How far it is from the machine's clock, in milliseconds. */
  readonly offsetMs: number;
}

/** The machine's clock, moved or stopped so that retention, expiry and token lifetimes can be tested in no time. */
export class AdjustableClock implements Clock {
  private readonly machineNowMs: () => number;
  private offsetMs = 0;
  private frozenAtMs: number | undefined;

  constructor(machineNowMs: () => number = Date.now) {
    this.machineNowMs = machineNowMs;
  }

  nowMs(): number {
    return this.frozenAtMs ?? this.machineNowMs() + this.offsetMs;
  }

  read(): ClockState {
    const nowMs = this.nowMs();
    return {
      state: this.frozenAtMs === undefined ? 'running' : 'frozen',
      nowMs,
      offsetMs: nowMs - this.machineNowMs(),
    };
  }

  /** Moves the clock to a moment; a frozen clock stays frozen there. */
  set(nowMs: number): void {
    if (this.frozenAtMs === undefined) this.offsetMs = nowMs - this.machineNowMs();
    else this.frozenAtMs = nowMs;
  }

  /** Moves the clock by `byMs`, backwards when negative. */
  advance(byMs: number): void {
    this.set(this.nowMs() + byMs);
  }

  /** Stops the clock where it is. */
  freeze(): void {
    this.frozenAtMs = this.nowMs();
  }

  /** Lets a frozen clock run on from where it stands. */
  run(): void {
    if (this.frozenAtMs === undefined) return;
    const nowMs = this.frozenAtMs;
    this.frozenAtMs = undefined;
    this.set(nowMs);
  }

  /** Back to the machine's clock. */
  reset(): void {
    this.frozenAtMs = undefined;
    this.offsetMs = 0;
  }
}
