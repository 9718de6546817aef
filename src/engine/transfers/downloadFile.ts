import { join } from 'node:path';
import type { BucketName } from '../../model/ids';
import type { ObjectAddress } from '../cos/client';
import { cancelled } from '../failure';
import type { DecidedClash } from './clash';
import type { ItemOutcome, TransferContext } from './context';
import { objectChanged } from './downloadFailures';
import { nameOf, type DownloadItem } from './downloadPlan';
import { findAlgorithm, readRanges, type KnownChecksum } from './downloadRanges';
import { chooseTarget, isAsDownloaded, placeFile, vouched } from './downloadTarget';
import { downloadInOneGo, oneGoBytes, readWhole } from './downloadWhole';
import type { FolderNames } from './folderNames';
import type { DownloadNote } from './notes';
import type { StaleTempFiles } from './staleTempFiles';
import { removeTempFile, TempFile } from './tempFile';
import type { TargetFolder } from './targetFolder';

type FileItem = Extract<DownloadItem, { kind: 'file' }>;

/** Where a download goes. */
export interface DownloadPlace {
  readonly folder: TargetFolder;
  readonly names: FolderNames;
  readonly stale: StaleTempFiles;
}

/**
 * Downloads one object: whole up to the context's part size, by ranges pinned to its ETag above. It takes its name only
 * when complete, verified and durable; until then, and after a failure, the target is as it was. A paused one goes on
 * with the ranges that are in the temporary file, once each has been compared with its noted checksum; an object that
 * has changed since is `changedMeanwhile`.
 */
export async function downloadFile(
  context: TransferContext,
  bucket: BucketName,
  item: FileItem,
  place: DownloadPlace,
  clash: DecidedClash,
): Promise<ItemOutcome> {
  const parent = await place.folder.ensure(item.segments.slice(0, -1));
  const wanted = join(parent, item.segments.at(-1) ?? '');
  const version = item.versionId === undefined ? {} : { versionId: item.versionId };
  const address = { bucket, key: item.object.key, ...version };
  const earlier = await reopen(context, address, item, parent);
  const check = () => place.folder.assertSame(parent);
  if (earlier !== undefined) return await receive(context, address, item, { wanted, check }, earlier);

  if (context.run !== 'first' && (await isAsDownloaded(wanted, item.object))) return doneBefore(context, item);
  const target = await chooseTarget(wanted, clash, place.names);
  if (target === undefined) return { kind: 'exists', detail: `"${wanted}" exists` };
  await check();
  await place.stale.remove(target);
  const { etag, sizeBytes } = item.object;
  const noteOf = (tempFsPath: string, more: Pick<DownloadNote, 'algorithm'> = {}): DownloadNote => ({
    kind: 'download',
    name: nameOf(item),
    tempFsPath,
    targetFsPath: target,
    clash,
    etag,
    sizeBytes,
    partBytes: context.partBytes,
    ...more,
  });
  if (sizeBytes <= oneGoBytes)
    return await downloadInOneGo(context, address, item.object, { wanted, target, clash, check }, noteOf);
  const algorithm = sizeBytes <= context.partBytes ? undefined : await findAlgorithm(context, address, item.object);
  let note: DownloadNote | undefined;
  try {
    const file = await TempFile.create(target, sizeBytes, (tempFsPath) => {
      note = noteOf(tempFsPath, algorithm === undefined ? {} : { algorithm: algorithm.algorithm });
      context.notes.putItem(note);
    });
    if (note !== undefined) {
      return await receive(context, address, item, { wanted, check }, { file, note, algorithm });
    }
    throw new Error('a temporary file was made without a note');
  } catch (thrown) {
    if (!context.keepsTraces(thrown)) context.notes.removeItem(nameOf(item));
    throw thrown;
  }
}

/** A temporary file with what is known of it. */
interface Receiving {
  readonly file: TempFile;
  readonly note: DownloadNote;
  readonly algorithm: KnownChecksum | undefined;
}

async function receive(
  context: TransferContext,
  address: ObjectAddress,
  item: FileItem,
  { wanted, check }: { readonly wanted: string; readonly check: () => Promise<void> },
  { file, note, algorithm }: Receiving,
): Promise<ItemOutcome> {
  let isKept = false;
  try {
    const verdict =
      algorithm === undefined
        ? await readWhole(context, address, item.object, file)
        : await readRanges(context, address, file, note, algorithm);
    await file.finish(item.object.modifiedAtMs);
    if (context.signal.aborted) throw cancelled('download');
    context.notes.assertHeld();
    await check();
    return vouched(await placeFile(file, wanted, note.targetFsPath, note.clash), verdict);
  } catch (thrown) {
    isKept = context.keepsTraces(thrown);
    throw thrown;
  } finally {
    if (isKept) await file.keep();
    else {
      await file.discard();
      context.notes.removeItem(note.name);
    }
  }
}

/** The temporary file of an earlier run, if it is still good for going on. What is not is removed. */
async function reopen(
  context: TransferContext,
  address: ObjectAddress,
  item: FileItem,
  parent: string,
): Promise<Receiving | undefined> {
  const note = context.notes.findItem(nameOf(item));
  if (note?.kind !== 'download') return undefined;
  const { etag, sizeBytes } = item.object;
  let noted = note;
  const drop = async () => {
    await removeTempFile(noted.tempFsPath);
    context.notes.removeItem(note.name);
  };
  if (note.etag !== etag || note.sizeBytes !== sizeBytes) {
    await drop();
    throw objectChanged(address);
  }
  if (note.algorithm === undefined || join(note.targetFsPath, '..') !== join(parent, '.')) {
    await drop();
    return undefined;
  }
  const algorithm = await findAlgorithm(context, address, item.object);
  const file = await TempFile.reopen(note.tempFsPath, note.targetFsPath, sizeBytes, (tempFsPath) => {
    noted = { ...note, tempFsPath };
    context.notes.putItem(noted);
  });
  if (file !== undefined && algorithm.algorithm === note.algorithm) return { file, note: noted, algorithm };
  await file?.keep();
  await drop();
  return undefined;
}

/** The file was placed, and the engine ended before it could note so. */
function doneBefore(context: TransferContext, item: FileItem): ItemOutcome {
  context.transfer.addBytesBefore(item.object.sizeBytes);
  return { kind: 'done', verdict: { kind: 'trusted', why: 'earlierRun' } };
}
