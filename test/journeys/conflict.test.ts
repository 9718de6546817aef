import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { rawClient } from '../fakes/objectStorage';
import { tryLocalStorage, useSession } from './session';

const current = useSession();
const bucket = 'getting-started';

test('a save meets a change of the same length: compared first, then overwritten', async () => {
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
