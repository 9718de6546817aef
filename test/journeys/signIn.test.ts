import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startStorage, type Storage } from '../fakes/objectStorage';
import { filesHolding, processesBelow, processesHolding } from '../fakes/secretSearch';
import { temporaryFolder, useSession } from './session';

const storageFolder = temporaryFolder();
let storage: Storage;

beforeAll(async () => {
  storage = await startStorage(storageFolder());
});

afterAll(() => storage.stop());

const current = useSession(() => ({
  settings: {
    'ibmcos.signIn.endpoints': {
      iam: storage.info.iamEndpoint,
      resourceController: storage.info.resourceControllerEndpoint,
    },
  },
}));

test('an API key signs in to an instance picked from a list, is kept in the keychain, and is nowhere else', async () => {
  const session = current();
  const { workbench } = session;
  const { apiKey, endpoint, iamEndpoint } = storage.info;
  await workbench.openObjectStorage();
  await workbench.page.getByRole('button', { name: 'Sign In' }).click();
  await workbench.pick('IBM Cloud API key', 'How do you connect?');
  await workbench.answer('not a key of this account', 'IBM Cloud API key');
  await workbench.notification(/API key/).waitFor();
  await workbench.answer(apiKey, 'IBM Cloud API key');
  await workbench.entry('local-cos').waitFor();
  await workbench.notification('Looking for the instances').waitFor({ state: 'detached' });
  await workbench.notification(/API key/).waitFor({ state: 'detached' });
  await session.screenshot('sign-in');
  await workbench.pick('local-cos', 'Service instance of account');
  await workbench.pick('Other endpoint…', 'Location to start from');
  await workbench.answer(endpoint, 'Endpoint URL');
  await workbench.answer(iamEndpoint, 'IAM endpoint');
  await workbench.answer('Team storage', 'Name of the connection');
  await workbench.notification('The connection works').waitFor();

  await workbench.expand('Team storage');
  await workbench.expand('getting-started');
  await workbench.row('README.md').click();
  await workbench.waitForTab('README.md', 'clean');

  const found = execFileSync('secret-tool', ['search', '--all', 'service', 'cos-explorer'], {
    env: session.keyringEnv,
    encoding: 'utf8',
  });
  expect(found).toContain(apiKey);

  const settings = readFileSync(join(session.folder, 'data/data/User/settings.json'), 'utf8');
  expect(settings).toContain('Team storage');
  expect(settings).toContain(storage.info.serviceInstanceId);
  expect(processesBelow(session.serverPid).some(({ argv }) => argv.includes('dist/engine.js'))).toBe(true);
  expect(filesHolding(session.folder, [apiKey])).toEqual([]);
  expect(processesHolding(session.serverPid, [apiKey])).toEqual([]);
});

test('a removed connection leaves nothing in the keychain', async () => {
  const { workbench, keyringEnv } = current();
  await workbench.contextMenu(workbench.row('Team storage'), 'Remove Connection…');
  await workbench.dialog('Remove the connection').getByRole('button', { name: 'Remove', exact: true }).click();
  await workbench.page.getByRole('button', { name: 'Sign In' }).waitFor();
  const find = () =>
    execFileSync('secret-tool', ['search', '--all', 'service', 'cos-explorer'], {
      env: keyringEnv,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  expect(find()).not.toContain(storage.info.apiKey);
});
