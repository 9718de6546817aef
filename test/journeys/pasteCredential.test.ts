import { execFileSync } from 'node:child_process';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStorage, type Storage } from '../fakes/objectStorage';
import { filesHolding, processesHolding } from '../fakes/secretSearch';
import { temporaryFolder, useSession } from './session';

const storageFolder = temporaryFolder();
let storage: Storage;

beforeAll(async () => {
  storage = await startStorage(storageFolder());
});

afterAll(() => storage.stop());

const current = useSession();

test('a pasted service credential becomes a connection with its buckets, and its secrets are in the keychain only', async () => {
  const session = current();
  const { workbench } = session;
  const { apiKey, accessKeyId, secretAccessKey, serviceInstanceId, endpoint, endpoints, iamEndpoint } = storage.info;
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
  const copy = (text: string) => workbench.page.evaluate((copied) => navigator.clipboard.writeText(copied), text);

  await copy(JSON.stringify([{ name: 'Hidden', credentials: { REDACTED: 'REDACTED' } }]));
  await workbench.command('Object Storage: Add Connection from Clipboard…');
  await workbench.notification(/secrets are REDACTED/).waitFor();
  await workbench.command('Notifications: Clear All Notifications');

  await copy(JSON.stringify([{ name: 'Pasted storage', credentials: credential }], undefined, 2));
  await workbench.command('Object Storage: Add Connection from Clipboard…');
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

  const found = execFileSync('secret-tool', ['search', '--all', 'service', 'cos-explorer'], {
    env: session.keyringEnv,
    encoding: 'utf8',
  });
  expect(found).toContain(apiKey);
  expect(found).toContain(secretAccessKey);
  expect(filesHolding(session.folder, [apiKey, secretAccessKey])).toEqual([]);
  expect(processesHolding(session.serverPid, [apiKey, secretAccessKey])).toEqual([]);
});
