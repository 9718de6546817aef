import { randomInt } from 'node:crypto';
import type { Fault, Faults } from './contracts';

/** Which requests a fault hits. An absent member matches everything; `*` in a text stands for any characters. */
export interface FaultMatch {
  readonly method?: string;
  readonly operation?: string;
  readonly bucket?: string;
  readonly key?: string;
}

/** A fault to arm. */
export interface FaultRule {
  readonly fault: Fault;
  readonly match: FaultMatch;
  /** How many matching requests pass before the first hit. */
  readonly skip: number;
  /** How many requests it hits before it is spent; absent for no limit. */
  readonly count?: number;
  /** The share of matching requests that it hits, 0 to 1. */
  readonly probability: number;
  /** Seeds the choice of a probability below 1, so that a run can be repeated. */
  readonly seed: number;
}

/** A fault that is or was armed, with how often it fired. */
export interface ArmedFault extends FaultRule {
  readonly id: number;
  readonly matchedCount: number;
  readonly firedCount: number;
}

/** One request, as the faults and the request log see it. */
export interface ObservedRequest {
  readonly method: string;
  readonly operation: string;
  readonly bucket?: string;
  readonly key?: string;
}

/** The faults that are armed. */
export class FaultInjector implements Faults {
  private readonly armed = new Map<number, { rule: ArmedFault; random: () => number }>();
  private nextId = 1;

  arm(rule: Partial<FaultRule> & { fault: Fault }): ArmedFault {
    const id = this.nextId++;
    const seed = rule.seed ?? randomInt(2 ** 31);
    const armed = { match: {}, skip: 0, probability: 1, ...rule, seed, id, matchedCount: 0, firedCount: 0 };
    this.armed.set(id, { rule: armed, random: seededRandom(seed) });
    return armed;
  }

  take(request: ObservedRequest): readonly Fault[] {
    const faults: Fault[] = [];
    for (const [id, { rule, random }] of this.armed) {
      if (!matches(rule.match, request)) continue;
      const isSpent = rule.count !== undefined && rule.firedCount >= rule.count;
      const isDue =
        rule.matchedCount >= rule.skip && !isSpent && (rule.probability >= 1 || random() < rule.probability);
      const counted = { ...rule, matchedCount: rule.matchedCount + 1, firedCount: rule.firedCount + (isDue ? 1 : 0) };
      this.armed.set(id, { rule: counted, random });
      if (isDue) faults.push(rule.fault);
    }
    return faults;
  }

  /** Every fault since the last `clear`, spent ones included. */
  list(): readonly ArmedFault[] {
    return [...this.armed.values()].map(({ rule }) => rule);
  }

  disarm(id: number): ArmedFault | undefined {
    const rule = this.armed.get(id)?.rule;
    this.armed.delete(id);
    return rule;
  }

  clear(): void {
    this.armed.clear();
  }
}

function matches(match: FaultMatch, request: ObservedRequest): boolean {
  return (
    matchesText(match.method, request.method) &&
    matchesText(match.operation, request.operation) &&
    matchesText(match.bucket, request.bucket) &&
    matchesText(match.key, request.key)
  );
}

function matchesText(pattern: string | undefined, text: string | undefined): boolean {
  if (pattern === undefined) return true;
  if (text === undefined) return false;
  const source = pattern.split('*').map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`, 's').test(text);
}

/** Mulberry32: small, and the same on every machine. */
function seededRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
