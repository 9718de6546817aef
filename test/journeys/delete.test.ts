import { join } from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { rawClient, readStorageInfo } from '../fakes/objectStorage';
import { tryLocalStorage, useSession } from './session';

const current = useSession();

test('deleting a folder says how many objects are in it, and deletes only after a yes', async () => {
  const session = current();
  const { workbench } = session;
  await tryLocalStorage(session);
  await workbench.expand('getting-started');
  await workbench.row('data').waitFor();
  const client = rawClient(readStorageInfo(join(session.folder, 'storage')));
  const countIn = async (prefix: string) =>
    (await client.send(new ListObjectsV2Command({ Bucket: 'getting-started', Prefix: prefix }))).KeyCount ?? 0;
  const [inFolder, inAll] = [await countIn('data/'), await countIn('')];
  expect(inFolder).toBeGreaterThan(1);

  const question = workbench.dialog(`Delete the folder and the ${inFolder} objects`);
  await workbench.contextMenu(workbench.row('data'), 'Delete…');
  await question.getByRole('button', { name: 'Delete', exact: true }).waitFor();
  await session.screenshot('delete');
  await question.getByRole('button', { name: 'Cancel', exact: true }).click();
  await question.waitFor({ state: 'detached' });
  expect(await countIn('data/')).toBe(inFolder);

  await workbench.contextMenu(workbench.row('data'), 'Delete…');
  await question.getByRole('button', { name: 'Delete', exact: true }).click();
  await workbench.row('data').waitFor({ state: 'detached' });
  expect(await countIn('data/')).toBe(0);
  expect(await countIn('')).toBe(inAll - inFolder);
});
