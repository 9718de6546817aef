import type { ObjectTarget } from '../command/targets';

/** Where objects that are waited for are kept. */
export const waitingKey = 'ibmcos.archive.waiting';

/** An object whose restore was asked for. */
export interface WaitingObject extends ObjectTarget {
  readonly askedAtMs: number;
  readonly lookedAtMs: number;
}

const leastWaitMs = 60_000;
const mostWaitMs = 30 * 60_000;

/** How long until an object is looked at again: an eighth of the time that it was waited for, a minute to half an hour. */
export function waitMsOf({ askedAtMs, lookedAtMs }: WaitingObject, nowMs: number): number {
  const pauseMs = Math.min(mostWaitMs, Math.max(leastWaitMs, (lookedAtMs - askedAtMs) / 8));
  return Math.max(lookedAtMs + pauseMs - nowMs, 0);
}

/** A text that tells objects apart. */
export function objectName({ connectionId, bucket, key, versionId = '' }: ObjectTarget): string {
  return [connectionId, bucket, versionId, key].join('\n');
}
