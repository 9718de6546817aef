import { GetObjectTaggingCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { rawClient } from '../fakes/objectStorage';
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
