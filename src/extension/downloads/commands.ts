import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { CommandOutcome, CommandServices, CommandTable } from '../command/command';
import { localFileName, objectsOf, rowCount } from '../command/keyText';
import type { BucketTarget, ObjectsTarget } from '../command/targets';

/** Commands that bring objects to this machine. */
export const downloadCommands = {
  'ibmcos.object.download': { target: 'objects', effect: 'reads', run: download },
  'ibmcos.bucket.download': { target: 'bucket', effect: 'reads', run: downloadBucket },
} satisfies CommandTable;

const lastFolderKey = 'ibmcos.lastDownloadFolder';

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
  const { countObjects } = await import('../command/countObjects');
  const { downloadQuestion } = await import('../organise/organiseTexts');
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
