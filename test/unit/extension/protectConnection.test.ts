import { expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../src/extension/command/command';
import type { Connection } from '../../../src/model/connection';
import { bucketName, connectionId } from '../../../src/model/ids';

const fill = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
vi.mock('vscode', () => ({
  l10n: { t: fill },
  ProgressLocation: { Notification: 15 },
  window: { withProgress: (_options: unknown, work: (progress: unknown, token: unknown) => unknown) => work({}, {}) },
}));
const { chooseNetwork } = await import('../../../src/extension/connections/chooseNetwork');
const { connectionCommands } = await import('../../../src/extension/connections/commands');
const { protectConnection } = await import('../../../src/extension/connections/protectConnection');

const host = (location: string) => `https://s3.${location}.cloud-object-storage.appdomain.cloud`;
const connection: Connection = {
  kind: 'iam',
  id: connectionId('c'),
  name: 'mine',
  serviceInstanceId: 'i',
  endpoint: host('eu-de'),
};

/** A person who picks the item with a label, types a name, and presses buttons; a service that answers or not. */
function world(
  label: string,
  options: { typed?: string; button?: string; isReached?: boolean; now?: Connection | 'removed' } = {},
) {
  const saved: Connection[] = [];
  const tested: Connection[] = [];
  const services = {
    localServer: { connectionId: connectionId('local') },
    connections: {
      findCredential: async () => ({ kind: 'apiKey', apiKey: 'k' }),
      get: () => (options.now === 'removed' ? undefined : (options.now ?? connection)),
      save: async (changed: Connection) => void saved.push(changed),
    },
    engine: {
      send: async (_method: string, params: { connection: Connection }) => {
        tested.push(params.connection);
        return options.isReached === false
          ? { ok: false, error: { kind: 'network' } }
          : { ok: true, value: { latencyMs: 1 } };
      },
    },
    failures: { sentence: () => 'no answer' },
    prompts: {
      pick: async (items: readonly { label: string }[]) => items.find((item) => item.label === label),
      input: async ({ validateInput }: { validateInput: (text: string) => string | undefined }) =>
        options.typed !== undefined && validateInput(options.typed) === undefined ? options.typed : undefined,
      error: async () => options.button,
      info: async () => undefined,
    },
  } as unknown as CommandServices;
  return { services, saved, tested };
}

it('moves a connection to another network once it was reached there', async () => {
  const { services, saved, tested } = world('Direct');
  await chooseNetwork(services, connection);
  expect(saved).toEqual([{ ...connection, network: 'direct', endpoint: host('direct.eu-de') }]);
  expect(tested).toEqual(saved);
  const back = world('Public');
  await chooseNetwork(back.services, { ...connection, endpoint: host('private.eu-de') });
  expect(back.saved).toEqual([{ ...connection, network: 'public' }]);
});

it('stays where it is when the other network does not answer, unless the person insists', async () => {
  const stays = world('Private', { isReached: false });
  await chooseNetwork(stays.services, connection);
  expect(stays.saved).toEqual([]);
  const insists = world('Private', { isReached: false, button: 'Move Anyway' });
  await chooseNetwork(insists.services, connection);
  expect(insists.saved).toHaveLength(1);
});

it('has no networks to offer for an endpoint of its own', async () => {
  const own = world('Private');
  await chooseNetwork(own.services, { ...connection, endpoint: 'https://cos.example' });
  expect(own.saved).toEqual([]);
});

it('raises protection at once, and lowers it for the typed name only', async () => {
  const raised = world('Production');
  await protectConnection(raised.services, connection);
  expect(raised.saved).toEqual([{ ...connection, isProduction: true }]);
  const refused = world('Not protected', { typed: 'other' });
  await protectConnection(refused.services, { ...connection, isReadOnly: true });
  expect(refused.saved).toEqual([]);
  const lowered = world('Production', { typed: 'mine' });
  await protectConnection(lowered.services, { ...connection, isReadOnly: true });
  expect(lowered.saved).toEqual([{ ...connection, isProduction: true }]);
});

it('changes a connection as it was left by an edit made meanwhile, and brings none back that was removed', async () => {
  const edited = world('Production', { now: { ...connection, name: 'ours', extraBuckets: [bucketName('b')] } });
  await protectConnection(edited.services, connection);
  expect(edited.saved).toEqual([{ ...connection, name: 'ours', extraBuckets: ['b'], isProduction: true }]);
  const moved = world('Direct', { now: { ...connection, isReadOnly: true } });
  await chooseNetwork(moved.services, connection);
  expect(moved.saved).toMatchObject([{ isReadOnly: true, network: 'direct' }]);
  const renamed = world('', { typed: 'yours', now: { ...connection, isReadOnly: true } });
  await connectionCommands['ibmcos.connection.rename'].run(renamed.services, { connectionId: connection.id });
  expect(renamed.saved).toEqual([{ ...connection, isReadOnly: true, name: 'yours' }]);
  const removed = world('Production', { now: 'removed' });
  expect(await protectConnection(removed.services, connection)).toMatchObject({ error: { reason: 'noConnection' } });
  expect(removed.saved).toEqual([]);
});
