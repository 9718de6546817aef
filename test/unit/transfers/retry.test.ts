import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/engine/clock';
import { Journal } from '../../../src/engine/transfers/journal';
import { JournalKeeper } from '../../../src/engine/transfers/journalKeeper';
import { Leases } from '../../../src/engine/transfers/leases';
import { objectKey, type TransferId } from '../../../src/model/ids';
import type { TransferSnapshot } from '../../../src/model/transferState';
import type { TransferRequest } from '../../../src/protocol/requests';
import { bucket, connection, makeWorld, mebibyte, patternBytes, type World } from './world';

const never = new AbortController().signal;

let stateFolder: string;
let world: World;

beforeEach(async () => {
  stateFolder = mkdtempSync(join(tmpdir(), 'state-'));
  const journal = Journal.open(stateFolder);
  const leases = new Leases(journal, systemClock, { ownerId: randomUUID(), pid: process.pid });
  world = await makeWorld({ keeper: new JournalKeeper(journal, leases) });
});
afterEach(async () => {
  world.client.intercept = () => undefined;
  await world.dispose();
  rmSync(stateFolder, { recursive: true });
});

const here = { connectionId: connection, bucket, clash: 'fail' } as const;
const uploadOf = (...fsPaths: readonly string[]): TransferRequest => ({
  ...here,
  kind: 'upload',
  prefix: '',
  sources: fsPaths.map((fsPath) => ({ fsPath })),
});

async function retry({ transferId }: { transferId: TransferId }): Promise<TransferSnapshot> {
  await world.transfers.handlers['transfers/retry']({ transferId }, never);
  return await world.end(transferId);
}

/** Fails the first request of an operation for a key. */
function failOnce(operation: string, key: string): void {
  let isDue = true;
  world.client.intercept = (is, of) => {
    if (is !== operation || of !== key || !isDue) return;
    isDue = false;
    throw new Error('no');
  };
}

describe('trying again what could not even be looked at', () => {
  it('uploads a file that was missing at the first attempt', async () => {
    const [there, missing] = [join(world.folder, 'there'), join(world.folder, 'missing')];
    writeFileSync(there, 'there');
    const failed = await world.run(uploadOf(there, missing));
    expect(failed).toMatchObject({ state: 'failed', itemsDone: 1, itemsFailed: 1 });

    mkdirSync(missing);
    writeFileSync(join(missing, 'below'), 'by now');
    expect(await retry(failed)).toMatchObject({ state: 'done', itemsDone: 2 });
    expect(world.client.keys('bucket')).toEqual(['missing/below', 'there']);
  });

  it('downloads an object that could not be asked about', async () => {
    world.client.put('bucket', 'a', 'a');
    world.client.put('bucket', 'b', 'b');
    failOnce('headObject', 'b');
    const sources = ['a', 'b'].map((key) => ({ kind: 'object', key: objectKey(key) }) as const);
    const folderFsPath = join(world.folder, 'target');
    const failed = await world.run({ ...here, kind: 'download', sources, folderFsPath });
    expect(failed).toMatchObject({ state: 'failed', itemsDone: 1, itemsFailed: 1 });
    expect(await retry(failed)).toMatchObject({ state: 'done', itemsDone: 2 });
    expect(readdirSync(folderFsPath).sort()).toEqual(['a', 'b']);
  });

  it('downloads what lies below a folder by now', async () => {
    const sources = [{ kind: 'prefix', prefix: 'f/' } as const];
    const folderFsPath = join(world.folder, 'target');
    const failed = await world.run({ ...here, kind: 'download', sources, folderFsPath });
    expect(failed).toMatchObject({ state: 'failed', error: { kind: 'notFound' } });
    world.client.put('bucket', 'f/a', 'a');
    expect(await retry(failed)).toMatchObject({ state: 'done', itemsDone: 1 });
    expect(readdirSync(join(folderFsPath, 'f'))).toEqual(['a']);
  });

  it('moves an object that could not be asked about', async () => {
    for (const key of ['a', 'b']) world.client.put('bucket', key, key);
    failOnce('headObject', 'b');
    const failed = await world.run({
      kind: 'copy',
      connectionId: connection,
      source: { bucket, keys: ['a', 'b'].map(objectKey), prefixes: [] },
      target: { bucket, prefix: 't/' },
      deleteSource: true,
      clash: 'fail',
    });
    expect(failed).toMatchObject({ state: 'failed', itemsDone: 1, itemsFailed: 1 });
    expect(await retry(failed)).toMatchObject({ state: 'done', itemsDone: 2 });
    expect(world.client.keys('bucket')).toEqual(['t/a', 't/b']);
  });
});

