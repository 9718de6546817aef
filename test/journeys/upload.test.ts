import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { armFault, rawClient, readStorageInfo } from '../fakes/objectStorage';
import { tryLocalStorage, useSession } from './session';

const film = randomBytes(45 * 1024 * 1024);
const current = useSession({ files: { 'film.bin': film, 'notes.txt': 'Two lines\nof notes\n' } });

test('files are uploaded into a folder, with progress, and appear there', async () => {
  const session = current();
  const { workbench } = session;
  await tryLocalStorage(session);
  await workbench.expand('getting-started');
  await workbench.row('data').waitFor();

  const info = readStorageInfo(join(session.folder, 'storage'));
  await armFault(info, {
    fault: { kind: 'latency', delayMs: 2500 },
    skip: 1,
    match: { method: 'PUT', key: 'data/film.bin' },
  });
  await workbench.contextMenu(workbench.row('data'), 'Upload Files…');
  await workbench.chooseFile(join(session.workspace, 'film.bin'));

  await workbench.notification(/Uploading "film.bin": [1-9].* of /).waitFor();
  await workbench.page.locator('.notifications-toasts [role=progressbar]').first().waitFor();
  await session.screenshot('upload');
  await workbench.notification('Uploading').waitFor({ state: 'detached', timeout: 60_000 });

  await workbench.expand('data');
  await workbench.row('film.bin').waitFor();
  const { Body } = await rawClient(info).send(
    new GetObjectCommand({ Bucket: 'getting-started', Key: 'data/film.bin' }),
  );
  const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
  expect(sha256((await Body?.transformToByteArray()) ?? new Uint8Array())).toBe(sha256(film));
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
