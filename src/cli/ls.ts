import { CosFailure } from '../engine/failure';
import { objectPages } from '../engine/pages';
import type { ObjectPage } from '../model/objectInfo';
import type { Command } from './commandLine';
import { nothingAt, parseCosUri, prefixOf } from './cosUri';
import { exitCodes, UsageError, type ExitCode } from './exitCode';
import { dateText, printJson, printLines } from './output';
import type { Session } from './session';

/** `cos ls`: buckets, or what lies at a prefix, printed page by page as it comes. */
export async function ls(
  session: Session,
  command: Extract<Command, { verb: 'ls' }>,
  signal: AbortSignal,
): Promise<ExitCode> {
  if (command.place === undefined && command.common.isUnsigned) {
    throw new UsageError('without signing in nobody can list buckets; name one, as in cos ls cos://bucket');
  }
  if (command.place === undefined) return await listBuckets(session, command.common.isJson, signal);
  const place = parseCosUri(command.place);
  const { bucket, key } = place;
  const prefix = prefixOf(place);
  const delimiter = command.isRecursive ? '' : '/';
  const shownFrom = command.isRecursive ? 0 : prefix.lastIndexOf('/') + 1;
  const print = command.common.isJson ? printJsonPage : printPage;
  const pages = objectPages(bucket, { prefix, delimiter }, (query) => session.client.listPage(bucket, query, signal));
  let count = 0;
  for await (const page of pages) {
    await print(page, shownFrom);
    count += page.folders.length + page.objects.length;
  }
  if (count > 0 || prefix === '') return exitCodes.done;
  if (prefix === `${key}/`) {
    // No folder has the name, but an object may.
    const page = await session.client.listPage(bucket, { prefix: key, delimiter: '', maxKeys: 1 }, signal);
    const objects = page.objects.filter((object) => object.key === key);
    await print({ ...page, folders: [], objects }, command.isRecursive ? 0 : key.lastIndexOf('/') + 1);
    if (objects.length > 0) return exitCodes.done;
  }
  throw new CosFailure(nothingAt(place));
}

async function listBuckets(session: Session, isJson: boolean, signal: AbortSignal): Promise<ExitCode> {
  for (const bucket of await session.client.listBuckets(signal)) {
    if (isJson) {
      await printJson({ kind: 'bucket', ...bucket });
      continue;
    }
    const date = bucket.createdAtMs === undefined ? '' : dateText(bucket.createdAtMs);
    const place = [bucket.location, bucket.storageClass].filter((part) => part !== undefined).join(' ');
    await printLines([`${date.padEnd(19)}  ${bucket.name}${place === '' ? '' : `  (${place})`}`]);
  }
  return exitCodes.done;
}

async function printPage(page: ObjectPage, shownFrom: number): Promise<void> {
  const folders = page.folders.map((folder) => `${'folder'.padStart(34)}  ${folder.slice(shownFrom)}`);
  const objects = page.objects.map(
    ({ key, sizeBytes, modifiedAtMs }) =>
      `${dateText(modifiedAtMs)}  ${String(sizeBytes).padStart(13)}  ${key.slice(shownFrom)}`,
  );
  await printLines([...folders, ...objects]);
}

async function printJsonPage(page: ObjectPage): Promise<void> {
  const folders = page.folders.map((prefix) => ({ kind: 'folder', prefix }));
  const objects = page.objects.map((object) => ({ kind: 'object', ...object }));
  await printJson(...folders, ...objects);
}
