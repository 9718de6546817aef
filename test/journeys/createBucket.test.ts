import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { rawClient } from '../fakes/objectStorage';
import { tryLocalStorage, useSession } from './session';

const current = useSession();
const bucket = 'payroll-encrypted';

test('a bucket is created with a Key Protect root key that is picked by its name', async () => {
  const session = current();
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
