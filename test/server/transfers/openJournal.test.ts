import { execFileSync, spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../../../src/engine/transfers/journal';
import { setAside } from '../../../src/engine/transfers/journalPlace';
import { openJournal } from '../../../src/engine/transfers/openJournal';
import { bucketName, connectionId, objectKey, type TransferId, type UploadId } from '../../../src/model/ids';
import type { TransferRequest } from '../../../src/protocol/requests';
import { snapshotOf } from '../../unit/extension/transfers/snapshots';

const nowMs = Date.UTC(2026, 11, 1, 9, 30, 5);
/** Listens at a path and dies without taking it away. */
const leaveSocket = `require('node:net').createServer().listen(process.argv[1], () => process.kill(process.pid, 'SIGKILL'))`;
let count = 0;
let above: string;
let folder: string;
beforeEach(() => {
  above = mkdtempSync(join(tmpdir(), 'journal-'));
  folder = join(above, 'state');
});
afterEach(() => rmSync(above, { recursive: true }));

const request: TransferRequest = {
  kind: 'upload',
  connectionId: connectionId('home'),
  bucket: bucketName('bucket'),
  prefix: 'p/',
  sources: [{ fsPath: '/film' }],
  clash: 'fail',
};

/** Puts a transfer with an open upload into the journal. */
function fill(journal: Journal, transferId = 't1'): number {
  const snapshot = snapshotOf({ transferId: transferId as TransferId, kind: 'upload' });
  const row = journal.addTransfer('engine-1', request, snapshot);
  journal.putItem(row, {
    kind: 'upload',
    name: '/film',
    bucket: bucketName('bucket'),
    key: objectKey('p/film'),
    uploadId: 'upload' as UploadId,
    clash: 'fail',
    sizeBytes: 1,
    modifiedAtNs: '1',
    partBytes: 1,
  });
  for (let partNumber = 1; partNumber <= 200; partNumber++) {
    journal.putPart(row, '/film', { partNumber, lengthBytes: 5, mark: `etag-${partNumber}` });
  }
  return row;
}

/** Opens the journal, works with it as an engine does, and answers with where the old one went. */
function use(): string | undefined {
  const { journal, setAside } = openJournal(folder, nowMs);
  try {
    const transferId = `new-${++count}`;
    const row = journal.inTransaction(() => fill(journal, transferId));
    expect(journal.transfers().at(-1)).toMatchObject({ row, transferId, request });
    expect(journal.parts(row, '/film')).toHaveLength(200);
    for (const noted of journal.transfers()) journal.items(noted.row);
    return setAside;
  } finally {
    journal.close();
  }
}

function writeJournal(): Buffer {
  const { journal } = openJournal(folder, nowMs);
  journal.inTransaction(() => fill(journal));
  journal.close();
  return readFileSync(join(folder, 'transfers.sqlite'));
}

describe('a journal that cannot be used', () => {
  it('is set aside where it is garbage, and a new one is begun', () => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'transfers.sqlite'), 'no database '.repeat(500));
    const setAside = use();
    expect(setAside).toBe(join(folder, 'transfers.sqlite.damaged-2026-12-01T09-30-05'));
    expect(readFileSync(setAside!, 'utf8')).toContain('no database');
    expect(use()).toBeUndefined();
  });

  it('is set aside where a folder has its name', () => {
    mkdirSync(join(folder, 'transfers.sqlite/inside'), { recursive: true });
    expect(use()).toContain('.damaged-');
    expect(readdirSync(join(folder, 'transfers.sqlite.damaged-2026-12-01T09-30-05'))).toEqual(['inside']);
  });

  it('is left as it is where a newer version has written it and works with it, and there is one beside it', () => {
    writeJournal();
    const fsPath = join(folder, 'transfers.sqlite');
    const newer = new DatabaseSync(fsPath);
    newer.exec('PRAGMA user_version = 99');
    const first = openJournal(folder, nowMs);
    fill(first.journal);
    first.journal.close();
    expect(first).toMatchObject({ newer: fsPath, journal: { fsPath: join(folder, 'transfers-2.sqlite') } });
    const second = openJournal(folder, nowMs);
    expect(second.journal.transfers()).toHaveLength(1);
    second.journal.close();
    expect([first.setAside, second.newer, second.setAside]).toEqual([undefined, undefined, undefined]);
    newer.exec('DELETE FROM owners');
    expect(newer.prepare('SELECT count(*) AS parts FROM parts').get()).toEqual({ parts: 200 });
    newer.close();
    expect(readdirSync(folder).sort()).toEqual(['transfers-2.sqlite', 'transfers.sqlite']);
  });

  it.skipIf(process.platform === 'win32').each([
    ['a pipe', (at: string) => execFileSync('mkfifo', [at])],
    ['a link to nothing', (at: string) => symlinkSync(join(above, 'nothing'), at)],
    ['a link to itself', (at: string) => symlinkSync(at, at)],
    ['a link to a device', (at: string) => symlinkSync('/dev/null', at)],
    ['a socket', (at: string) => spawnSync(process.execPath, ['-e', leaveSocket, at])],
  ])('is set aside where %s has its name, or that of what lies beside it, or of its folder', (_what, make) => {
    const aside = '.damaged-2026-12-01T09-30-05';
    const places = [folder, join(folder, 'transfers.sqlite'), join(folder, 'transfers.sqlite-wal')];
    for (const place of places) {
      rmSync(folder, { recursive: true, force: true });
      mkdirSync(dirname(place), { recursive: true });
      make(place);
      const beside = place.endsWith('-wal') ? '-wal' : '';
      const setAside = use()!;
      expect(setAside).toBe(`${beside === '' ? place : places[1]}${aside}`);
      expect(lstatSync(setAside + beside).isFile()).toBe(false);
      expect(use()).toBeUndefined();
      expect(existsSync(join(above, 'nothing'))).toBe(false);
      rmSync(setAside + beside);
    }
  });

  it('is not set aside a second time by a run that had found it damaged, and a dead run holds nobody up', () => {
    mkdirSync(folder);
    const fsPath = join(folder, 'transfers.sqlite');
    writeFileSync(fsPath, 'no database '.repeat(500));
    // As a run leaves it that was killed while it set the journal aside.
    const dead = spawnSync(process.execPath, ['-e', '']).pid;
    writeFileSync(`${fsPath}.lock`, `${dead} ${hostname()}`);
    expect(use()).toContain('.damaged-');
    expect(readdirSync(folder).filter((name) => name.endsWith('.lock'))).toEqual([]);
    expect(setAside(join(folder, 'gone'), nowMs)).toBeUndefined();
  });

  it('is set aside where a file is in place of its folder', () => {
    writeFileSync(folder, 'a file');
    expect(use()).toBe(`${folder}.damaged-2026-12-01T09-30-05`);
    expect(readdirSync(above).sort()).toEqual(['state', 'state.damaged-2026-12-01T09-30-05']);
  });

  it('is set aside where another program has put rows into it', () => {
    writeJournal();
    const database = new DatabaseSync(join(folder, 'transfers.sqlite'));
    database.exec(`UPDATE transfers SET snapshot = '{}'`);
    database.close();
    expect(use()).toContain('.damaged-');
  });

  it('is kept, or set aside, whatever bits a disk has flipped; never is an engine left without one', () => {
    const whole = writeJournal();
    let random = 20261201;
    const next = (below: number): number => {
      random = (Math.imul(random, 1664525) + 1013904223) >>> 0;
      return random % below;
    };
    let setAside = 0;
    for (let run = 0; run < 60; run++) {
      rmSync(folder, { recursive: true });
      mkdirSync(folder);
      const flipped = Buffer.from(whole);
      for (let flips = 1 + next(8); flips > 0; flips--) flipped[next(flipped.length)]! ^= 1 << next(8);
      writeFileSync(join(folder, 'transfers.sqlite'), flipped);
      if (use() !== undefined) setAside += 1;
    }
    expect(setAside).toBeGreaterThan(5);
    expect(setAside).toBeLessThan(60);
  });

  it('leaves alone what is whole, and two that are open at once', () => {
    writeJournal();
    const first = openJournal(folder, nowMs);
    const second = openJournal(folder, nowMs);
    expect([first.setAside, second.setAside]).toEqual([undefined, undefined]);
    expect(second.journal.transfers()).toHaveLength(1);
    first.journal.close();
    second.journal.close();
  });

  it('is told of, and nothing is set aside, where none can be kept at all', () => {
    expect(() => openJournal('/proc/x/y', nowMs)).toThrow(/ENOENT/);
    writeFileSync(join(above, 'file'), '');
    expect(() => openJournal(join(above, 'file/state'), nowMs)).toThrow(
      `"${join(above, 'file')}" is a file, and a folder is needed there`,
    );
    cpSync(join(above, 'file'), join(above, 'copy'));
    expect(readdirSync(above).sort()).toEqual(['copy', 'file']);
  });
});
