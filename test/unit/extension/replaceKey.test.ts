import { expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../src/extension/command/command';
import type { Connection, Credential } from '../../../src/model/connection';
import { connectionId } from '../../../src/model/ids';

const fill = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
vi.mock('vscode', () => ({
  l10n: { t: fill },
  ProgressLocation: { Notification: 15 },
  Uri: { parse: (text: string) => text },
  env: { openExternal: async () => true },
  window: { withProgress: (_options: unknown, work: (progress: unknown, token: unknown) => unknown) => work({}, {}) },
}));
const { replaceKey } = await import('../../../src/extension/connections/replaceKey');

const connection: Connection = {
  kind: 'iam',
  id: connectionId('c'),
  name: 'mine',
  serviceInstanceId: 'i',
  endpoint: 'https://cos.example',
};
const pair = { accessKeyId: 'id', secretAccessKey: 'secret' };

/** A person who types texts and presses buttons, and a service where some keys work and some may list buckets. */
function world(typed: readonly string[], buttons: readonly string[], keys: Record<string, number | 'noList'>) {
  let kept: Credential = { kind: 'apiKey', apiKey: 'old', hmac: pair };
  const texts = [...typed];
  const said: string[] = [];
  const press = (message: string, offered: readonly string[]) => {
    said.push(message);
    return offered.find((button) => buttons.includes(button));
  };
  const services = {
    localServer: { connectionId: connectionId('local') },
    connections: {
      findCredential: async () => kept,
      get: () => connection,
      save: async (_connection: Connection, credential: Credential) => void (kept = credential),
    },
    engine: {
      send: async (_method: string, { credential }: { credential: { apiKey: string } }) => {
        const found = keys[credential.apiKey];
        if (found === undefined) return { ok: false, error: { kind: 'signInNeeded', reason: 'apiKeyUnknown' } };
        return { ok: true, value: { latencyMs: 1, ...(found === 'noList' ? {} : { bucketCount: found }) } };
      },
    },
    failures: { sentence: () => 'The connection test failed: unknown key.' },
    prompts: {
      input: async () => texts.shift(),
      info: async (message: string, ...offered: string[]) => press(message, offered),
      error: async (message: string, ...offered: string[]) => press(message, offered),
      confirm: async (message: string, _detail: string, ...offered: string[]) => press(message, offered),
    },
  } as unknown as CommandServices;
  return { services, said, kept: () => kept };
}

it('keeps the old key until a new one has signed in, and the pair that signs links', async () => {
  const { services, said, kept } = world(['wrong', 'new'], ['Enter Another Key'], { old: 2, new: 2 });
  await replaceKey(services, connection);
  expect(kept()).toEqual({ kind: 'apiKey', apiKey: 'new', hmac: pair });
  expect(said[0]).toContain('The key was not replaced.');
  expect(said[1]).toContain('was replaced');
});

it('saves nothing where the new key does not work and the person gives up', async () => {
  const { services, kept } = world(['wrong'], [], { old: 2 });
  await replaceKey(services, connection);
  expect(kept()).toEqual({ kind: 'apiKey', apiKey: 'old', hmac: pair });
});

it('asks before it takes a key that may do less', async () => {
  const refused = world(['weak'], [], { old: 2, weak: 'noList' });
  await replaceKey(refused.services, connection);
  expect(refused.kept()).toMatchObject({ apiKey: 'old' });
  const accepted = world(['weak'], ['Replace Anyway'], { old: 2, weak: 'noList' });
  await replaceKey(accepted.services, connection);
  expect(accepted.kept()).toMatchObject({ apiKey: 'weak' });
});

it('takes key and pair of a whole service credential', async () => {
  const json = JSON.stringify({
    apikey: 'new',
    cos_hmac_keys: { access_key_id: 'other', secret_access_key: 'another' },
  });
  const { services, kept } = world([json], [], { old: 2, new: 2 });
  await replaceKey(services, connection);
  expect(kept()).toEqual({
    kind: 'apiKey',
    apiKey: 'new',
    hmac: { accessKeyId: 'other', secretAccessKey: 'another' },
  });
});
