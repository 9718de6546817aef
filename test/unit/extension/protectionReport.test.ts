import { describe, expect, it } from 'vitest';
import type { Protection } from '../../../src/model/protection';
import { reportCsv, totalsOf, totalsText, type ReportRow } from '../../../src/extension/protection/protectionReport';
import { deletableSentence } from '../../../src/extension/protection/protectionTexts';

const nowMs = Date.UTC(2026, 0, 1);
const dayMs = 86_400_000;
const t = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
const none: Protection = { kind: 'none', mechanism: 'none' };
const retained: Protection = { kind: 'retention', end: { kind: 'until', untilMs: nowMs + dayMs }, holds: [] };
const held: Protection = { kind: 'retention', end: { kind: 'until', untilMs: 0 }, holds: [{ id: 'a' }, { id: 'b' }] };
const permanent: Protection = { kind: 'retention', end: { kind: 'permanent' }, holds: [] };
const locked: Protection = {
  kind: 'objectLock',
  mode: 'GOVERNANCE',
  retainUntilMs: nowMs + 2 * dayMs,
  hasLegalHold: false,
};
const row = (key: string, protection: Protection): ReportRow => ({ bucket: 'b', key, protection });

describe('a report on protection', () => {
  it('adds up who can be deleted when', () => {
    const rows = [
      row('1', none),
      row('2', retained),
      row('3', held),
      row('4', permanent),
      row('5', locked),
      { bucket: 'b', key: '6' },
    ];
    const totals = totalsOf(rows, nowMs);
    expect(totals).toEqual({
      objects: 6,
      deletableNow: 1,
      dated: 2,
      lastMs: nowMs + 2 * dayMs,
      held: 1,
      never: 1,
      unread: 1,
    });
    expect(totalsText(totals, t)).toContain('1 of 6 objects can be deleted now. 2 are retained, the last until ');
  });

  it('is written as comma-separated values that spreadsheets neither split nor calculate', () => {
    const csv = reportCsv([row('a,"b"\nc', held), row('=1+1', locked)], nowMs, () => '', t);
    expect(csv.split('\r\n')).toEqual([
      '"bucket","key","mechanism","deletable","until","mode","legalHolds","error"',
      '"b","a,""b""\nc","retention policy","held","1970-01-01T00:00:00.000Z","","a b",""',
      `"b","'=1+1","Object Lock","at","2026-01-03T00:00:00.000Z","GOVERNANCE","",""`,
      '',
    ]);
  });

  it('names an error instead of a protection that could not be read', () => {
    const error = { kind: 'denied', op: 'GetObject', retry: 'never', detail: '' } as const;
    expect(reportCsv([{ bucket: 'b', key: 'k', error }], nowMs, () => 'denied; it needs Reader', t)).toContain(
      '"b","k","","","","","","denied; it needs Reader"\r\n',
    );
  });

  it.each([
    [none, 'It can be deleted now.'],
    [permanent, 'It can never be deleted.'],
    [held, 'It cannot be deleted: legal hold "a", legal hold "b".'],
  ])('says in a sentence when an object can be deleted', (protection, sentence) => {
    expect(deletableSentence(protection, nowMs, t)).toBe(sentence);
  });

  it('tells who may delete a GOVERNANCE lock before its date', () => {
    expect(deletableSentence(locked, nowMs, t)).toMatch(
      /^It can be deleted from .* Who may bypass GOVERNANCE can delete it before\.$/,
    );
  });
});
