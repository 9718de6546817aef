import { describe, expect, it } from 'vitest';
import type { CosError, Result } from '../../../../src/model/cosError';
import { bucketName, connectionId, objectKey } from '../../../../src/model/ids';
import type { TransferSnapshot } from '../../../../src/model/transferState';
import type { TransferRequest } from '../../../../src/protocol/requests';
import { changesOfCopies, copyMany, type CopyItem } from '../../../../src/extension/transfers/copyMany';
import { snapshotOf } from './snapshots';

const bucket = bucketName('photos');
const items = (...names: string[]): CopyItem[] =>
  names.map((name) => ({ source: { bucket, key: objectKey(name) }, target: { bucket, key: objectKey(`to/${name}`) } }));
const batchOf = (...names: string[]) => ({
  connectionId: connectionId('home'),
  items: items(...names),
  deleteSource: true,
});

const taken: CosError = { kind: 'conflict', reason: 'alreadyExists', op: 'CopyObject', retry: 'never', detail: '' };
const held: CosError = { kind: 'held', op: 'DeleteObject', retry: 'never', detail: '' };

/** A server where some targets exist and some sources are held. */
class Server {
  readonly asked: string[] = [];
  readonly existing: readonly string[];
  readonly heldKeys: readonly string[];

  constructor(existing: readonly string[], heldKeys: readonly string[] = []) {
    this.existing = existing;
    this.heldKeys = heldKeys;
  }

  async run(request: TransferRequest): Promise<Result<TransferSnapshot>> {
    if (request.kind !== 'copy') throw new Error('only copies');
    const { key } = request.target;
    this.asked.push(`${key} ${request.clash}`);
    const failed = (error: CosError): Result<TransferSnapshot> => ({
      ok: true,
      value: snapshotOf({ state: 'failed', error }),
    });
    if (this.heldKeys.includes(request.source.key)) return failed(held);
    if (request.clash === 'fail' && this.existing.includes(key)) return failed(taken);
    return { ok: true, value: snapshotOf({ state: 'done' }) };
  }
}

type Answer = 'skip' | 'replace' | 'keepBoth' | 'cancel';
const run = async (server: Server, names: string[], answer: Answer) => {
  const questions: string[] = [];
  const outcome = await copyMany(server, batchOf(...names), {
    isCancelled: () => false,
    decideClashes: async ({ target }) => {
      questions.push(target.key);
      return answer;
    },
    report: () => undefined,
  });
  return { ...outcome, done: outcome.done.map(({ source }) => source.key), questions };
};

describe('copying many objects', () => {
  it('copies each without a question where nothing exists', async () => {
    const server = new Server([]);
    const outcome = await run(server, ['a', 'b', 'c', 'd', 'e', 'f'], 'cancel');
    expect([...outcome.done].sort()).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
    expect(outcome.questions).toEqual([]);
    expect(server.asked.every((asked) => asked.endsWith(' fail'))).toBe(true);
  });

  it('asks once for all targets that exist', async () => {
    const server = new Server(['to/a', 'to/b', 'to/c']);
    const outcome = await run(server, ['a', 'b', 'c', 'd'], 'replace');
    expect(outcome.questions).toHaveLength(1);
    expect(outcome.done).toHaveLength(4);
    expect(server.asked.filter((asked) => asked.endsWith(' replace'))).toHaveLength(3);
  });

  it('leaves out what exists when told so', async () => {
    const outcome = await run(new Server(['to/a', 'to/b']), ['a', 'b', 'c'], 'skip');
    expect(outcome).toMatchObject({ done: ['c'], skippedCount: 2, failures: [] });
  });

  it('stops at a question that is cancelled', async () => {
    const names = Array.from({ length: 20 }, (_, n) => `${n}`);
    const server = new Server(names.map((name) => `to/${name}`));
    const outcome = await run(server, names, 'cancel');
    expect(outcome.done).toEqual([]);
    expect(server.asked.length).toBeLessThan(9);
  });

  it('goes on after an object that cannot be moved, and names it', async () => {
    const outcome = await run(new Server([], ['b']), ['a', 'b', 'c'], 'skip');
    expect([...outcome.done].sort()).toEqual(['a', 'c']);
    expect(outcome.failures).toMatchObject([{ item: { source: { key: 'b' } }, error: { kind: 'held' } }]);
  });

  it('tells once for each folder what changed', () => {
    const batch = batchOf('x/a', 'x/b');
    expect(changesOfCopies(batch, batch.items)).toEqual([
      { connectionId: 'home', bucket, prefix: 'to/x/', keys: ['to/x/a', 'to/x/b'], kind: 'changed' },
      { connectionId: 'home', bucket, prefix: 'x/', keys: ['x/a', 'x/b'], kind: 'deleted' },
    ]);
    expect(changesOfCopies({ ...batch, deleteSource: false }, batch.items)).toHaveLength(1);
  });
});
