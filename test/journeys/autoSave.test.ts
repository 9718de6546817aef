import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { rawClient } from '../fakes/objectStorage';
import { tryLocalStorage, useSession } from './session';

const current = useSession({ settings: { 'files.autoSave': 'afterDelay', 'files.autoSaveDelay': 300 } });
const bucket = 'getting-started';

test('an auto-save writes quietly; its conflict is a notification that can overwrite, never a dialog', async () => {
  const session = current();
  const { workbench } = session;
  const client = rawClient(await tryLocalStorage(session));
  const put = (body: string) => client.send(new PutObjectCommand({ Bucket: bucket, Key: 'shared.txt', Body: body }));
  const read = async () =>
    (await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'shared.txt' }))).Body?.transformToString();
  await put('agreed text');
  await workbench.expand(bucket);
  await workbench.row('shared.txt').dblclick();
  await workbench.waitForTab('shared.txt', 'clean');
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
