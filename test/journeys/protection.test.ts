import { GetObjectCommand, GetObjectTaggingCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rawClient, readStorageInfo } from '../fakes/objectStorage';
import { addLegalHold, createRetainedBucket } from '../fakes/retainedBucket';
import { tryLocalStorage, useSession } from './session';

const current = useSession({ settings: { 'files.autoSave': 'afterDelay', 'files.autoSaveDelay': 300 } });
const bucket = 'court-records';

test('an object is held and retained by hand, says so, and its properties are edited with a mistake caught', async () => {
  const session = current();
  const { workbench } = session;
  const { page } = workbench;
  const info = await tryLocalStorage(session);
  const client = rawClient(info);
  await createRetainedBucket(info, bucket, [0, 0, 3650]);
  const put = (Key: string) =>
    client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: 'evidence', Tagging: 'case=one' }));
  await put('ruling.txt');
  await put('draft.txt');
  await workbench.command('Object Storage: Refresh All');
  await workbench.expand(bucket);

  // A hold is added, seen, and removed.
  const row = workbench.row('ruling.txt');
  await row.waitFor();
  const badge = () => workbench.badge(row);
  await workbench.contextMenu(row, 'Add Legal Hold…');
  await workbench.answer('case-4711', 'Id of the hold');
  await workbench.notification('Added the legal hold "case-4711"').waitFor();
  await expect.poll(badge, { timeout: 20_000 }).toBe('H');
  await workbench.contextMenu(row, 'When Can This Be Deleted?');
  await workbench.notification('legal hold "case-4711"').waitFor();
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.contextMenu(row, 'Remove Legal Hold…');
  await workbench.pick('case-4711', 'Legal hold to remove');
  await workbench.dialog('Remove the legal hold').getByRole('button', { name: 'Remove Legal Hold' }).click();
  await workbench.notification('Removed the legal hold').waitFor();
  await expect.poll(badge, { timeout: 20_000 }).toBe('');

  // Retention is extended after a question that names the date, and the badge changes.
  await workbench.contextMenu(row, 'Extend Retention or Lock…');
  await workbench.pick('For days from now…', 'How to extend it');
  await workbench.answer('30', 'Days from now');
  const question = workbench.dialog('Extend the retention of "ruling.txt"?');
  await question.getByText('This cannot be undone.').waitFor();
  await question.getByRole('button', { name: 'Extend Retention' }).click();
  await workbench.notification('is retained until').waitFor();
  await expect.poll(badge, { timeout: 20_000 }).toBe('R');

  // A deletion says what stands in its way before it is tried.
  await workbench.contextMenu(row, 'Delete…');
  const deletion = workbench.dialog('Delete the object "court-records/ruling.txt"?');
  await deletion.getByText('the service will not delete it').waitFor();
  await deletion.getByRole('button', { name: 'Cancel' }).click();

  await workbench.command('Notifications: Clear All Notifications');

  // It opens read-only, and the status bar says why.
  await row.dblclick();
  await workbench.tab('ruling.txt').waitFor();
  const status = page.locator('.part.statusbar .statusbar-item', { hasText: bucket }).first();
  await status.waitFor();
  await status.hover();
  await page.locator('.hover-contents, .workbench-hover', { hasText: 'Read-only: retained until' }).first().waitFor();
  await session.screenshot('retained');
  await workbench.closeActiveEditor();

  // Properties: a mistake is underlined, nothing is applied by itself, a save shows what it does.
  await workbench.contextMenu(workbench.row('draft.txt'), 'Properties');
  await workbench.tab('draft.txt.properties.jsonc').waitFor();
  const tags = async () =>
    (await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: 'draft.txt' }))).TagSet;
  await workbench.replaceText('"case"', '"ibm:case"');
  await page.locator('.editor-instance .squiggly-error').first().waitFor();
  await workbench.command('Go to Next Problem (Error, Warning, Info)');
  await page.locator('.marker-widget', { hasText: 'ibm:' }).waitFor();
  await session.screenshot('properties');
  await page.keyboard.press('Escape');
  await workbench.replaceText('"ibm:case"', '"matter"');
  await page.locator('.editor-instance .squiggly-error').first().waitFor({ state: 'detached' });
  // VS Code saves by itself: the text is kept here, and nothing is applied.
  await page.locator('.part.statusbar .statusbar-item', { hasText: 'Not applied' }).waitFor();
  expect(await tags()).toEqual([{ Key: 'case', Value: 'one' }]);
  const preview = workbench.dialog('to the object "draft.txt"?');
  await workbench.saveUntil(preview);
  await preview.getByText('PutObjectTagging').waitFor();
  await preview.getByRole('button', { name: 'Apply', exact: true }).click();
  await workbench.notification('Applied to the object "draft.txt"').waitFor();
  expect(await tags()).toEqual([{ Key: 'matter', Value: 'one' }]);

  // A hold that somebody else adds between opening and saving: nothing is applied before it was seen, nothing is lost.
  await workbench.contextMenu(workbench.row('draft.txt'), 'Properties');
  await workbench.replaceText('"one"', '"two"');
  await page.locator('.part.statusbar .statusbar-item', { hasText: 'Not applied' }).waitFor();
  await addLegalHold(info, bucket, 'draft.txt', 'from-court');
  await workbench.saveUntil(preview);
  await preview.getByRole('button', { name: 'Apply', exact: true }).click();
  const race = workbench.dialog('Somebody else changed the object "draft.txt" after this document was opened.');
  await race.getByRole('button', { name: 'Compare', exact: true }).click();
  await workbench.tab('in the service').waitFor();
  expect(await tags()).toEqual([{ Key: 'matter', Value: 'one' }]);
  await workbench.closeActiveEditor();
  await workbench.waitForTab('draft.txt.properties.jsonc', 'clean');
  await expect.poll(() => workbench.editorText(), { timeout: 20_000 }).toContain('placed');
  // The text still has no hold, so that a save would remove it: the preview says so, and Cancel leaves it.
  await workbench.saveUntil(preview);
  await preview.getByText("Remove the legal hold 'from-court'").waitFor();
  await preview.getByRole('button', { name: 'Cancel' }).click();
  await workbench.replaceText('"legalHolds": []', '"legalHolds": ["from-court"]');
  await workbench.saveUntil(preview);
  await preview.getByText('PutObjectTagging').waitFor();
  expect(await preview.getByText('legal hold').count()).toBe(0);
  await preview.getByRole('button', { name: 'Apply', exact: true }).click();
  await expect.poll(tags, { timeout: 20_000 }).toEqual([{ Key: 'matter', Value: 'two' }]);
});

