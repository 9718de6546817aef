import { expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../../src/extension/command/command';
import type { TransferSnapshot } from '../../../../src/model/transferState';
import { snapshotOf } from '../transfers/snapshots';

vi.mock('vscode', () => ({ l10n: { t: (text: string) => text } }));
const { resolveTransfers } = await import('../../../../src/extension/command/transferTargets');

/** A window with these transfers, and a person who picks all that is offered. */
function world(transfers: readonly TransferSnapshot[]) {
  const offered: number[] = [];
  const told: string[] = [];
  const services = {
    transfers: { mirror: { list: () => transfers } },
    transfersView: { itemOf: ({ title }: TransferSnapshot) => ({ label: title, description: '', icon: 'sync' }) },
    prompts: {
      pickMany: async (items: readonly unknown[]) => {
        offered.push(items.length);
        return items;
      },
      info: async (text: string) => void told.push(text),
    },
  } as unknown as CommandServices;
  return { services, offered, told };
}

const accepts = () => true;
const one = snapshotOf({ state: 'done' });

it('takes the only transfer at once, but asks where a command could lose something', async () => {
  const pausing = world([one]);
  expect(await resolveTransfers(pausing.services, [], { accepts })).toEqual({ target: [one] });
  expect(pausing.offered).toEqual([]);
  const removing = world([one]);
  expect(await resolveTransfers(removing.services, [], { accepts, asksAlways: true })).toEqual({ target: [one] });
  expect(removing.offered).toEqual([1]);
});

it('tells no transfer at all from none that the command is for', async () => {
  const none = world([]);
  expect(await resolveTransfers(none.services, [], { accepts })).toBeUndefined();
  expect(none.told).toEqual([expect.stringContaining('There is no transfer yet')]);
  const unfit = world([one]);
  expect(await resolveTransfers(unfit.services, [], { accepts: () => false })).toBeUndefined();
  expect(unfit.told).toEqual([expect.stringContaining('No transfer is in a state for this')]);
});
