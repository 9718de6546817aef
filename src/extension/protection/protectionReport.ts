import { csvText } from '../../model/csv';
import { plain } from '../ui/gate/plain';
import { deletability, obstaclesOf, type Deletability, type Protection } from '../../model/protection';
import type { CosError } from '../../model/cosError';
import type { Translate } from '../ui/translate';
import { mechanismText, momentText, obstacleText } from './protectionTexts';

/** One object of a report. */
export interface ReportRow {
  readonly bucket: string;
  readonly key: string;
  readonly protection?: Protection;
  /** Where the protection could not be read. */
  readonly error?: CosError;
}

/** What a report says of all objects together. */
export interface ReportTotals {
  readonly objects: number;
  readonly deletableNow: number;
  readonly dated: number;
  /** When the last of those with a date can be deleted. */
  readonly lastMs?: number;
  readonly held: number;
  readonly never: number;
  readonly unread: number;
}

/** Adds the rows up. */
export function totalsOf(rows: readonly ReportRow[], nowMs: number): ReportTotals {
  const when = rows.flatMap(({ protection }) => (protection === undefined ? [] : [deletability(protection, nowMs)]));
  const count = (kind: Deletability['kind']): number => when.filter((one) => one.kind === kind).length;
  const dates = when.flatMap((one) => (one.kind === 'at' ? [one.atMs] : []));
  return {
    objects: rows.length,
    deletableNow: count('now'),
    dated: count('at'),
    ...(dates.length === 0 ? {} : { lastMs: dates.reduce((last, ms) => Math.max(last, ms)) }),
    held: count('held'),
    never: count('never'),
    unread: rows.length - when.length,
  };
}

/** The totals in sentences. */
export function totalsText(totals: ReportTotals, t: Translate): string {
  const { objects, deletableNow, dated, lastMs, held, never, unread } = totals;
  return [
    t('{0} of {1} objects can be deleted now.', deletableNow, objects),
    ...(dated === 0 || lastMs === undefined
      ? []
      : [t('{0} are retained, the last until {1}.', dated, momentText(lastMs))]),
    ...(held === 0 ? [] : [t('{0} are held, or retained without end.', held)]),
    ...(never === 0 ? [] : [t('{0} can never be deleted.', never)]),
    ...(unread === 0 ? [] : [t('Of {0} the protection could not be read.', unread)]),
  ].join(' ');
}

/** A report as a document. */
export function reportText(
  rows: readonly ReportRow[],
  nowMs: number,
  sentence: (error: CosError) => string,
  t: Translate,
): string {
  const lines = rows.map(({ bucket, key, protection, error }) => {
    const name = plain(`${bucket}/${key}`);
    if (protection === undefined) return `${name}\n    ${error === undefined ? t('not read') : plain(sentence(error))}`;
    const obstacles = obstaclesOf(protection, nowMs).map((obstacle) => obstacleText(obstacle, t));
    return `${name}\n    ${obstacles.length === 0 ? t('can be deleted now') : obstacles.join('; ')}`;
  });
  const asOf = t('As of {0}.', momentText(nowMs));
  return `${totalsText(totalsOf(rows, nowMs), t)}\n${asOf}\n\n${lines.join('\n')}\n`;
}

/** A report as comma-separated values (RFC 4180), dates in UTC. Cells that a spreadsheet would calculate get a quote mark. */
export function reportCsv(
  rows: readonly ReportRow[],
  nowMs: number,
  sentence: (error: CosError) => string,
  t: Translate,
): string {
  const head = ['bucket', 'key', 'mechanism', 'deletable', 'until', 'mode', 'legalHolds', 'error'];
  const body = rows.map(({ bucket, key, protection, error }) => [
    bucket,
    key,
    protection === undefined ? '' : mechanismText(protection, t),
    protection === undefined ? '' : deletability(protection, nowMs).kind,
    protection === undefined ? '' : untilCell(protection),
    protection?.kind === 'objectLock' ? (protection.mode ?? '') : '',
    protection === undefined ? '' : holdsCell(protection),
    error === undefined ? '' : sentence(error),
  ]);
  return csvText([head, ...body]);
}

function untilCell(protection: Protection): string {
  switch (protection.kind) {
    case 'none':
      return '';
    case 'retention':
      return protection.end.kind === 'until' ? new Date(protection.end.untilMs).toISOString() : protection.end.kind;
    case 'objectLock':
      return protection.retainUntilMs === undefined ? '' : new Date(protection.retainUntilMs).toISOString();
  }
}

function holdsCell(protection: Protection): string {
  if (protection.kind === 'retention') return protection.holds.map(({ id }) => id).join(' ');
  return protection.kind === 'objectLock' && protection.hasLegalHold ? 'ON' : '';
}
