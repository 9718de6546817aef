import { describe, expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../../src/extension/command/command';
import type { LastDeletes } from '../../../../src/extension/command/lastDelete';
import { bucketName, connectionId, objectKey } from '../../../../src/model/ids';

vi.mock('vscode', () => ({
  l10n: {
    t: (text: string, ...values: unknown[]) =>
      text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)])),
  },
  commands: { executeCommand: () => Promise.resolve() },
}));
const { deleteObjects } = await import('../../../../src/extension/objects/deleteObjects');

const targets = ['one', 'two'].map((name) => ({
  connectionId: connectionId('c'),
  bucket: bucketName(name),
  keys: ['a', 'b'].map((key) => objectKey(key)),
  prefixes: [],
}));

/** Services whose transfers end as told, in turn; what was said is kept. */
function servicesOf(versioning: string, ...ends: readonly { itemsDone: number; state: string }[]) {
  const said: string[] = [];
  const deletes: LastDeletes = { last: undefined };
  let next = 0;
  const selected: unknown[] = [];
  const services = {
    view: { select: (target: unknown) => Promise.resolve(void selected.push(target)) },
    deletes,
    engine: {
      send: (method: string) =>
        Promise.resolve({ ok: true, value: method === 'versioning/get' ? versioning : { kind: 'none' } }),
    },
    prompts: {
      confirm: () => Promise.resolve('Delete'),
      info: (text: string) => {
        said.push(text);
        return Promise.resolve(undefined);
      },
    },
    transfers: {
      run: () => {
        next += 1;
        return Promise.resolve({ ok: true, value: { transferId: `t${next}`, ...ends[next - 1] } });
      },
    },
  };
  return { services: services as unknown as CommandServices, said, deletes, selected, runs: () => next };
}

describe('a deletion in buckets that keep versions', () => {
  it('says how many objects are gone, and not how many were meant', async () => {
    const { services, said, deletes, selected } = servicesOf(
      'enabled',
      { itemsDone: 2, state: 'done' },
      { itemsDone: 1, state: 'done' },
    );
    await deleteObjects(services, targets);
    expect(said).toEqual(['Deleted 3 objects.']);
    expect(selected).toEqual([{ connectionId: 'c', bucket: 'one', key: '' }]);
    expect(deletes.last).toEqual({
      kind: 'transfers',
      runs: targets.map(({ connectionId: id, bucket }, at) => ({ transferId: `t${at + 1}`, connectionId: id, bucket })),
    });
  });

  it('can be undone as far as it came when it is cancelled', async () => {
    const { services, said, deletes, runs } = servicesOf('enabled', { itemsDone: 1, state: 'cancelled' });
    await deleteObjects(services, targets);
    expect([said, runs()]).toEqual([['Deleted 1 object.'], 1]);
    expect(deletes.last).toBeDefined();
  });

  it('offers no undo of nothing, nor where no versions are kept', async () => {
    const none = servicesOf('enabled', { itemsDone: 0, state: 'failed' }, { itemsDone: 0, state: 'failed' });
    await deleteObjects(none.services, targets);
    const never = servicesOf('never', { itemsDone: 2, state: 'done' }, { itemsDone: 2, state: 'done' });
    await deleteObjects(never.services, targets);
    expect([none.said, none.deletes.last, never.said, never.deletes.last?.kind]).toEqual([
      [],
      undefined,
      [],
      'transfers',
    ]);
  });
});
