import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Journal } from '../../../src/engine/transfers/journal';
import { JournalNotes } from '../../../src/engine/transfers/journalNotes';
import { beatMs, leaseMs, Leases } from '../../../src/engine/transfers/leases';
import { bucketName, connectionId, objectKey, type TransferId, type UploadId } from '../../../src/model/ids';
import type { TransferRequest } from '../../../src/protocol/requests';
import { ManualClock } from '../../fakes/manualClock';
import { snapshotOf } from '../extension/transfers/snapshots';

let folder: string;
let journals: Journal[] = [];
const clock = new ManualClock();
let alive: Set<number>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'journal-'));
  alive = new Set([1, 2]);
});
afterEach(() => {
  for (const journal of journals.splice(0)) journal.close();
  rmSync(folder, { recursive: true });
});

const request: TransferRequest = {
  kind: 'delete',
  connectionId: connectionId('home'),
  bucket: bucketName('bucket'),
  keys: [objectKey('a\u0000b')],
  prefixes: [],
};

/** One engine on the journal. */
function engine(pid: number, host = 'here') {
  const journal = Journal.open(folder);
  journals.push(journal);
  const leases = new Leases(journal, clock, { ownerId: `engine-${pid}`, pid, host, isAlive: (it) => alive.has(it) });
  const begin = (transferId = 't1') => {
    leases.enter();
    return journal.addTransfer(leases.ownerId, request, snapshotOf({ transferId: transferId as TransferId }));
  };
  return { journal, leases, begin };
}

describe('what is told once on a machine', () => {
  it('is given to the one engine that asks first, and again when it is long ago', () => {
    const [one, other] = [engine(1).journal, engine(2).journal];
    expect(one.claimAnnouncements(['a', 'b'], 1000)).toEqual(['a', 'b']);
    expect(other.claimAnnouncements(['b', 'c', 'c'], 2000)).toEqual(['c']);
    expect(one.claimAnnouncements(['a', 'b', 'c'], 3000)).toEqual([]);
    const monthMs = 30 * 24 * 3_600_000;
    expect(one.claimAnnouncements(['a', 'c'], monthMs + 1500)).toEqual(['a']);
  });
});

describe('the rows of the journal', () => {
  it('are never used twice', () => {
    const { journal, begin } = engine(1);
    const first = begin('t1');
    journal.removeTransfer(first);
    expect(begin('t2')).toBeGreaterThan(first);
  });

  it('of version 1 stay, and are not used twice from then on', () => {
    const { DatabaseSync } = process.getBuiltinModule('node:sqlite');
    const { begin, journal } = engine(1);
    const row = begin('t1');
    for (const open of journals.splice(0)) open.close();
    const file = new DatabaseSync(journal.fsPath);
    file.exec(`
      ALTER TABLE transfers RENAME TO transfers2;
      CREATE TABLE transfers (
        row INTEGER PRIMARY KEY, transferId TEXT NOT NULL UNIQUE, ownerId TEXT, intent TEXT NOT NULL,
        request TEXT NOT NULL, snapshot TEXT NOT NULL);
      INSERT INTO transfers SELECT * FROM transfers2;
      DROP TABLE transfers2;
      PRAGMA user_version = 1;`);
    file.close();

    const later = engine(2);
    expect(later.journal.transfers()).toMatchObject([{ row, transferId: 't1', request }]);
    later.journal.removeTransfer(row);
    expect(later.begin('t2')).toBeGreaterThan(row);
  });
});

