import { GetObjectAclCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { rawClient } from '../fakes/objectStorage';
import { tryLocalStorage, useSession } from './session';

const bucket = 'web-assets';
const current = useSession();

test('a folder is published and a selection of it taken back, after a question each, with everything else kept', async () => {
  const session = current();
  const { workbench } = session;
  const info = await tryLocalStorage(session);
  const client = rawClient(info);
  const keys = ['press/one.txt', 'press/three.txt', 'press/two.txt'];
  for (const Key of keys) {
    const about = { ContentType: 'text/plain', CacheControl: 'no-cache', Metadata: { owner: Key } };
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Key, ...about }));
  }
  /** What anybody gets who says nothing about himself. */
  const anonymous = async () =>
    await Promise.all(keys.map(async (key) => (await fetch(`${info.endpoint}/${bucket}/${key}`)).status));
  const grants = async () =>
    await Promise.all(
      keys.map(async (Key) => {
        const { Grants = [] } = await client.send(new GetObjectAclCommand({ Bucket: bucket, Key }));
        return Grants.some(({ Grantee }) => Grantee?.URI?.endsWith('/AllUsers') === true);
      }),
    );
  await workbench.expand(bucket);
  expect(await anonymous()).toEqual([403, 403, 403]);

  // Of a folder. Cancel changes nothing.
  const list = 'Choose what to change';
  const question = workbench.dialog('Change 3 objects?');
  await workbench.contextMenu(workbench.row('press'), 'Set Access List…');
  await workbench.pick('public-read', list);
  await question.getByText('Set the access list to public-read.').waitFor();
  await question.getByRole('button', { name: 'Cancel' }).click();
  await question.waitFor({ state: 'detached' });
  expect(await anonymous()).toEqual([403, 403, 403]);
  await workbench.contextMenu(workbench.row('press'), 'Set Access List…');
  await workbench.pick('public-read', list);
  await question.getByRole('button', { name: 'Change', exact: true }).click();
  await expect.poll(anonymous, { timeout: 20_000 }).toEqual([200, 200, 200]);
  expect(await grants()).toEqual([true, true, true]);

  // Of a selection in it, by the menu of one of its rows.
  await workbench.expand('press');
  await workbench.row('one.txt').click();
  await workbench.closeActiveEditor();
  await workbench.row('two.txt').click({ modifiers: ['Control'] });
  await workbench.contextMenu(workbench.row('two.txt'), 'Set Access List…');
  await workbench.pick('private', list);
  await workbench.dialog('Change 2 objects?').getByRole('button', { name: 'Change', exact: true }).click();
  await expect.poll(anonymous, { timeout: 20_000 }).toEqual([403, 200, 403]);
  expect(await grants()).toEqual([false, true, false]);
  for (const Key of keys) {
    const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key }));
    expect([head.ContentType, head.CacheControl, head.Metadata]).toEqual(['text/plain', 'no-cache', { owner: Key }]);
  }
});
