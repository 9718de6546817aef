import * as vscode from '../ui/vscode';
import type { UriParts } from '../../model/objectUri';
import type { CommandOutcome, CommandServices, CommandTable } from '../command/command';
import { hasConnection, pickTarget } from '../command/pickTarget';
import type { FolderTarget } from '../command/targets';
import { parseUploadTarget, uploadTargetText } from './uploadTarget';
import { uploadUris } from './uploadUris';

/** Commands that bring files of this machine to a bucket. */
export const uploadCommands = {
  'ibmcos.object.upload': { target: 'folder', effect: 'writes', run: uploadFiles },
  'ibmcos.object.uploadWithOptions': {
    target: 'folder',
    effect: 'writes',
    run: async (services, folder) => (await import('./uploadWithOptions')).uploadWithOptions(services, folder, 'files'),
  },
  'ibmcos.folder.uploadWithOptions': {
    target: 'folder',
    effect: 'writes',
    run: async (services, folder) =>
      (await import('./uploadWithOptions')).uploadWithOptions(services, folder, 'folders'),
  },
  'ibmcos.folder.upload': { target: 'folder', effect: 'writes', run: uploadFolders },
  'ibmcos.file.upload': { target: 'localFiles', run: uploadSelection },
} satisfies CommandTable;

const lastTargetKey = 'ibmcos.lastUploadTarget';

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