describe('leases of transfers', () => {
  it('let one engine have a transfer at a time', () => {
    const one = engine(1);
    const two = engine(2);
    const row = one.begin();
    expect(one.leases.holds(row)).toBe(true);
    expect(two.leases.claim(row)).toBe(false);
    one.journal.setOwner(row, null);
    expect(two.leases.claim(row)).toBe(true);
    expect(one.leases.claim(row)).toBe(false);
  });

  it('last for as long as the engine shows that it lives, however long that is', () => {
    const one = engine(1);
    const two = engine(2);
    const row = one.begin();
    for (let ms = 0; ms < 10 * leaseMs; ms += beatMs) {
      expect(two.leases.claim(row)).toBe(false);
      clock.advance(beatMs);
      expect(one.leases.beat()).toBe(true);
    }
  });

  it('end at once when the process is gone', () => {
    const one = engine(1);
    const two = engine(2);
    const row = one.begin();
    alive.delete(1);
    expect(two.leases.isElsewhere({ ownerId: 'engine-1' })).toBe(false);
    expect(two.leases.claim(row)).toBe(true);
  });

  it('end after a while without a sign of life, also when another process has the number by now', () => {
    const one = engine(1);
    const two = engine(2);
    const row = one.begin();
    expect(two.leases.claim(row)).toBe(false);
    clock.advance(leaseMs - 1);
    expect(two.leases.claim(row)).toBe(false);
    clock.advance(1);
    expect(two.leases.claim(row)).toBe(true);
  });

  it('do not mind what the wall clock does', () => {
    const one = engine(1);
    const two = engine(2);
    const row = one.begin();
    expect(two.leases.claim(row)).toBe(false);
    clock.wallMs += 365 * 24 * 3_600_000;
    expect(two.leases.claim(row)).toBe(false);
  });

  it('are not ended by process numbers of another machine', () => {
    const far = engine(77, 'there');
    const two = engine(2);
    const row = far.begin();
    expect(two.leases.claim(row)).toBe(false);
    clock.advance(leaseMs);
    expect(two.leases.claim(row)).toBe(true);
  });

  it('tell an engine that was stopped for too long that its transfer is another one’s, before it completes anything', () => {
    const one = engine(1);
    const two = engine(2);
    const row = one.begin();
    const notes = new JournalNotes(one.journal, one.leases, row);
    two.leases.claim(row);
    clock.advance(leaseMs);
    two.leases.claim(row);
    expect(() => notes.assertHeld()).toThrow('another window');
    notes.putOutcome('a', 'done');
    notes.flush();
    expect(new JournalNotes(two.journal, two.leases, row).outcomeOf('a')).toBeUndefined();
    expect(one.leases.beat()).toBe(false);
  });
});

describe('the journal', () => {
  it('keeps requests, half-made things, parts and outcomes for the next engine', () => {
    const one = engine(1);
    const row = one.begin();
    const notes = new JournalNotes(one.journal, one.leases, row);
    const item = {
      kind: 'upload',
      name: '/home/ü\n',
      bucket: bucketName('bucket'),
      key: objectKey('a/\u0000b'),
      uploadId: 'u' as UploadId,
      clash: 'replace',
      sizeBytes: 10,
      modifiedAtNs: '1700000000123456789',
      partBytes: 5,
    } as const;
    notes.putItem(item);
    notes.putPart(item.name, { partNumber: 1, lengthBytes: 3, mark: 'x' });
    notes.putPart(item.name, { partNumber: 1, lengthBytes: 5, mark: 'y' });
    notes.putOutcome('other', 'failed');
    notes.flush();
    one.leases.leave();

    const two = engine(2);
    const [noted] = two.journal.transfers();
    expect(noted).toMatchObject({ request, intent: 'run' });
    expect(two.leases.claim(row)).toBe(true);
    const read = new JournalNotes(two.journal, two.leases, row);
    expect(read.items()).toEqual([item]);
    expect(read.parts(item.name)).toEqual([{ partNumber: 1, lengthBytes: 5, mark: 'y' }]);
    expect(read.outcomeOf('other')).toBe('failed');
    read.removeItem(item.name);
    expect(read.parts(item.name)).toEqual([]);
    two.journal.removeTransfer(row);
    expect(two.journal.transfers()).toEqual([]);
    expect(two.journal.outcome(row, 'other')).toBeUndefined();
  });

  it('takes about forty bytes for an item that is done', () => {
    const one = engine(1);
    const row = one.begin();
    const outcomes = new Map(
      Array.from({ length: 20_000 }, (_, n) => [`folder/with/a/long/name/${n}`, 'done'] as const),
    );
    one.journal.putOutcomes(row, outcomes);
    one.journal.close();
    journals = [];
    expect(statSync(join(folder, 'transfers.sqlite')).size).toBeLessThan(20_000 * 60);
  });

  it('says what is wrong with a file that is none, and with one of a later version', () => {
    writeFileSync(join(folder, 'transfers.sqlite'), 'something else entirely, and long enough to be noticed');
    expect(() => Journal.open(folder)).toThrow(/not a database/);
    expect(readFileSync(join(folder, 'transfers.sqlite'), 'utf8')).toContain('something else');
  });
});
