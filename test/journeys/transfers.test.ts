import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { GetObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { armFault, rawClient, readStorageInfo } from '../fakes/objectStorage';
import { tryLocalStorage, useSession } from './session';

const film = randomBytes(45 * 1024 * 1024);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const current = useSession({ files: { 'film.bin': film, 'notes.txt': 'Two lines\nof notes\n' } });

test('an upload is paused in the Transfers view, resumed, and arrives whole', async () => {
  const session = current();
  const { workbench } = session;
  await tryLocalStorage(session);
  await workbench.expand('getting-started');
  await workbench.row('data').waitFor();
  await workbench.contextMenu(workbench.row('data'), 'Upload Files…');
  await workbench.chooseFile(join(session.workspace, 'notes.txt'));
  await workbench.transferRow('notes.txt').filter({ hasText: 'took' }).waitFor();

  const info = readStorageInfo(join(session.folder, 'storage'));
  await armFault(info, {
    fault: { kind: 'latency', delayMs: 4000 },
    skip: 1,
    match: { method: 'PUT', key: 'data/film.bin' },
  });
  await workbench.contextMenu(workbench.row('data'), 'Upload Files…');
  await workbench.chooseFile(join(session.workspace, 'film.bin'));
  const row = workbench.transferRow('film.bin');
  await row.filter({ hasText: /[1-9].* of 47\.2 MB/ }).waitFor();
  await session.screenshot('transfers');
  await row.hover();
  await row.getByRole('button', { name: 'Pause Transfer' }).click();
  await row.filter({ hasText: 'paused' }).waitFor();
  await workbench.notification('Uploading').waitFor({ state: 'detached' });
  const client = rawClient(info);
  const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'getting-started' }));
  expect(Uploads?.map(({ Key }) => Key)).toEqual(['data/film.bin']);

  await row.hover();
  await row.getByRole('button', { name: 'Resume Transfer' }).click();
  await row.filter({ hasText: 'took' }).waitFor({ timeout: 60_000 });
  const { Body } = await client.send(new GetObjectCommand({ Bucket: 'getting-started', Key: 'data/film.bin' }));
  expect(sha256((await Body?.transformToByteArray()) ?? new Uint8Array())).toBe(sha256(film));

  await workbench.command('Object Storage: Clear Finished Transfers');
  await workbench.view('Transfers').getByText('Nothing has been transferred yet').waitFor();
});

test('a reloaded window offers to resume what it interrupted', async () => {
  const session = current();
  const { workbench } = session;
  const info = readStorageInfo(join(session.folder, 'storage'));
  await armFault(info, {
    fault: { kind: 'latency', delayMs: 4000 },
    skip: 1,
    count: 2,
    match: { method: 'PUT', key: 'docs/film.bin' },
  });
  await workbench.contextMenu(workbench.row('docs'), 'Upload Files…');
  await workbench.chooseFile(join(session.workspace, 'film.bin'));
  const row = workbench.transferRow('film.bin');
  await row.filter({ hasText: /[1-9].* of 47\.2 MB/ }).waitFor();
  await workbench.page.reload();
  await workbench.ready(); // which shows what was shown before
  await row.filter({ hasText: 'interrupted' }).waitFor({ timeout: 60_000 });
  await workbench.row('web-assets').waitFor(); // Local Object Storage has ended with the window and is back
  await workbench.clickNotification(/A transfer was interrupted/, 'Resume');
  await row.filter({ hasText: 'took' }).waitFor({ timeout: 60_000 });
  const { Body } = await rawClient(readStorageInfo(join(session.folder, 'storage'))).send(
    new GetObjectCommand({ Bucket: 'getting-started', Key: 'docs/film.bin' }),
  );
  expect(sha256((await Body?.transformToByteArray()) ?? new Uint8Array())).toBe(sha256(film));
});
