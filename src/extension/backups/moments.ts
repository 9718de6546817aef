import type { RecoveryRange } from '../../model/backup';
import type { Translate } from '../ui/translate';

/** A moment of a backup that is worth offering. */
export interface Moment {
  readonly name: string;
  readonly atMs: number;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;
const barCells = 25;

/** Moments of a range, the newest first: its end, steps that grow the further they go back, and its beginning. */
export function momentsOf(
  { startMs, endMs }: Pick<RecoveryRange, 'startMs' | 'endMs'>,
  t: Translate,
): readonly Moment[] {
  const steps: readonly (readonly [number, string])[] = [
    [5 * minuteMs, t('5 minutes earlier')],
    [30 * minuteMs, t('30 minutes earlier')],
    [hourMs, t('1 hour earlier')],
    [6 * hourMs, t('6 hours earlier')],
    [dayMs, t('1 day earlier')],
    [2 * dayMs, t('2 days earlier')],
    [7 * dayMs, t('7 days earlier')],
    [30 * dayMs, t('30 days earlier')],
    [90 * dayMs, t('90 days earlier')],
    [365 * dayMs, t('365 days earlier')],
  ];
  const between = steps.map(([agoMs, name]) => ({ name, atMs: endMs - agoMs })).filter(({ atMs }) => atMs > startMs);
  return [{ name: t('Last State'), atMs: endMs }, ...between, { name: t('First State'), atMs: startMs }];
}

/** Where a moment lies in a range, drawn as a line from its beginning to its end. */
export function timelineBar(atMs: number, { startMs, endMs }: Pick<RecoveryRange, 'startMs' | 'endMs'>): string {
  const share = endMs > startMs ? (atMs - startMs) / (endMs - startMs) : 1;
  const cell = Math.round(Math.min(1, Math.max(0, share)) * (barCells - 1));
  return `├${'─'.repeat(cell)}●${'─'.repeat(barCells - 1 - cell)}┤`;
}
