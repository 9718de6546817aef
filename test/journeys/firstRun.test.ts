import { expect, test } from 'vitest';
import { filesHolding, processesHolding } from '../fakes/secretSearch';
import { useSession, useStorage } from './session';

const storage = useStorage();
const current = useSession();

test('a newcomer starts the local server from the welcome view, browses a bucket and reads an object', async () => {
  const session = current();
  const { workbench } = session;
  await workbench.openObjectStorage();
  await workbench.page.getByRole('button', { name: 'Sign In' }).waitFor();
  await session.screenshot('welcome');

  await workbench.page.getByRole('button', { name: 'Try Local Object Storage' }).click();
  await workbench.expand('Local Object Storage');
  await workbench.expand('getting-started');
  await workbench.expand('data');
  await workbench.row('cities.csv').waitFor();

  await workbench.row('README.md').click();
  await workbench.waitForTab('README.md', 'clean');
  await expect.poll(() => workbench.editorText(), { timeout: 20_000 }).toContain('#');
  await session.screenshot('browse');
});

test('a pasted service credential becomes a connection with its buckets, and its secrets are in the keychain only', async () => {
  const session = current();
  const { workbench } = session;
  const { apiKey, accessKeyId, secretAccessKey, serviceInstanceId, endpoint, endpoints, iamEndpoint } = storage().info;
  const credential = {
    apikey: apiKey,
    cos_hmac_keys: { access_key_id: accessKeyId, secret_access_key: secretAccessKey },
    iam_apikey_name: 'Pasted storage',
    iam_auth_endpoint: `${iamEndpoint}/identity/token`,
    resource_instance_id: serviceInstanceId,
    localServer: { endpoint, endpoints },
  };
  await workbench.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await workbench.openObjectStorage();
  await workbench.tidy();
  const copy = (text: string) => workbench.page.evaluate((copied) => navigator.clipboard.writeText(copied), text);

  await copy(JSON.stringify([{ name: 'Hidden', credentials: { REDACTED: 'REDACTED' } }]));
  await workbench.command('Object Storage: Add Connection from Clipboard…');
  await workbench.notification(/secrets are REDACTED/).waitFor();
  await workbench.command('Notifications: Clear All Notifications');

  await copy(JSON.stringify([{ name: 'Pasted storage', credentials: credential }], undefined, 2));
  await workbench.command('Object Storage: Add Connection from Clipboard…');
  await workbench.pick('API key, and an HMAC key pair for links', 'Which one signs in');
  await workbench.pick('Other endpoint…', 'Location to start from');
  await workbench.answer(endpoint, 'Endpoint URL');
  await workbench.answer(iamEndpoint, 'IAM endpoint');
  await workbench.answer('Pasted storage', 'Name of the connection');
  await workbench.expand('Pasted storage');
  await workbench.row('getting-started').waitFor();
  await workbench.notification('still on the clipboard').waitFor();
  await session.screenshot('paste-credential');
  await workbench.clickNotification('still on the clipboard', 'Clear Clipboard');
  await expect.poll(() => workbench.page.evaluate(() => navigator.clipboard.readText())).toBe('');

  const found = session.keychain();
  expect(found).toContain(apiKey);
  expect(found).toContain(secretAccessKey);
  expect(filesHolding(session.folder, [apiKey, secretAccessKey])).toEqual([]);
  expect(processesHolding(session.serverPid, [apiKey, secretAccessKey])).toEqual([]);
});
