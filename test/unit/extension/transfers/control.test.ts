import { describe, expect, it } from 'vitest';
import type { CosError, Result } from '../../../../src/model/cosError';
import type { TransferId } from '../../../../src/model/ids';
import type { TransferSnapshot } from '../../../../src/model/transferState';
import { TransferControl } from '../../../../src/extension/transfers/control';
import { TransferMirror } from '../../../../src/extension/transfers/mirror';
import { snapshotOf } from './snapshots';

const ids = (...texts: string[]) => texts as TransferId[];
const failed = (kind: CosError['kind']): Result<never> => ({
  ok: false,
  error: { kind, op: 'transfers/remove', retry: 'never', detail: '' },
});

/** An engine that answers from a table, `id method` first; it notes what it was asked. */
function world(answers: Readonly<Record<string, Result<unknown>>> = {}) {
  const sent: string[] = [];
  const reported: string[] = [];
  const started: string[] = [];
  const mirror = new TransferMirror();
  const engine = {
    send: async (method: string, params: { transferId: TransferId } | null): Promise<Result<never>> => {
      const id = params?.transferId ?? 'all';
      sent.push(`${method.replace('transfers/', '')} ${id}`);
      const isSteering = /pause|resume|cancel|retry/.test(method);
      const value = isSteering ? snapshotOf({ transferId: id as TransferId, revision: 9 }) : null;
      return (answers[`${id} ${method.replace('transfers/', '')}`] ?? { ok: true, value }) as Result<never>;
    },
  };
  const failures = { report: async (error: CosError) => void reported.push(error.kind) };
  const control = new TransferControl({ engine, failures }, mirror, (id) => started.push(id));
  const put = (id: string, changes: Partial<TransferSnapshot> = {}) =>
    mirror.apply([snapshotOf({ transferId: id as TransferId, ...changes })]);
  return { control, mirror, sent, reported, started, put };
}

describe('steering transfers', () => {
  it('shows the answer at once', async () => {
    const paused = snapshotOf({ transferId: 'a' as TransferId, state: 'paused', revision: 9 });
    const { control, mirror, put } = world({ 'a pause': { ok: true, value: paused } });
    put('a');
    await control.pause(ids('a'));
    expect(mirror.get('a' as TransferId)?.state).toBe('paused');
  });

  it('follows what goes on, and says the first refusal only', async () => {
    const resumed = snapshotOf({ transferId: 'b' as TransferId, revision: 9 });
    const { control, reported, started } = world({
      'a resume': failed('conflict'),
      'b resume': { ok: true, value: resumed },
      'c resume': failed('notFound'),
    });
    await control.resume(ids('a', 'b', 'c'));
    expect(started).toEqual(['b']);
    expect(reported).toEqual(['conflict']);
  });

  it('asks for all means all of this window that it can be done with', async () => {
    const { control, sent, put } = world();
    put('mine');
    put('theirs', { isOwnedElsewhere: true });
    put('over', { state: 'done', canPause: false });
    put('still', { state: 'paused', canPause: false, canResume: true });
    await control.pauseAll();
    await control.resumeAll();
    expect(sent).toEqual(['pause mine', 'resume still']);
  });

  it('drops what the engine dropped or does not know, and keeps what it refused to drop', async () => {
    const { control, mirror, reported, put } = world({
      'b remove': failed('notFound'),
      'c remove': failed('conflict'),
    });
    for (const id of ['a', 'b', 'c']) put(id, { state: 'done' });
    await control.remove(ids('a', 'b', 'c'));
    expect(mirror.list().map(({ transferId }) => transferId)).toEqual(['c']);
    expect(reported).toEqual(['conflict']);
  });

  it('clears what is over and leaves the rest', async () => {
    const { control, mirror, put } = world();
    put('a', { state: 'done' });
    put('b', { state: 'cancelled' });
    put('c');
    put('d', { state: 'done', isOwnedElsewhere: true });
    await control.clearFinished();
    expect(mirror.list().map(({ transferId }) => transferId)).toEqual(['c', 'd']);
  });
});
