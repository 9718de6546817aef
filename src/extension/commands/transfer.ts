import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { UriParts } from '../../model/objectUri';
import { parseUploadTarget, uploadTargetText } from '../transfers/uploadTarget';
import { uploadUris } from '../transfers/uploadUris';
import type { CommandOutcome, CommandServices, CommandTable } from './command';
import { localFileName, objectsOf, rowCount } from './keyText';
import { hasConnection, pickTarget } from './pickTarget';
import type { BucketTarget, FolderTarget, ObjectsTarget } from './targets';

/** Commands that move bytes to or from this machine. */
export const transferCommands = {
  'ibmcos.object.download': { target: 'objects', run: download },
  'ibmcos.bucket.download': { target: 'bucket', run: downloadBucket },
  'ibmcos.object.upload': { target: 'folder', run: uploadFiles },
  'ibmcos.object.uploadWithOptions': {
    target: 'folder',
    run: async (services, folder) =>
      (await import('../transfers/uploadWithOptions')).uploadWithOptions(services, folder, 'files'),
  },
  'ibmcos.folder.uploadWithOptions': {
    target: 'folder',
    run: async (services, folder) =>
      (await import('../transfers/uploadWithOptions')).uploadWithOptions(services, folder, 'folders'),
  },
  'ibmcos.folder.upload': { target: 'folder', run: uploadFolders },
  'ibmcos.file.upload': { target: 'localFiles', run: uploadSelection },
} satisfies CommandTable;

const lastFolderKey = 'ibmcos.lastDownloadFolder';
const lastTargetKey = 'ibmcos.lastUploadTarget';

/** One object goes to a file that is named in a dialog; more, and folders, go into a folder. */
async function download(services: CommandServices, targets: readonly ObjectsTarget[]): Promise<CommandOutcome> {
  const [only] = objectsOf(targets);
  if (only !== undefined && rowCount(targets) === 1) return downloadOne(services, targets, localFileName(only.key));
  const folder = await chooseFolder(services);
  if (folder === undefined) return;
  const may = await mayDownload(services, targets, folder.fsPath);
  if (!may.ok || !may.value) return may.ok ? undefined : may;
  for (const { connectionId, bucket, keys, prefixes } of targets) {
    const run = await services.transfers.run({
      kind: 'download',
      connectionId,
      bucket,
      sources: [
        ...keys.map((key) => ({ kind: 'object', key }) as const),
        ...prefixes.map((prefix) => ({ kind: 'prefix', prefix }) as const),
      ],
      folderFsPath: folder.fsPath,
      clash: 'ask',
    });
    if (!run.ok) return run;
    if (run.value.state === 'cancelled') return;
  }
  return;
}

/** Everything in a bucket goes into a folder of its name. */
async function downloadBucket(
  services: CommandServices,
  { connectionId, bucket }: BucketTarget,
): Promise<CommandOutcome> {
  const folder = await chooseFolder(services);
  if (folder === undefined) return;
  const folderFsPath = join(folder.fsPath, bucket);
  const may = await mayDownload(services, [{ connectionId, bucket, keys: [], prefixes: [''] }], folderFsPath);
  if (!may.ok || !may.value) return may.ok ? undefined : may;
  return services.transfers.run({
    kind: 'download',
    connectionId,
    bucket,
    sources: [{ kind: 'prefix', prefix: '' }],
    folderFsPath,
    clash: 'ask',
  });
}

/** Counts what folders hold, and asks where that is much: the service charges for requests, and the disk must hold it. */
async function mayDownload(
  { engine, prompts }: CommandServices,
  targets: readonly ObjectsTarget[],
  folderFsPath: string,
): Promise<Result<boolean>> {
  if (targets.every(({ prefixes }) => prefixes.length === 0)) return { ok: true, value: true };
  const { countObjects } = await import('../transfers/countObjects');
  const { downloadQuestion } = await import('../transfers/organiseTexts');
  const count = await countObjects(engine, targets);
  if (!count.ok) return count;
  const question = downloadQuestion(count.value, folderFsPath, vscode.l10n.t);
  if (question === undefined) return { ok: true, value: true };
  const { message, detail, button } = question;
  return { ok: true, value: (await prompts.confirm(message, detail, button)) === button };
}

