import type { Clock } from './contracts';
import type { ObservedRequest } from './faults';

const recentLimit = 1000;

/** One request that the server took. */
export interface LoggedRequest extends ObservedRequest {
  readonly atMs: number;
}

/** Counts requests by operation, so that a test can say how many a client needed. */
export class RequestLog {
  private readonly clock: Clock;
  private counts = new Map<string, number>();
  private recent: LoggedRequest[] = [];

  constructor(clock: Clock) {
    this.clock = clock;
  }

  record(request: ObservedRequest): void {
    this.counts.set(request.operation, (this.counts.get(request.operation) ?? 0) + 1);
    this.recent.push({ atMs: this.clock.nowMs(), ...request });
    if (this.recent.length > 2 * recentLimit) this.recent = this.recent.slice(-recentLimit);
  }

  /** Counts since the last `clear`, and the last 1,000 requests, the oldest first. */
  read(): { total: number; byOperation: Record<string, number>; recent: readonly LoggedRequest[] } {
    const byOperation = Object.fromEntries([...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)));
    const total = [...this.counts.values()].reduce((sum, count) => sum + count, 0);
    return { total, byOperation, recent: this.recent.slice(-recentLimit) };
  }

  clear(): void {
    this.counts = new Map();
    this.recent = [];
  }
}
