import {
  GetBucketLifecycleConfigurationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { rawClient } from '../fakes/objectStorage';
import { tryLocalStorage, useSession } from './session';

const current = useSession();

test('a bucket is created with a Key Protect root key that is picked by its name', async () => {
  const session = current();
  const bucket = 'payroll-encrypted';
  const { workbench } = session;
  const client = rawClient(await tryLocalStorage(session));

  await workbench.contextMenu(workbench.row('Local Object Storage'), 'Create Bucket…');
  await workbench.page.locator('.quick-input-widget .quick-input-message', { hasText: 'Name of the new' }).waitFor();
  await workbench.input().fill('Payroll');
  await workbench.page.locator('.quick-input-message', { hasText: 'made of lower-case letters' }).waitFor();
  await workbench.input().fill(bucket);
  await workbench.page.keyboard.press('Enter');
  await workbench.pick('us-south', 'Location of the bucket');
  await workbench.pick('vault', 'Storage class');
  await workbench.pick('Encryption', 'Create the bucket, or choose more');
  await workbench.pick('local-keys', 'instance that has the root key');
  await workbench.page.locator('.quick-input-widget').getByPlaceholder('Root key of "local-keys"').waitFor();
  await workbench.entry('documents-root-key').waitFor();
  // Neither a suspended key nor one that encrypts nothing.
  expect(await workbench.page.locator('.quick-input-list .monaco-list-row').count()).toBe(2);
  await workbench.notification('Looking for the keys').waitFor({ state: 'hidden' });
  await session.screenshot('create-bucket');
  await workbench.entry('documents-root-key').click();
  await workbench.pick('Versioning', 'Create the bucket, or choose more');
  await workbench.pick(`Create Bucket "${bucket}"`, 'Create the bucket, or choose more');
  const question = workbench.dialog(`Create the bucket "${bucket}"?`);
  await question.getByText('root key "documents-root-key"').waitFor();
  await question.getByRole('button', { name: 'Create Bucket', exact: true }).click();
  await workbench.row(bucket).waitFor();

  const keys: unknown[] = [];
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      keys.push((result.response as { headers: Record<string, string> }).headers['ibm-sse-kp-crk-id']);
      return result;
    },
    { step: 'deserialize', priority: 'low' },
  );
  await client.send(new HeadBucketCommand({ Bucket: bucket }));
  expect(keys[0]).toMatch(/^crn:v1:.*:kms:us-south:.*:key:/);
});

test('a lifecycle rule is written with a mistake that is caught, previewed, confirmed, and read back', async () => {
  const session = current();
  const bucket = 'web-assets';
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

test('a bucket is backed up into a vault, and restored into another bucket as of a moment', async () => {
  const session = current();
  const bucket = 'contract-drafts';
  const target = 'web-assets';
  const { workbench } = session;
  const client = rawClient(await tryLocalStorage(session));
  const versioning = { Bucket: target, VersioningConfiguration: { Status: 'Enabled' as const } };
  await client.send(new PutBucketVersioningCommand(versioning));

  await workbench.contextMenu(workbench.row('Local Object Storage'), 'Backup Vaults…');
  await workbench.pick('Create Backup Vault…', 'Backup vault');
  await workbench.answer('vault-of-drafts', 'Name of the vault');
  await workbench.answer('us-south', 'Region of the vault');
  await workbench.pick('local-keys', 'Key Protect or Hyper Protect');
  await workbench.pick('backups-root-key', 'Root key of "local-keys"');
  await workbench.notification('Created the backup vault "vault-of-drafts"').waitFor();
  await workbench.contextMenu(workbench.row(bucket), 'Backup Policies…');
  await workbench.pick('Create Backup Policy…', 'Backup policy of');
  await workbench.pick('vault-of-drafts', 'Vault to back up into');
  await workbench.answer('continuous', 'Name of the policy');
  await workbench.answer('30', 'Days that every state');
  await workbench.notification('is being backed up').waitFor();

  // The first copy takes a moment; a range is listed once it is complete.
  await workbench.expand('Backup vaults');
  await workbench.expand('vault-of-drafts');
  const range = workbench.page.getByRole('treeitem', { name: `Backup of the bucket ${bucket}` });
  await expect
    .poll(
      async () => {
        await workbench.contextMenu(workbench.row('vault-of-drafts'), 'Refresh');
        return await range.count();
      },
      { timeout: 30_000, interval: 1000 },
    )
    .toBe(1);
  await workbench.contextMenu(workbench.row(bucket).first(), 'Show or Hide Backup Policies');
  await workbench.row('continuous').waitFor();
  await client.send(new PutObjectCommand({ Bucket: bucket, Key: 'later.txt', Body: 'written after the backup began' }));
  await workbench.contextMenu(range, 'Restore a Moment…');
  await workbench.entry('First State').waitFor();
  await session.screenshot('backup');
  await workbench.pick('Another Moment…', 'Moment to restore');
  await workbench.page
    .locator('.quick-input-widget .quick-input-message', { hasText: 'the backup goes from' })
    .waitFor();
  await workbench.page.keyboard.press('Escape');
  await workbench.contextMenu(range, 'Restore a Moment…');
  await workbench.pick('Last State', 'Moment to restore');
  await workbench.pick(target, 'Choose a bucket');
  const question = workbench.dialog(`into the bucket "${target}"?`);
  await question.getByText('Nothing there is deleted').waitFor();
  await question.getByRole('button', { name: 'Restore', exact: true }).click();
  await workbench.notification(`The restore into "${target}" is complete`).waitFor();
  await range.locator('.monaco-tl-twistie').click();
  await workbench.page.getByRole('treeitem', { name: `Restore into ${target}, ` }).waitFor();
  await workbench.contextMenu(range, 'Open Recovery Range');
  await workbench.tab('range').first().waitFor();
  await session.screenshot('backup-vaults');
  const restored = await client.send(new GetObjectCommand({ Bucket: target, Key: 'supplier-agreement.md' }));
  expect(await restored.Body?.transformToString()).toContain('within 14 days');
  const versions = await client.send(
    new ListObjectVersionsCommand({ Bucket: target, Prefix: 'supplier-agreement.md' }),
  );
  expect(versions.Versions?.length).toBeGreaterThan(0);
  await workbench.clickNotification('is complete', 'Show Bucket');
  await workbench.row('supplier-agreement.md').waitFor();
});
