import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { rawClient } from '../fakes/objectStorage';
import { tryLocalStorage, useSession } from './session';

const current = useSession();
const bucket = 'contract-drafts';
const target = 'web-assets';

test('a bucket is backed up into a vault, and restored into another bucket as of a moment', async () => {
  const session = current();
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
