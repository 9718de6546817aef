import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetObjectCommand, ListMultipartUploadsCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { armFault, clearFaults, rawClient, readStorageInfo } from '../fakes/objectStorage';
import { tryLocalStorage, useSession } from './session';

const film = randomBytes(45 * 1024 * 1024);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const current = useSession({ files: { 'film.bin': film, 'trailer.bin': film, 'notes.txt': 'Two lines\nof notes\n' } });

test('files are uploaded into a folder, with progress, and appear there', async () => {
  const session = current();
  const { workbench } = session;
  const info = await tryLocalStorage(session);
  await workbench.expand('getting-started');
  await workbench.row('data').waitFor();

  await armFault(info, {
    fault: { kind: 'latency', delayMs: 2500 },
    skip: 1,
    count: 4,
    match: { method: 'PUT', key: 'data/trailer.bin' },
  });
  await workbench.contextMenu(workbench.row('data'), 'Upload Files…');
  await workbench.chooseFile(join(session.workspace, 'trailer.bin'));

  await workbench.notification(/Uploading "trailer.bin": [1-9].* of /).waitFor();
  await workbench.page.locator('.notifications-toasts [role=progressbar]').first().waitFor();
  await session.screenshot('upload');
  await workbench.notification('Uploading').waitFor({ state: 'detached', timeout: 60_000 });

  await workbench.expand('data');
  await workbench.row('trailer.bin').waitFor();
  const { Body } = await rawClient(info).send(
    new GetObjectCommand({ Bucket: 'getting-started', Key: 'data/trailer.bin' }),
  );
  expect(sha256((await Body?.transformToByteArray()) ?? new Uint8Array())).toBe(sha256(film));
});

test('a folder is uploaded and downloaded again, and a single object is, to a file that is named', async () => {
  const session = current();
  const { workbench, workspace } = session;
  const info = readStorageInfo(join(session.folder, 'storage'));
  mkdirSync(join(workspace, 'album/deep'), { recursive: true });
  mkdirSync(join(workspace, 'back'));
  writeFileSync(join(workspace, 'album/one.txt'), 'one');
  writeFileSync(join(workspace, 'album/deep/two.bin'), film.subarray(0, 1000));

  await workbench.contextMenu(workbench.row('data'), 'Upload Folder…');
  await workbench.chooseFile(join(workspace, 'album'));
  await workbench.row('album').waitFor();
  const { Body } = await rawClient(info).send(
    new GetObjectCommand({ Bucket: 'getting-started', Key: 'data/album/deep/two.bin' }),
  );
  expect(sha256((await Body?.transformToByteArray()) ?? new Uint8Array())).toBe(sha256(film.subarray(0, 1000)));

  await workbench.contextMenu(workbench.row('album'), 'Download…');
  await workbench.chooseFile(join(workspace, 'back'));
  const back = (path: string) => readFileSync(join(workspace, 'back', path));
  await expect.poll(() => back('album/one.txt').toString(), { timeout: 20_000 }).toBe('one');
  await expect.poll(() => sha256(back('album/deep/two.bin')), { timeout: 20_000 }).toBe(sha256(film.subarray(0, 1000)));

  await workbench.contextMenu(workbench.row('cities.csv'), 'Download…');
  await workbench.chooseFile(join(workspace, 'back', 'towns.csv'));
  await expect.poll(() => back('towns.csv').toString(), { timeout: 20_000 }).toContain('Nairobi,Kenya,5545000');
});

test('an upload onto a name that is taken asks first, and Skip leaves the object as it is', async () => {
  const session = current();
  const { workbench } = session;
  const info = readStorageInfo(join(session.folder, 'storage'));
  const client = rawClient(info);
  const read = async () => {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: 'web-assets', Key: 'notes.txt' }));
    return Body?.transformToString();
  };
  await workbench.collapse('getting-started'); // only rows that are on screen are there
  await workbench.contextMenu(workbench.row('web-assets'), 'Upload Files…');
  await workbench.chooseFile(join(session.workspace, 'notes.txt'));
  await workbench.expand('web-assets');
  await workbench.row('notes.txt').waitFor();
  expect(await read()).toBe('Two lines\nof notes\n');
  const before = await client.send(new GetObjectCommand({ Bucket: 'web-assets', Key: 'notes.txt' }));

  await workbench.contextMenu(workbench.row('web-assets'), 'Upload Files…');
  await workbench.chooseFile(join(session.workspace, 'notes.txt'));
  await workbench.dialog('exists already').getByRole('button', { name: 'Skip', exact: true }).click();
  await workbench.notification(/left out/).waitFor();
  const after = await client.send(new GetObjectCommand({ Bucket: 'web-assets', Key: 'notes.txt' }));
  expect(after.LastModified).toEqual(before.LastModified);
});

test('an upload is paused in the Transfers view, resumed, and arrives whole', async () => {
  const session = current();
  const { workbench } = session;
  const info = await tryLocalStorage(session);
  await workbench.command('Object Storage: Clear Finished Transfers');
  await workbench.expand('getting-started');
  await workbench.row('data').waitFor();
  await workbench.contextMenu(workbench.row('data'), 'Upload Files…');
  await workbench.chooseFile(join(session.workspace, 'notes.txt'));
  await workbench.transferRow('notes.txt').filter({ hasText: 'took' }).waitFor();

  await armFault(info, {
    fault: { kind: 'latency', delayMs: 60_000 },
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

  await clearFaults(info);
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
    fault: { kind: 'latency', delayMs: 60_000 },
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
