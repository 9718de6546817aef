import { beforeEach, expect, it, vi } from 'vitest';
import type { FormServices } from '../../../src/extension/connections/connectionForm';

const text = JSON.stringify({
  apikey: 'the-key',
  resource_instance_id: 'crn:v1:x',
  cos_hmac_keys: { access_key_id: 'the-id', secret_access_key: 'the-secret' },
});
const world = { prefer: 'ibmTools', file: text };
const added = vi.hoisted(() => vi.fn());
vi.mock('vscode', () => ({
  l10n: { t: (message: string) => message },
  env: { clipboard: { readText: async () => text } },
  workspace: {
    getConfiguration: () => ({ get: () => world.prefer, inspect: () => undefined }),
    fs: { stat: async () => ({ size: 1 }), readFile: async () => Buffer.from(world.file) },
  },
}));
vi.mock('../../../src/extension/connections/connectionForm', () => ({ addFromDraft: added }));
vi.mock('../../../src/extension/connections/userSetting', () => ({ signInHosts: () => ({}) }));
const { addFromClipboard, addFromFile } = await import('../../../src/extension/connections/addCredential');

beforeEach(() => {
  added.mockReset();
  world.prefer = 'ibmTools';
  world.file = text;
});

type Item = { readonly label: string };

/** Picks the n-th of the keys that are offered, and answers with what was offered. */
async function add(how: typeof addFromClipboard, nth: number | undefined): Promise<readonly string[]> {
  const offered: string[] = [];
  const pick = async (items: readonly Item[]) => {
    offered.push(...items.map(({ label }) => label));
    return nth === undefined ? undefined : items[nth];
  };
  const prompts = { pick, openFiles: async () => [{ path: '/some/key.json' }] };
  await how({ prompts } as unknown as FormServices);
  return offered;
}
const draft = () => added.mock.calls[0]?.[1] as unknown;

it.each([
  ['the clipboard', addFromClipboard],
  ['a file', addFromFile],
])('asks which key of a credential with both signs in: from %s', async (_from, how) => {
  const both = ['API key, and an HMAC key pair for links', 'HMAC key pair'];
  expect(await add(how, 0)).toEqual(both);
  expect(draft()).toMatchObject({ kind: 'iam', apiKey: 'the-key' });
  added.mockReset();
  expect(await add(how, 1)).toEqual(both);
  expect(draft()).toMatchObject({ kind: 'hmac', accessKeyId: 'the-id', secretAccessKey: 'the-secret' });
  expect(JSON.stringify(draft())).not.toContain('the-key');
  added.mockReset();
  world.prefer = 'hmac';
  expect(await add(how, undefined)).toEqual(both.toReversed());
  expect(added).not.toHaveBeenCalled();
});

it('asks nothing of a credential with one key', async () => {
  world.file = JSON.stringify({ apikey: 'the-key', resource_instance_id: 'crn:v1:x' });
  expect(await add(addFromFile, undefined)).toEqual([]);
  expect(draft()).toMatchObject({ kind: 'iam', apiKey: 'the-key' });
});