it('tries everything again that the journal has forgotten meanwhile', async () => {
  const source = join(world.folder, 'some');
  mkdirSync(source);
  for (const name of ['a', 'b']) writeFileSync(join(source, name), name);
  failOnce('putObject', 'some/b');
  const failed = await world.run(uploadOf(source));
  expect(failed).toMatchObject({ state: 'failed', itemsDone: 1, itemsFailed: 1 });
  forget(failed.transferId);
  expect(await retry(failed)).toMatchObject({ state: 'done', itemsDone: 2, itemsTotal: 2 });
  expect(world.client.keys('bucket')).toEqual(['some/a', 'some/b']);

  for (const key of ['d/1', 'd/2']) world.client.put('bucket', key, 'x');
  world.client.undeletable.add('d/2');
  const deletion = { kind: 'delete', connectionId: connection, bucket, keys: [], prefixes: ['d/'] } as const;
  const stayed = await world.run(deletion);
  expect(stayed).toMatchObject({ state: 'failed', itemsDone: 1, itemsFailed: 1 });
  world.client.undeletable.clear();
  forget(stayed.transferId);
  expect(await retry(stayed)).toMatchObject({ state: 'done' });
  expect(world.client.keys('bucket')).toEqual(['some/a', 'some/b']);
});

/** As another window does that took this one for dead, and as the cleaning up of what a failed transfer has left does. */
function forget(transferId: TransferId): void {
  const journal = Journal.open(stateFolder);
  const noted = journal.transfer(transferId);
  expect(noted?.intent).toBe('ended');
  journal.removeTransfer(noted!.row);
  journal.close();
}

describe('a transfer that runs', () => {
  it.each(['transfers/resume', 'transfers/retry'] as const)(
    'refuses %s at once, and not when it has ended',
    async (op) => {
      let letGo = () => undefined as void;
      const held = new Promise<void>((resolve) => (letGo = resolve));
      world.client.intercept = (operation) => (operation === 'deleteObjects' ? held : undefined);
      world.client.put('bucket', 'a', 'x');
      const keys = [objectKey('a')];
      const deletion = { kind: 'delete', connectionId: connection, bucket, keys, prefixes: [] } as const;
      const transferId = await world.start(deletion);
      await expect(world.transfers.handlers[op]({ transferId }, never)).rejects.toMatchObject({
        error: { kind: 'conflict' },
      });
      letGo();
      expect(await world.end(transferId)).toMatchObject({ state: 'done' });
    },
  );

  it('is on the list: one that was taken from it meanwhile is not tried again', async () => {
    failOnce('deleteObjects', '1 keys');
    world.client.put('bucket', 'a', 'x');
    const keys = [objectKey('a')];
    const failed = await world.run({ kind: 'delete', connectionId: connection, bucket, keys, prefixes: [] });
    const { transferId } = failed;
    const retrying = world.transfers.handlers['transfers/retry']({ transferId }, never);
    const clearing = world.transfers.handlers['transfers/clearFinished'](null, never);
    await expect(retrying).rejects.toMatchObject({ error: { kind: 'notFound' } });
    await clearing;
    expect(await world.transfers.handlers['transfers/list'](null, never)).toEqual([]);
    expect(world.client.keys('bucket')).toEqual(['a']);
  });
});

describe('a paused transfer that is being cancelled', () => {
  it('is not resumed meanwhile, and cancelled once', async () => {
    const fsPath = join(world.folder, 'big');
    writeFileSync(fsPath, patternBytes(12 * mebibyte));
    let letGo = () => undefined as void;
    const held = new Promise<void>((resolve) => (letGo = resolve));
    let pausing: Promise<unknown> | undefined;
    world.client.intercept = (operation) => {
      if (operation !== 'uploadPart') return;
      pausing ??= world.transfers.handlers['transfers/pause']({ transferId }, never);
    };
    const transferId = await world.start(uploadOf(fsPath));
    await expect.poll(() => pausing !== undefined).toBe(true);
    expect(await pausing).toMatchObject({ state: 'paused' });

    world.client.intercept = (operation) => (operation === 'abortMultipartUpload' ? held : undefined);
    const cancelling = world.transfers.handlers['transfers/cancel']({ transferId }, never);
    const again = world.transfers.handlers['transfers/cancel']({ transferId }, never);
    const resuming = world.transfers.handlers['transfers/resume']({ transferId }, never);
    letGo();
    await expect(resuming).rejects.toMatchObject({ error: { kind: 'conflict' } });
    expect(await cancelling).toMatchObject({ state: 'cancelled' });
    expect(await again).toMatchObject({ state: 'cancelled' });
    expect(world.client.uploads.size).toBe(0);
    expect(world.client.keys('bucket')).toEqual([]);
  });
});
