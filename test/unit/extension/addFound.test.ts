import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { FormServices } from '../../../src/extension/connections/connectionForm';

const fill = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
const workspace = { isTrusted: true, prefer: 'ibmTools' };
vi.mock('vscode', () => ({
  l10n: { t: fill },
  workspace: {
    get isTrusted() {
      return workspace.isTrusted;
    },
    getConfiguration: () => ({ get: () => workspace.prefer }),
  },
}));
const { addFound } = await import('../../../src/extension/connections/addFound');

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'cos-home-'));
  workspace.isTrusted = true;
  workspace.prefer = 'ibmTools';
});
afterEach(() => rmSync(home, { recursive: true }));

function write(name: string, text: string): void {
  const path = join(home, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}

const secrets = ['env-key', 'file-key', 'file-secret', 'prof-key', 'aws-secret'];

function everything(): Record<string, string> {
  write(
    '.bluemix/cos_credentials',
    JSON.stringify({ apikey: 'file-key', cos_hmac_keys: { access_key_id: 'i', secret_access_key: 'file-secret' } }),
  );
  write(
    '.aws/credentials',
    [
      '[amazon]',
      'aws_access_key_id = AKIAXXXXXXXX',
      'aws_secret_access_key = aws-secret',
      '[cos]',
      'ibm_api_key_id = prof-key',
      'ibm_service_instance_id = crn:v1:x',
      '[swapped]',
      'aws_access_key_id = k',
      'aws_secret_access_key = crn:v1:y',
    ].join('\n'),
  );
  return { HOME: home, IBM_API_KEY_ID: 'env-key' };
}

type Item = { readonly icon: string; readonly label: string; readonly description?: string; readonly detail?: string };

/** What is offered to a person who picks nothing. */
async function offered(environment: Record<string, string>): Promise<readonly Item[]> {
  const shown: Item[] = [];
  const pick = async (items: readonly Item[]) => void shown.push(...items);
  const services = { prompts: { pick } } as unknown as FormServices;
  expect(await addFound(services, { environment, homeFolder: home })).toBeUndefined();
  return shown;
}

it('offers what is there in the documented order, marks what tools take, and shows no secret', async () => {
  const shown = await offered(everything());
  expect(shown.map(({ icon, label }) => `$(${icon}) ${label}`)).toEqual([
    '$(key) Environment variable IBM_API_KEY_ID',
    `$(lock) ${join(home, '.bluemix/cos_credentials')}`,
    `$(key) ${join(home, '.bluemix/cos_credentials')}`,
    `$(key) Profile "cos" of ${join(home, '.aws/credentials')}`,
    `$(lock) Profile "amazon" of ${join(home, '.aws/credentials')}`,
    '$(warning) Cannot be used',
  ]);
  expect(shown.map(({ description }) => description)).toEqual([
    "API key · taken by IBM's tools",
    'HMAC key pair',
    'API key, and an HMAC key pair for links',
    'API key',
    'key of Amazon Web Services',
    undefined,
  ]);
  for (const secret of secrets)
    expect(JSON.stringify(shown.map(({ label, detail }) => [label, detail]))).not.toContain(secret);
});

it('offers both keys of cos_credentials, and says that tools take the pair, whichever the setting puts first', async () => {
  const { IBM_API_KEY_ID: _key, ...environment } = everything();
  const kinds = async () => (await offered(environment)).slice(0, 2).map(({ description }) => description);
  const [pair, key] = ["HMAC key pair · taken by IBM's tools", 'API key, and an HMAC key pair for links'];
  expect(await kinds()).toEqual([pair, key]);
  workspace.prefer = 'iam';
  expect(await kinds()).toEqual([key, pair]);
});

it('never says that tools take a profile that may be of another provider', async () => {
  write('.aws/credentials', '[default]\naws_access_key_id = id\naws_secret_access_key = s\n');
  const [item] = await offered({ HOME: home });
  expect(item?.description).toBe('HMAC key pair');
  expect(item?.detail).toContain('May belong to another provider');
});

it('looks nowhere in a workspace that is not trusted', async () => {
  workspace.isTrusted = false;
  const said: string[] = [];
  const services = {
    prompts: {
      info: async (text: string) => void said.push(text),
      pick: () => {
        throw new Error('nothing may be offered');
      },
    },
  } as unknown as FormServices;
  await addFound(services, { environment: everything(), homeFolder: home });
  expect(said).toEqual(['Credentials of this machine are only looked for in trusted workspaces.']);
});

it('asks before a key of Amazon is used, and says where nothing was found', async () => {
  const environment = everything();
  const said: string[] = [];
  const services = {
    prompts: {
      pick: async (items: readonly { description?: string }[]) =>
        items.find(({ description }) => description === 'key of Amazon Web Services'),
      confirm: async (question: string) => void said.push(question),
      info: async (text: string) => void said.push(text),
    },
  } as unknown as FormServices;
  expect(await addFound(services, { environment, homeFolder: home })).toBeUndefined();
  rmSync(join(home, '.aws'), { recursive: true });
  rmSync(join(home, '.bluemix'), { recursive: true });
  await addFound(services, { environment: { HOME: home }, homeFolder: home });
  expect(said[0]).toBe('This is a key of Amazon Web Services.');
  expect(said[1]).toContain('Nothing was found');
});
