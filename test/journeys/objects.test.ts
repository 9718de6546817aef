import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { rawClient } from '../fakes/objectStorage';
import { tryLocalStorage, useSession } from './session';

const current = useSession();

test('a save meets a change of the same length: compared first, then overwritten', async () => {
  const session = current();
  const bucket = 'getting-started';
  const { workbench } = session;
  const client = rawClient(await tryLocalStorage(session));
  const put = (body: string) => client.send(new PutObjectCommand({ Bucket: bucket, Key: 'shared.txt', Body: body }));
  const read = async () =>
    (await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'shared.txt' }))).Body?.transformToString();
  await put('agreed text');
  await workbench.expand(bucket);
  await workbench.row('shared.txt').dblclick();
  await workbench.waitForTab('shared.txt', 'clean');
  await expect.poll(() => workbench.editorText(), { timeout: 20_000 }).toContain('agreed text');
  await put('THEIR TEXT!');

  await workbench.typeAtStart('mine: ');
  await workbench.save();
  const question = workbench.dialog('was changed by somebody else');
  await question.getByRole('button', { name: 'Compare', exact: true }).waitFor();
  await session.screenshot('conflict');
  await question.getByRole('button', { name: 'Compare', exact: true }).click();
  await workbench.tab('in the bucket').waitFor();
  expect(await read()).toBe('THEIR TEXT!');

  await workbench.closeActiveEditor();
  await workbench.tab('shared.txt').click();
  await workbench.waitForTab('shared.txt', 'dirty');
  await workbench.save();
  await question.getByRole('button', { name: 'Overwrite', exact: true }).click();
  await workbench.waitForTab('shared.txt', 'clean');
  expect(await read()).toBe('mine: agreed text');
});

test('the versions of an object are seen, one is restored, and a deletion is undone', async () => {
  const session = current();
  const bucket = 'contract-drafts';
  const key = 'supplier-agreement.md';
  const { workbench } = session;
  const client = rawClient(await tryLocalStorage(session));
  const read = async () =>
    (await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }))).Body?.transformToString();
  expect(await read()).toContain('within 14 days');
  await workbench.expand(bucket);
  await workbench.contextMenu(workbench.row(key), 'Show or Hide Versions');
  await workbench.expand(key);
  const versions = workbench.view('Buckets').locator('.monaco-list-row[aria-label^="Version of"]');
  await versions.nth(2).waitFor();
  expect(await versions.count()).toBe(3);
  await session.screenshot('versions');

  await workbench.contextMenu(versions.nth(1), 'Compare Version with Current');
  await workbench.tab('↔ now').waitFor();
  const lines = workbench.page.locator('.monaco-diff-editor .view-lines');
  await lines.filter({ hasText: 'within 21 days' }).waitFor();
  await lines.filter({ hasText: 'within 14 days' }).waitFor();
  await workbench.closeActiveEditor();
  await workbench.contextMenu(workbench.row(key), 'Time Machine…');
  const oldest = (await versions.nth(2).getAttribute('aria-label')) ?? '';
  const [, day = '', time = ''] = /^Version of (\d+ \w+ \d+), (\d+:\d+)/.exec(oldest) ?? [];
  const afterwards = new Date(Date.parse(`${day} ${time} UTC`) + 60_000).toISOString();
  await workbench.answer(`${afterwards.slice(0, 10)} ${afterwards.slice(11, 19)}`, 'Date and time');
  await workbench.notification('This is "supplier-agreement.md" as it was').waitFor();
  await expect.poll(() => workbench.editorText(), { timeout: 20_000 }).toContain('within 30 days');
  await workbench.closeActiveEditor();

  await workbench.contextMenu(versions.nth(2), 'Restore This Version…');
  await workbench
    .dialog('Restore "supplier-agreement.md"')
    .getByRole('button', { name: 'Restore', exact: true })
    .click();
  await workbench.notification('Restored "supplier-agreement.md"').waitFor();
  expect(await read()).toContain('within 30 days');
  // The new version pushes the rows below down.
  await versions.nth(3).waitFor();

  await workbench.contextMenu(workbench.row('notes.txt'), 'Delete…');
  const question = workbench.dialog('Delete the object "contract-drafts/notes.txt"?');
  await question.getByText('brought back with Undo').waitFor();
  await question.getByRole('button', { name: 'Delete', exact: true }).click();
  await workbench.row('notes.txt').waitFor({ state: 'detached' });
  await workbench.clickNotification('Deleted 1 object', 'Undo');
  await workbench.row('notes.txt').waitFor();
});

test('a folder whose name would be a link that runs a command is text wherever it is shown', async () => {
  const session = current();
  const { workbench } = session;
  const bucket = 'web-assets';
  const name = '[Sign in again](command:workbench.action.files.newUntitledFile)';
  const turned = 'invoice-\u202Egpj.exe';
  const client = rawClient(await tryLocalStorage(session));
  for (const key of [`${name}/x`, turned])
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'x' }));
  await workbench.expand(bucket);
  await workbench.row('invoice-<U+202E>gpj.exe').waitFor();
  const folder = workbench.view('Buckets').locator('.monaco-list-row').filter({ hasText: '[Sign in again]' });
  await workbench.contextMenu(folder, 'New Object…');
  const widget = workbench.page.locator('.quick-input-widget');
  await widget.getByText('[Sign in again]').first().waitFor();
  // The buttons of a title are links without a place, and no part of its text.
  const links = await widget
    .locator('a:not(.action-label)')
    .evaluateAll((all) => all.map(({ outerHTML }) => outerHTML));
  expect(links.filter((link) => /sign in|command:/i.test(link))).toEqual([]);
  expect(await widget.getByText('command:workbench').count()).toBeGreaterThan(0);
  await workbench.page.keyboard.press('Escape');
  await folder.hover();
  const hover = workbench.page.locator('.workbench-hover').filter({ hasText: 'Sign in again' }).first();
  await hover.waitFor();
  expect(await hover.locator('a[href*="command:"], a[data-href*="command:"]').count()).toBe(0);
});