async function chooseFolder(services: CommandServices): Promise<vscode.Uri | undefined> {
  const folders = await services.prompts.openFiles({
    canSelectFiles: false,
    canSelectFolders: true,
    canSelectMany: false,
    defaultUri: vscode.Uri.file(lastFolder(services)),
    openLabel: vscode.l10n.t('Download Here'),
    title: vscode.l10n.t('Folder to Download to'),
  });
  const folder = folders?.[0];
  if (folder === undefined || isNotOnDisk(services, folder)) return undefined;
  await services.memory.update(lastFolderKey, folder.fsPath);
  return folder;
}

async function downloadOne(
  services: CommandServices,
  [target]: readonly ObjectsTarget[],
  name: string,
): Promise<CommandOutcome> {
  const key = target?.keys[0];
  if (target === undefined || key === undefined) return;
  const file = await services.prompts.saveFile({
    defaultUri: vscode.Uri.file(join(lastFolder(services), name)),
    saveLabel: vscode.l10n.t('Download'),
    title: vscode.l10n.t('Download "{0}"', key),
  });
  if (file === undefined || isNotOnDisk(services, file)) return;
  await services.memory.update(lastFolderKey, dirname(file.fsPath));
  return services.transfers.run({
    kind: 'download',
    connectionId: target.connectionId,
    bucket: target.bucket,
    sources: [{ kind: 'object', key }],
    folderFsPath: dirname(file.fsPath),
    fileFsPath: file.fsPath,
    clash: 'replace',
  });
}

/** The engine writes files itself; places that only VS Code can write to are not among them. */
function isNotOnDisk({ prompts }: CommandServices, uri: vscode.Uri): boolean {
  if (uri.scheme === 'file') return false;
  void prompts.error(
    vscode.l10n.t(
      'Objects are downloaded to folders of the machine that runs the extension, not to "{0}"',
      uri.toString(),
    ),
  );
  return true;
}

function lastFolder({ memory }: CommandServices): string {
  const workspace = vscode.workspace.workspaceFolders?.find(({ uri }) => uri.scheme === 'file')?.uri.fsPath;
  return memory.get<string>(lastFolderKey) ?? workspace ?? homedir();
}

async function uploadFiles(services: CommandServices, folder: FolderTarget): Promise<CommandOutcome> {
  return uploadChosen(services, folder, { canSelectFiles: true, canSelectFolders: false });
}

async function uploadFolders(services: CommandServices, folder: FolderTarget): Promise<CommandOutcome> {
  return uploadChosen(services, folder, { canSelectFiles: false, canSelectFolders: true });
}

async function uploadChosen(
  services: CommandServices,
  folder: FolderTarget,
  what: { readonly canSelectFiles: boolean; readonly canSelectFolders: boolean },
): Promise<CommandOutcome> {
  const uris = await services.prompts.openFiles({
    ...what,
    canSelectMany: true,
    openLabel: vscode.l10n.t('Upload'),
    title: vscode.l10n.t('Upload to "{0}"', `${folder.bucket}/${folder.prefix}`),
  });
  if (uris === undefined || uris.length === 0) return;
  return uploadUris(services, folder, uris);
}

/** Uploads the open file or what is selected in the Explorer to a folder that is asked for. */
async function uploadSelection(services: CommandServices, files: readonly UriParts[]): Promise<CommandOutcome> {
  if (!(await hasConnection(services))) return;
  const sources =
    files.length > 0
      ? files.map((file) => vscode.Uri.from(file))
      : await services.prompts.openFiles({ canSelectMany: true, openLabel: vscode.l10n.t('Upload') });
  if (sources === undefined || sources.length === 0) return;
  const target = await chooseUploadTarget(services);
  if (target === undefined) return;
  await services.memory.update(lastTargetKey, target);
  return uploadUris(services, target, sources);
}

/** The folder that was uploaded to last, the one selected in the Buckets view, or another. */
async function chooseUploadTarget(services: CommandServices): Promise<FolderTarget | undefined> {
  const { connections, memory, prompts, failures } = services;
  const last = parseUploadTarget(memory.get(lastTargetKey));
  const connection = last === undefined ? undefined : connections.get(last.connectionId);
  if (last !== undefined && connection !== undefined) {
    const again = { label: uploadTargetText(last), description: connection.name, isOther: false };
    const other = { label: vscode.l10n.t('Another folder…'), isOther: true };
    const choice = await prompts.pick([again, other], { placeHolder: vscode.l10n.t('Upload to') });
    if (choice === undefined) return undefined;
    if (!choice.isOther) return last;
  }
  const picked = await pickTarget('folder', services);
  if (picked === undefined) return undefined;
  if (picked.ok) return picked.value as FolderTarget;
  await failures.report(picked.error);
  return undefined;
}
