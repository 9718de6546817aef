import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BrowserContext } from 'playwright-core';
import { expect, test } from 'vitest';
import { filesHolding, processesBelow, processesHolding } from '../fakes/secretSearch';
import { signInSettings, useSession, useStorage } from './session';

const storage = useStorage();
const current = useSession(() => ({ settings: signInSettings(storage()) }));

test('an API key signs in to an instance picked from a list, is kept in the keychain, and is nowhere else', async () => {
  const session = current();
  const { workbench } = session;
  const { apiKey, endpoint, iamEndpoint } = storage().info;
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

  expect(session.keychain()).toContain(apiKey);

  const settings = readFileSync(join(session.folder, 'data/data/User/settings.json'), 'utf8');
  expect(settings).toContain('Team storage');
  expect(settings).toContain(storage().info.serviceInstanceId);
  expect(processesBelow(session.serverPid).some(({ argv }) => argv.includes('dist/engine.js'))).toBe(true);
  expect(filesHolding(session.folder, [apiKey])).toEqual([]);
  expect(processesHolding(session.serverPid, [apiKey])).toEqual([]);
});

test('a removed connection leaves nothing in the keychain', async () => {
  const { workbench, keychain } = current();
  await workbench.contextMenu(workbench.row('Team storage'), 'Remove Connection…');
  await workbench.dialog('Remove the connection').getByRole('button', { name: 'Remove', exact: true }).click();
  await workbench.page.getByRole('button', { name: 'Sign In' }).waitFor();
  expect(keychain()).not.toContain(storage().info.apiKey);
});

/** In a browser, VS Code leads to a port of its machine by a path of its server; whoever hosts the server forwards it. */
async function forwardPorts(context: BrowserContext): Promise<void> {
  await context.route(/\/proxy\/\d+\//, async (route) => {
    const [, port, path] = /\/proxy\/(\d+)(\/.*)$/.exec(route.request().url())!;
    await route.fulfill({ response: await route.fetch({ url: `http://127.0.0.1:${port}${path}` }) });
  });
}

test('a passcode from the page that opens signs a person in, and neither it nor the session is anywhere but in the keychain', async () => {
  const session = current();
  const { workbench } = session;
  await forwardPorts(workbench.page.context());
  await workbench.command('View: Close All Editors');
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.openObjectStorage();
  const opening = workbench.page.context().waitForEvent('page');
  await workbench.page.getByRole('button', { name: 'Sign In' }).click();
  await workbench.pick('One-time passcode', 'How do you connect?');
  const page = await opening;
  const passcode = await page.locator('#passcode').innerText();
  await page.close();
  await workbench.answer('not-a-passcode', 'One-time passcode from the page');
  const again = workbench.page.context().waitForEvent('page');
  await workbench.clickNotification(/passcode/i, 'Get Another Passcode');
  await (await again).close();
  await workbench.page.locator('.quick-input-widget .quick-input-message', { hasText: 'One-time passcode' }).waitFor();
  await session.screenshot('passcode');
  await workbench.answer(passcode, 'One-time passcode from the page');
  await workbench.pick('Local Development', 'Account to work in');
  await workbench.pick('local-cos', 'Service instance of account');
  await workbench.pick('Other endpoint…', 'Location to start from');
  await workbench.answer(storage().info.endpoint, 'Endpoint URL');
  await workbench.answer(storage().info.iamEndpoint, 'IAM endpoint');
  await workbench.answer('By passcode', 'Name of the connection');
  await workbench.notification('The connection works').waitFor();
  await workbench.expand('By passcode');
  await workbench.row('getting-started').waitFor();

  const kept = session.keychain();
  const refreshToken = /"refreshToken":"([^"]+)"/.exec(kept)?.[1] ?? '';
  expect(refreshToken.length).toBeGreaterThan(100);
  expect(readFileSync(join(session.folder, 'data/data/User/settings.json'), 'utf8')).toContain('By passcode');
  expect(filesHolding(session.folder, [passcode, refreshToken])).toEqual([]);
  expect(processesHolding(session.serverPid, [passcode, refreshToken])).toEqual([]);
});

test('the doctor examines the connection and writes a report without secrets', async () => {
  const { workbench, ...session } = current();
  await workbench.contextMenu(workbench.row('By passcode'), 'Connection Doctor');
  await workbench.waitForTab('Connection Doctor: By passcode', 'dirty');
  const report = await workbench.editorText();
  expect(report).toContain('# Connection Doctor: By passcode');
  expect(report).toMatch(/\*\*.+\*\*/);
  expect(report).toContain('## Steps');
  expect(report).not.toMatch(/Bearer \w|eyJ/);
  await session.screenshot('doctor');
  await workbench.closeActiveEditor();
  await workbench.page.locator('.monaco-dialog-box').getByRole('button', { name: "Don't Save" }).click();
});

test('the overview shows a bucket at a glance, and leads to the documents of its configuration', async () => {
  const { workbench, ...session } = current();
  await workbench.contextMenu(workbench.row('getting-started'), 'Bucket Overview');
  await workbench.tab('getting-started').waitFor();
  const text = workbench.page.locator('.editor-instance .monaco-editor .view-lines').first();
  await text.getByText('Versioning').first().waitFor();
  expect(await workbench.editorText()).toMatch(/Objects +\d+, /);
  expect(await workbench.editorText()).toMatch(/Location +us-south, smart/);
  await session.screenshot('overview');
  await workbench.followLink('Lifecycle');
  await workbench.tab('lifecycle').first().waitFor();
});
