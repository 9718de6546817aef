import { expect, it, vi } from 'vitest';
import type { FormServices } from '../../../src/extension/connections/connectionForm';
import type { IamConnection } from '../../../src/model/connection';
import { connectionId } from '../../../src/model/ids';

const fill = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
const opened: string[] = [];
vi.mock('vscode', () => ({
  l10n: { t: fill },
  ProgressLocation: { Notification: 15 },
  Uri: { parse: (text: string) => text },
  env: { openExternal: async (page: string) => void opened.push(page) },
  window: { withProgress: (_options: unknown, work: (progress: unknown, token: unknown) => unknown) => work({}, {}) },
}));
const { askPasscode, askToken } = await import('../../../src/extension/connections/passcode');

const page = 'https://identity.example/passcode';
const accounts = [
  { id: 'one', name: 'First' },
  { id: 'two', name: 'Second' },
];

/** A person who types codes and picks an account by name; IAM knows the code `good`. */
function world(typed: readonly string[], account?: string) {
  const texts = [...typed];
  const asked: string[] = [];
  const services = {
    engine: {
      send: async (method: string, params: { passcode?: string }) => {
        if (method === 'accounts/findPasscodePage') return { ok: true, value: page };
        return params.passcode === 'good'
          ? { ok: true, value: { refreshToken: 'refresh', accounts } }
          : { ok: false, error: { kind: 'signInNeeded', reason: 'passcodeRefused' } };
      },
    },
    failures: { sentence: () => 'Not accepted.' },
    prompts: {
      input: async () => texts.shift(),
      pick: async (items: readonly { label: string }[]) => {
        asked.push(...items.map(({ label }) => label));
        return items.find(({ label }) => label === account);
      },
      error: async (_message: string, ...buttons: string[]) => buttons[0],
    },
  } as unknown as FormServices;
  return { services, asked };
}

it('opens the page, asks again for a code that is not accepted, and lets the person choose an account', async () => {
  opened.length = 0;
  const { services, asked } = world(['used', ' good '], 'Second');
  expect(await askPasscode(services, {}, undefined)).toEqual({
    kind: 'session',
    refreshToken: 'refresh',
    accountId: 'two',
  });
  expect(opened).toEqual([page, page]);
  expect(asked).toEqual(['First', 'Second']);
});

it('signs in again to the account that the instance belongs to, without asking', async () => {
  const connection: IamConnection = {
    kind: 'iam',
    id: connectionId('c'),
    name: 'mine',
    serviceInstanceId: 'crn:v1:bluemix:public:cloud-object-storage:global:a/two:guid::',
    endpoint: 'https://cos.example',
    signIn: 'passcode',
  };
  const { services, asked } = world(['good']);
  expect(await askPasscode(services, connection, connection)).toMatchObject({ accountId: 'two' });
  expect(asked).toEqual([]);
});

it('gives up when the person does', async () => {
  expect(await askPasscode(world([]).services, {}, undefined)).toBeUndefined();
  expect(await askPasscode(world(['good']).services, {}, undefined)).toBeUndefined();
});

it.each(['abc', 'Bearer abc', 'IAM token:  Bearer abc\n'])(
  'takes a token as the command line prints it: %j',
  async (text) => {
    expect(await askToken(world([text]).services, 'title')).toEqual({ kind: 'token', accessToken: 'abc' });
  },
);
