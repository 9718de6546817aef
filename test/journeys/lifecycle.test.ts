import { GetBucketLifecycleConfigurationCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { rawClient } from '../fakes/objectStorage';
import { tryLocalStorage, useSession } from './session';

const current = useSession();
const bucket = 'web-assets';

test('a lifecycle rule is written with a mistake that is caught, previewed, confirmed, and read back', async () => {
  const session = current();
  const { workbench } = session;
  const { page } = workbench;
  const client = rawClient(await tryLocalStorage(session));
  const squiggle = page.locator('.editor-instance .squiggly-error').first();

  await workbench.contextMenu(workbench.row(bucket), 'Bucket Configuration…');
  await workbench.pick('Lifecycle', 'Configuration of the bucket');
  await workbench.tab(`${bucket}.lifecycle.jsonc`).waitFor();
  await expect.poll(() => workbench.editorText(), { timeout: 20_000 }).toContain('"rules": []');
  const rule =
    '{ "id": "old-uploads", "status": "enabled", "filter": { "prefix": "uploads/" }, "expiration": { "days": 0 } }';
  await workbench.replaceText('"rules": []', `"rules": [${rule}]`);
  await workbench.command('Format Document');
  await squiggle.waitFor();
  await workbench.command('Go to Next Problem (Error, Warning, Info)');
  await page.locator('.marker-widget', { hasText: '"days" is a whole number, 1 or more' }).waitFor();
  await session.screenshot('lifecycle');
  await page.keyboard.press('Escape');
  await workbench.replaceText('"days": 0', '"days": 30');
  await squiggle.waitFor({ state: 'detached' });

  const preview = workbench.dialog(`Apply this change to Lifecycle of the bucket "${bucket}"?`);
  await workbench.saveUntil(preview);
  await preview.getByText("delete objects below 'uploads/' 30 days after they were written").waitFor();
  await preview.getByRole('button', { name: 'Apply', exact: true }).click();
  // Objects that exist are deleted too: that is asked once more, by name.
  const question = workbench.dialog('This cannot be undone.');
  await question.getByText(`In the bucket '${bucket}'`).waitFor();
  await question.getByRole('button', { name: 'Apply for Good' }).click();
  await workbench.notification('Applied to Lifecycle of the bucket').waitFor();
  const { Rules } = await client.send(new GetBucketLifecycleConfigurationCommand({ Bucket: bucket }));
  expect(Rules).toEqual([
    { ID: 'old-uploads', Status: 'Enabled', Filter: { Prefix: 'uploads/' }, Expiration: { Days: 30 } },
  ]);

  // What is opened again is what the service has.
  await workbench.closeActiveEditor();
  await workbench.contextMenu(workbench.row(bucket), 'Bucket Configuration…');
  await workbench.pick('Lifecycle', 'Configuration of the bucket');
  await expect.poll(() => workbench.editorText(), { timeout: 20_000 }).toMatch(/"prefix": "uploads\/"[^]*"days": 30/);

  // A template adds to it, and can be taken back.
  await workbench.command('Insert Template…');
  await workbench.pick('Abort Incomplete Uploads after 7 Days', 'Template to insert');
  await expect
    .poll(() => workbench.editorText(), { timeout: 20_000 })
    .toMatch(/"abort-incomplete-uploads"[^]*"days": 7/);
  expect(await squiggle.count()).toBe(0);
});
