import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CosFailure } from '../../../src/engine/failure';
import { Journal } from '../../../src/engine/transfers/journal';
import { JournalKeeper } from '../../../src/engine/transfers/journalKeeper';
import { Leases } from '../../../src/engine/transfers/leases';
import type { TransferSnapshot } from '../../../src/model/transferState';
import type { TransferRequest } from '../../../src/protocol/requests';
import { ManualClock } from '../../fakes/manualClock';
import { bucket, connection, makeWorld, mebibyte, patternBytes, type World } from './world';

const never = new AbortController().signal;
const sizes = [0, 10, 20, 6 * mebibyte, 11 * mebibyte];
let stateFolder: string;
let world: World;

beforeEach(async () => {
  stateFolder = mkdtempSync(join(tmpdir(), 'state-'));
  const journal = Journal.open(stateFolder);
  const clock = new ManualClock();
  const keeper = new JournalKeeper(journal, new Leases(journal, clock, { ownerId: randomUUID(), pid: process.pid }));
  world = await makeWorld({ keeper, clock, configuration: { maxConnections: 2 } });
});
afterEach(async () => {
  await world.dispose();
  rmSync(stateFolder, { recursive: true });
});

const clash = 'fail' as const;
const to = { connectionId: connection, clash };
const copyOf = (deleteSource: boolean): TransferRequest => {
  const source = { bucket, keys: [], prefixes: ['from/'] };
  return { kind: 'copy', ...to, source, target: { bucket, prefix: 'to/' }, deleteSource };
};
const kinds: readonly (readonly [string, () => TransferRequest, string])[] = [
  ['upload', () => ({ kind: 'upload', ...to, bucket, prefix: '', sources: files() }), 'putObject'],
  [
    'download',
    () => {
      const sources = [{ kind: 'prefix', prefix: 'from/' } as const];
      return { kind: 'download', ...to, bucket, sources, folderFsPath: join(world.folder, 'out') };
    },
    'readObject',
  ],
  ['copy', () => copyOf(false), 'copyObject'],
  ['move', () => copyOf(true), 'copyObject'],
];

function files(): { fsPath: string }[] {
  return sizes.map((size, at) => {
    const fsPath = join(world.folder, `file-${at}`);
    writeFileSync(fsPath, patternBytes(size, at));
    return { fsPath };
  });
}

const verdictsOf = ({ verdicts = [] }: TransferSnapshot): number => verdicts.reduce((sum, { items }) => sum + items, 0);

describe.each(kinds)('%s', (_kind, requestOf, operation) => {
  beforeEach(() => {
    for (const [at, size] of sizes.entries()) world.client.put('bucket', `from/${at}`, patternBytes(size, at));
  });

  it('ends every item with exactly one verdict', async () => {
    const end = await world.run(requestOf());
    expect(end).toMatchObject({ state: 'done', itemsDone: sizes.length });
    expect(verdictsOf(end)).toBe(sizes.length);
  });

  it('ends every item with exactly one verdict, also of a transfer that was cut off and went on', async () => {
    let count = 0;
    world.client.intercept = (is) => {
      if (is === operation) count++;
      if (count >= 3)
        throw new CosFailure({ kind: 'network', op: is, reason: 'connectionLost', retry: 'later', detail: 'cut' });
    };
    const transferId = await world.start(requestOf());
    await world.transfers.finished(transferId);
    world.client.intercept = () => undefined;
    const [cut] = await world.transfers.handlers['transfers/list'](null, never);
    // Where nothing had arrived it has failed instead of standing still.
    const again = cut?.state === 'paused' ? 'transfers/resume' : 'transfers/retry';
    await world.transfers.handlers[again]({ transferId }, never);
    const end = await world.end(transferId);
    expect(end).toMatchObject({ state: 'done', itemsDone: sizes.length });
    expect(verdictsOf(end)).toBe(sizes.length);
  });
});
