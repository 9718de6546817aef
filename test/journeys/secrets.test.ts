import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { filesHolding, processesHolding } from '../fakes/secretSearch';
import { signInSettings, useSession, useStorage } from './session';
import type { Workbench } from './workbench';

const storage = useStorage();
const current = useSession(() => ({
  settings: signInSettings(storage()),
  env: { COS_CREDENTIALS_FILE: storage().credentialFile },
}));

/** Secrets that were entered or made, to be searched in the end. */
const secrets = new Map<string, string>();

async function begin(workbench: Workbench, way: string): Promise<void> {
  await workbench.command('Object Storage: Add Connection…');
  await workbench.pick(way, 'How do you connect?');
}

/** Answers what is asked of every way from the endpoint on, and sees that the connection works. */
async function finish(workbench: Workbench, name: string): Promise<void> {
  await workbench.pick('Other endpoint…', 'Location to start from');
  await workbench.answer(storage().info.endpoint, 'Endpoint URL');
  await workbench.answer(storage().info.iamEndpoint, 'IAM endpoint');
  await workbench.answer(name, 'Name of the connection');
  await workbench.row(name).waitFor();
  await workbench.expand(name);
  await workbench.row('getting-started').first().waitFor();
  await workbench.collapse(name);
}

const inKeychain = () => current().keychain();

test('an access token signs in', async () => {
  const { workbench } = current();
  await workbench.openObjectStorage();
  const form = { grant_type: 'urn:ibm:params:oauth:grant-type:apikey', apikey: storage().info.apiKey };
  const url = `${storage().info.iamEndpoint}/identity/token`;
  const answer = await fetch(url, { method: 'POST', body: new URLSearchParams(form) });
  const { access_token: accessToken } = (await answer.json()) as { access_token: string };
  secrets.set('access token', accessToken);
  await begin(workbench, 'IAM access token');
  await workbench.answer(`IAM token:  Bearer ${accessToken}`, 'IAM access token');
  await workbench.pick('local-cos', 'Service instance of account');
  await finish(workbench, 'By token');
  expect(inKeychain()).toContain(accessToken);
});

test('a trusted profile signs in with the token of this machine, which is never kept', async () => {
  const { workbench } = current();
  const { trustedProfileId, computeTokenFile } = storage().info;
  await begin(workbench, 'Trusted profile');
  await workbench.answer(trustedProfileId, 'Id of the trusted profile');
  await workbench.answer(computeTokenFile, "File with this machine's token");
  await workbench.pick('local-cos', 'Service instance of account');
  await finish(workbench, 'By profile');
  const computeToken = readFileSync(computeTokenFile, 'utf8').trim();
  expect(inKeychain()).not.toContain(computeToken);
  secrets.set('token of this machine', computeToken);
});

test('a credential found on this machine signs in, gets an HMAC key of its own, and has its key replaced', async () => {
  const { workbench } = current();
  const { apiKey, secretAccessKey, adminEndpoint } = storage().info;
  await begin(workbench, 'Credentials found on this machine…');
  // The file is offered twice: once for each way to sign in that it holds.
  const entries = workbench.page.locator('.quick-input-list .monaco-list-row');
  await entries
    .filter({ hasText: storage().credentialFile })
    .filter({ hasText: 'API key, and an HMAC key pair' })
    .click();
  await finish(workbench, 'Found');
  expect(inKeychain()).toContain(apiKey);
  secrets.set('API key', apiKey).set('secret access key', secretAccessKey);

  await workbench.contextMenu(workbench.row('Found'), 'Create HMAC Key…');
  await workbench.pick('Reader', 'Role of the service credential');
  await workbench.dialog('has an HMAC key already').getByRole('button', { name: 'Create Another' }).click();
  await workbench.notification('its HMAC key is in the keychain').waitFor();
  const made = /"secretAccessKey":"([^"]+)"/.exec(inKeychain())?.[1] ?? '';
  expect(made).not.toBe(secretAccessKey);
  secrets.set('HMAC key that was made', made);

  const headers = { 'Content-Type': 'application/json' };
  const answer = await fetch(`${adminEndpoint}/keys`, { method: 'POST', headers, body: '{"role":"Manager"}' });
  const { apiKey: newKey } = (await answer.json()) as { apiKey: string };
  secrets.set('new API key', newKey);
  await workbench.contextMenu(workbench.row('Found'), 'Replace Key…');
  await workbench.answer('not a key', 'New API key');
  await workbench.clickNotification('The key was not replaced', 'Enter Another Key');
  await workbench.answer(newKey, 'New API key');
  await workbench.told('The key of "Found" was replaced');
  expect(inKeychain()).toContain(newKey);
  expect(inKeychain()).not.toContain(apiKey);
});

test('none of their secrets is in settings, logs, files or processes', async () => {
  const { workbench, folder, serverPid } = current();
  await workbench.contextMenu(workbench.row('Found'), 'Connection Doctor');
  await workbench.waitForTab('Connection Doctor: Found', 'dirty');
  expect([...secrets.values()].filter((secret) => secret.length < 30)).toEqual([]);
  expect([...secrets.keys()]).toHaveLength(6);
  const settings = readFileSync(join(folder, 'data/data/User/settings.json'), 'utf8');
  for (const name of ['By token', 'By profile', 'Found']) expect(settings).toContain(name);
  expect(filesHolding(folder, [...secrets.values()])).toEqual([]);
  expect(processesHolding(serverPid, [...secrets.values()])).toEqual([]);
});
