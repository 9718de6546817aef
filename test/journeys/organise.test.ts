import { createHash, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import {
  CreateMultipartUploadCommand,
  GetObjectAclCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { rawClient, readStorageInfo } from '../fakes/objectStorage';
import { tryLocalStorage, useSession } from './session';

const bucket = 'web-assets';
const partBytes = 5 * 1024 * 1024;
const film = randomBytes(partBytes + 1000);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const current = useSession({ files: { 'film.bin': film, 'page.data': '<p>' } });

/** The keys in the two folders that things are dragged between. */
async function keysOf(client: S3Client): Promise<readonly string[]> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: bucket }));
  return Contents.map(({ Key = '' }) => Key).filter((key) => /^(?:inbox|kept)\//.test(key));
}

/** Begins an upload as another program does, and leaves it after its first part. */
async function leaveBehind(client: S3Client, key: string): Promise<void> {
  const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket: bucket, Key: key }));
  const Body = film.subarray(0, partBytes);
  await client.send(new UploadPartCommand({ Bucket: bucket, Key: key, UploadId, PartNumber: 1, Body }));
}

test('objects that are dragged onto a folder are moved or copied there, after a question', async () => {
  const session = current();
  const { workbench } = session;
  const client = rawClient(await tryLocalStorage(session));
  for (const Key of ['inbox/letter.txt', 'inbox/bill.txt', 'kept/old.txt']) {
    await client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: Key }));
  }
  await workbench.expand(bucket);
  await workbench.expand('inbox');

  await workbench.drag(workbench.row('letter.txt'), workbench.row('kept'));
  const question = workbench.dialog(`to "${bucket}/kept/"`);
  await question.getByRole('button', { name: 'Move', exact: true }).click();
  // As in the Explorer, what was moved is shown and selected where it is now.
  await workbench.selectedRow('letter.txt').waitFor();
  expect(await keysOf(client)).toEqual(['inbox/bill.txt', 'kept/letter.txt', 'kept/old.txt']);

  await workbench.drag(workbench.row('bill.txt'), workbench.row('kept'));
  await question.getByRole('button', { name: 'Copy', exact: true }).click();
  await workbench.selectedRow('bill.txt').waitFor();
  await workbench.collapse('inbox');
  await workbench.row('bill.txt').waitFor();
  await workbench.row('letter.txt').waitFor();
  expect(await keysOf(client)).toEqual(['inbox/bill.txt', 'kept/bill.txt', 'kept/letter.txt', 'kept/old.txt']);
  await workbench.collapse('kept');
});

test('what is made, uploaded or renamed is selected, so that the next key is about it; what is deleted leaves its folder selected', async () => {
  const session = current();
  const { workbench } = session;
  const client = rawClient(readStorageInfo(join(session.folder, 'storage')));
  await workbench.contextMenu(workbench.row(bucket), 'New Folder…');
  await workbench.answer('drafts', 'Name of the folder below');
  await workbench.selectedRow('drafts').waitFor();

  await workbench.contextMenu(workbench.row('drafts'), 'Upload Files…');
  await workbench.chooseFile(join(session.workspace, 'page.data'));
  await workbench.selectedRow('page.data').waitFor();

  // F2 asks for the new name of what is selected, and not for a bucket.
  await workbench.selectedRow('page.data').click();
  await workbench.page.keyboard.press('F2');
  await workbench.answer('drafts/page.html', 'New key in');
  await workbench.selectedRow('page.html').waitFor();
  expect((await client.send(new HeadObjectCommand({ Bucket: bucket, Key: 'drafts/page.html' }))).ContentLength).toBe(3);

  await workbench.page.keyboard.press('Delete');
  await workbench.dialog('page.html').getByRole('button', { name: 'Delete', exact: true }).click();
  await workbench.row('page.html').waitFor({ state: 'detached' });
  await workbench.selectedRow('drafts').waitFor();
});

test('incomplete uploads are shown with what they hold; one is finished with its file, another aborted', async () => {
  const session = current();
  const { workbench } = session;
  const client = rawClient(readStorageInfo(join(session.folder, 'storage')));
  await leaveBehind(client, 'film.bin');
  await leaveBehind(client, 'given up.bin');
  const open = async () => {
    const { Uploads } = await client.send(new ListMultipartUploadsCommand({ Bucket: bucket }));
    return (Uploads ?? []).map(({ Key }) => Key);
  };
  await workbench.contextMenu(workbench.row(bucket), 'Show Incomplete Uploads');
  await workbench.row('film.bin').filter({ hasText: '5.24 MB in 1 part' }).waitFor();

  await workbench.contextMenu(workbench.row('given up.bin'), 'Abort Incomplete Uploads…');
  await workbench.dialog('Abort 1 upload').getByRole('button', { name: 'Abort', exact: true }).click();
  await workbench.row('given up.bin').waitFor({ state: 'detached' });
  expect(await open()).toEqual(['film.bin']);

  await workbench.contextMenu(workbench.row('film.bin'), 'Resume with Local File…');
  await workbench.chooseFile(join(session.workspace, 'film.bin'));
  await workbench.transferRow('film.bin').filter({ hasText: 'took' }).waitFor();
  expect(await open()).toEqual([]);
  const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: 'film.bin' }));
  expect(sha256((await Body?.transformToByteArray()) ?? new Uint8Array())).toBe(sha256(film));
});

test('a file is uploaded with a content type and a tag that were chosen', async () => {
  const session = current();
  const { workbench } = session;
  const client = rawClient(readStorageInfo(join(session.folder, 'storage')));
  await workbench.contextMenu(workbench.row(bucket), 'Upload with Options…');
  await workbench.chooseFile(join(session.workspace, 'page.data'));
  const list = 'Choose what to change, or upload';
  await workbench.pick('Content-Type', list);
  await workbench.answer('text/html', 'Content-Type of the objects');
  await workbench.pick('Add Tag…', list);
  await workbench.answer('project=alpha', 'name=value');
  await workbench.pick('Upload "page.data"', list);
  await workbench.row('page.data').waitFor();
  const head = await client.send(new HeadObjectCommand({ Bucket: bucket, Key: 'page.data' }));
  expect([head.ContentType, head.TagCount]).toEqual(['text/html', 1]);
});

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

test('deleting a folder says how many objects are in it, and deletes only after a yes', async () => {
  const session = current();
  const { workbench } = session;
  const client = rawClient(await tryLocalStorage(session));
  await workbench.expand('getting-started');
  await workbench.row('data').waitFor();
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