test('the metadata of a folder and the tags of a selection are edited in one document, around what is protected', async () => {
  const session = current();
  const { workbench, folder } = session;
  const { page } = workbench;
  const info = readStorageInfo(join(folder, 'storage'));
  const client = rawClient(info);
  for (const [name, owner] of [
    ['a.txt', 'ana'],
    ['b.txt', 'ben'],
    ['held.txt', 'court'],
  ] as const) {
    const Metadata = { owner, matter: 'one' };
    await client.send(new PutObjectCommand({ Bucket: bucket, Key: `exhibits/${name}`, Body: name, Metadata }));
  }
  await addLegalHold(info, bucket, 'exhibits/held.txt', 'case-4712');
  const owners = async () =>
    await Promise.all(
      ['a.txt', 'b.txt', 'held.txt'].map(async (name) => {
        const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: `exhibits/${name}` }));
        return head.Metadata?.['owner'];
      }),
    );
  await workbench.command('View: Close All Editors');
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.command('Object Storage: Refresh All');
  await workbench.expand(bucket);

  // What the objects of the folder have in common; a mistake is caught, and what is protected is said.
  await workbench.row('exhibits').waitFor();
  await workbench.contextMenu(workbench.row('exhibits'), 'Properties of Selection or Folder');
  await workbench.tab('exhibits.properties.jsonc').waitFor();
  await expect.poll(() => workbench.editorText(), { timeout: 20_000 }).toContain('"owner": "<mixed>"');
  await workbench.replaceText('"owner": "<mixed>"', '"Owner": "clerk"');
  await page.locator('.editor-instance .squiggly-error').first().waitFor();
  await workbench.replaceText('"Owner"', '"owner"');
  await page.locator('.editor-instance .squiggly-error').first().waitFor({ state: 'detached' });
  await page.locator('.editor-instance .squiggly-warning').first().waitFor();
  // An automatic save applies nothing.
  const notApplied = page.locator('.part.statusbar .statusbar-item', { hasText: 'Not applied' });
  await notApplied.waitFor();
  expect(await owners()).toEqual(['ana', 'ben', 'court']);
  const preview = workbench.dialog('Change 3 objects?');
  await workbench.saveUntil(preview);
  await preview.getByText('"exhibits/held.txt": protected by retention or a legal hold').waitFor();
  await session.screenshot('selection-properties');
  await preview.getByRole('button', { name: 'Change', exact: true }).click();
  await expect.poll(owners, { timeout: 20_000 }).toEqual(['clerk', 'clerk', 'court']);
  // The document goes on over what there is now: the protected one still differs.
  await notApplied.waitFor({ state: 'detached' });
  await expect.poll(() => workbench.editorText(), { timeout: 20_000 }).toContain('"owner": "<mixed>"');
  await workbench.waitForTab('exhibits.properties.jsonc', 'clean');

  // Two of them, chosen in the tree.
  await workbench.closeActiveEditor();
  await workbench.command('Notifications: Clear All Notifications');
  await workbench.expand('exhibits');
  await workbench.row('a.txt').click();
  await workbench.row('b.txt').click({ modifiers: ['ControlOrMeta'] });
  await workbench.contextMenu(workbench.row('b.txt'), 'Properties of Selection or Folder');
  await workbench.tab('2 selected.properties.jsonc').waitFor();
  await expect.poll(() => workbench.editorText(), { timeout: 20_000 }).toContain('"owner": "clerk"');
  await workbench.replaceText('"tags": {}', '"tags": { "stage": "final" }');
  await notApplied.waitFor();
  const two = workbench.dialog('Change 2 objects?');
  await workbench.saveUntil(two);
  await two.getByText('Set tag stage to "final".').waitFor();
  await two.getByRole('button', { name: 'Change', exact: true }).click();
  await workbench.notification('Applied to the selection of 2').waitFor();
  const tags = async () =>
    (await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: 'exhibits/b.txt' }))).TagSet;
  expect(await tags()).toEqual([{ Key: 'stage', Value: 'final' }]);
  expect(await owners()).toEqual(['clerk', 'clerk', 'court']);
});

test('an auto-save writes quietly; its conflict is a notification that can overwrite, never a dialog', async () => {
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
  await workbench.typeAtStart('1 ');
  await expect.poll(read, { timeout: 20_000 }).toBe('1 agreed text');

  await put('THEIR TEXT !!');
  await workbench.typeAtStart('2 ');
  await workbench.notification('was changed by somebody else').waitFor();
  expect(await workbench.dialog('was changed by somebody else').count()).toBe(0);
  expect(await read()).toBe('THEIR TEXT !!');
  await workbench.clickNotification('was changed by somebody else', 'Overwrite');
  await expect.poll(read, { timeout: 20_000 }).toBe('2 1 agreed text');
  await workbench.waitForTab('shared.txt', 'clean');
});
