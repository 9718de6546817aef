import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cleanUpLeftovers } from '../../../src/engine/transfers/cleanUp';
import { LeftoverJournal, unsettled, type Leftover } from '../../../src/engine/transfers/leftovers';
import { CosFailure } from '../../../src/engine/failure';
import { bucketName, connectionId, objectKey, type UploadId } from '../../../src/model/ids';
import type { CosClient } from '../../../src/engine/cos/client';

let folder: string;
const log: string[] = [];
const host = { notify: (_name: string, params: unknown) => log.push(JSON.stringify(params)) };
const never = new AbortController().signal;

/** The id of a process that has ended. */
const deadPid = spawnSync(process.execPath, ['--version']).pid;

const upload: Leftover = {
  kind: 'upload',
  connectionId: connectionId('one'),
  bucket: bucketName('bucket'),
  key: objectKey('a/b\n"c"'),
  uploadId: 'upload-1' as UploadId,
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'leftovers-'));
  log.length = 0;
});
afterEach(() => rmSync(folder, { recursive: true }));

function leaveBehind(leftovers: readonly Leftover[]): void {
  const journal = new LeftoverJournal(folder, deadPid, 1);
  for (const leftover of leftovers) journal.note(leftover);
}

describe('the journal of half-made things', () => {
  it('forgets what was settled and ignores a line that was cut short', () => {
    const journal = new LeftoverJournal(folder, deadPid, 1);
    journal.note({ kind: 'tempFile', fsPath: '/a' })();
    journal.note(upload);
    const [name] = readdirSync(folder);
    expect(unsettled(`${readText(name)}+9 {"kind":"tempF`)).toEqual([upload]);
  });

  it('leaves no file behind when everything was settled', () => {
    const journal = new LeftoverJournal(folder, process.pid, 1);
    journal.note(upload)();
    journal.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('does not touch what a living engine notes', async () => {
    const living = new LeftoverJournal(folder, process.ppid, 1);
    living.note(upload);
    const journal = new LeftoverJournal(folder, process.pid, 2);
    expect(await journal.cleanUp(async () => undefined)).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(2);
  });
});

describe('cleaning up after an engine that was killed', () => {
  it('removes its temporary file and aborts its upload', async () => {
    const fsPath = join(folder, '.file.txt.0123456789abcdef.cospart');
    writeFileSync(fsPath, 'half');
    leaveBehind([{ kind: 'tempFile', fsPath }, upload]);
    const aborted: string[] = [];
    const client = {
      abortMultipartUpload: async (_address: unknown, uploadId: string) => void aborted.push(uploadId),
    } as unknown as CosClient;

    const journal = new LeftoverJournal(folder, process.pid, 2);
    await cleanUpLeftovers(journal, async () => client, host, never);
    journal.close();

    expect(existsSync(fsPath)).toBe(false);
    expect(aborted).toEqual(['upload-1']);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('never removes a file that is not one of its temporary files', async () => {
    const fsPath = join(folder, 'precious.txt');
    writeFileSync(fsPath, 'precious');
    leaveBehind([{ kind: 'tempFile', fsPath }]);
    const journal = new LeftoverJournal(folder, process.pid, 2);
    await cleanUpLeftovers(journal, () => Promise.reject(new Error('not asked')), host, never);
    expect(existsSync(fsPath)).toBe(true);
  });

  it('keeps what it cannot reach yet for the next engine, and says so', async () => {
    leaveBehind([upload]);
    const offline = new CosFailure({ kind: 'network', op: 'AbortMultipartUpload', retry: 'later', detail: 'offline' });
    const journal = new LeftoverJournal(folder, deadPid, 2);
    await cleanUpLeftovers(journal, () => Promise.reject(offline), host, never);
    journal.close();

    expect(log.join()).toContain('offline');
    const next = new LeftoverJournal(folder, process.pid, 3);
    const reached: Leftover[] = [];
    await next.cleanUp(async (leftover) => void reached.push(leftover));
    expect(reached).toEqual([upload]);
  });

  it('drops uploads of a connection that no longer exists', async () => {
    leaveBehind([upload]);
    const gone = new CosFailure({
      kind: 'invalid',
      reason: 'noConnection',
      op: 'connection/resolve',
      retry: 'never',
      detail: 'there is no such connection',
    });
    const journal = new LeftoverJournal(folder, process.pid, 2);
    await cleanUpLeftovers(journal, () => Promise.reject(gone), host, never);
    journal.close();
    expect(readdirSync(folder)).toEqual([]);
  });
});

function readText(name: string | undefined): string {
  return name === undefined ? '' : readFileSync(join(folder, name), 'utf8');
}
