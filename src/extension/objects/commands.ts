import * as vscode from '../ui/vscode';
import { keyProblem, objectKey } from '../../model/ids';
import { folderUri, objectUri } from '../../model/objectUri';
import { maxDocumentBytes } from '../documents/objectContent';
import { firstPartUri } from '../documents/objectViews';
import { fireObjects } from '../ui/objectChanges';
import type { CommandOutcome, CommandServices, CommandTable } from '../command/command';
import { keysText, objectsOf, s3UrisText } from '../command/keyText';
import { keySentence } from '../command/pickTarget';
import type { FolderTarget, ObjectsTarget, ObjectTarget } from '../command/targets';

/** Commands on objects and folders that move no bytes to or from this machine. */
export const objectCommands = {
  'ibmcos.object.open': { target: 'objects', effect: 'reads', run: openObjects },
  'ibmcos.object.openFirstPart': { target: 'object', effect: 'reads', run: openFirstPart },
  'ibmcos.object.new': { target: 'folder', effect: 'writes', run: newObject },
  'ibmcos.folder.create': { target: 'folder', effect: 'writes', run: createFolder },
  'ibmcos.object.delete': {
    target: 'objects',
    effect: 'writes',
    run: async (services, targets) => (await import('./deleteObjects')).deleteObjects(services, targets),
  },
  'ibmcos.object.copy': {
    target: 'object',
    effect: 'writes',
    run: async (services, object) => (await import('../organise/copyObject')).copyObject(services, object),
  },
  'ibmcos.object.rename': {
    target: 'objects',
    effect: 'writes',
    run: async (services, targets) => (await import('../organise/copyObject')).renameObject(services, targets),
  },
  'ibmcos.object.copyKey': {
    target: 'objects',
    effect: 'reads',
    run: async (_services, targets) => vscode.env.clipboard.writeText(keysText(targets)),
  },
  'ibmcos.object.copyS3Uri': {
    target: 'objects',
    effect: 'reads',
    run: async (_services, targets) => vscode.env.clipboard.writeText(s3UrisText(targets)),
  },
  'ibmcos.object.copyUrl': { target: 'objects', effect: 'reads', run: copyUrl },
  'ibmcos.folder.addToWorkspace': { target: 'folder', effect: 'reads', run: addToWorkspace },
} satisfies CommandTable;

/** More than these at once are opened only after a question. */
const manyEditors = 10;

async function openObjects({ prompts, documents }: CommandServices, targets: readonly ObjectsTarget[]): Promise<void> {
  const objects = objectsOf(targets);
  if (objects.length > manyEditors) {
    const open = vscode.l10n.t('Open');
    const question = vscode.l10n.t('Open {0} objects at once?', objects.length);
    if ((await prompts.confirm(question, '', open)) !== open) return;
  }
  for (const object of objects) {
    documents.noteExists(object);
    const uri = vscode.Uri.from(objectUri(object.connectionId, object.bucket, object.key));
    await vscode.commands.executeCommand('vscode.open', uri, { preview: objects.length === 1 });
  }
}

async function openFirstPart({ documents }: CommandServices, object: ObjectTarget): Promise<void> {
  documents.noteExists(object);
  const setting = vscode.workspace.getConfiguration('ibmcos').get<number>('documents.firstPartMiB') ?? 1;
  await vscode.commands.executeCommand('vscode.open', firstPartUri(object, maxDocumentBytes(setting)));
}

async function newObject(services: CommandServices, folder: FolderTarget): Promise<CommandOutcome> {
  const { engine, prompts, changes } = services;
  const name = await prompts.input({
    title: vscode.l10n.t('New Object'),
    prompt: vscode.l10n.t('Name of the object below "{0}"; "/" makes folders', `${folder.bucket}/${folder.prefix}`),
    validateInput: (text) =>
      text === '' || text.endsWith('/')
        ? vscode.l10n.t('Enter a name that does not end in "/".')
        : keySentence(folder.prefix + text),
  });
  if (name === undefined) return;
  const { connectionId, bucket, prefix } = folder;
  const key = objectKey(prefix + name);
  const written = await engine.send('objects/write', {
    connectionId,
    bucket,
    key,
    bytes: new Uint8Array(),
    attributes: { headers: {} },
    condition: { kind: 'ifAbsent' },
  });
  const target = [{ connectionId, bucket, keys: [key], prefixes: [] }];
  if (!written.ok) {
    const isTaken = written.error.kind === 'preconditionFailed' || written.error.reason === 'alreadyExists';
    if (!isTaken) return written;
    const open = vscode.l10n.t('Open');
    const answer = await prompts.warn(vscode.l10n.t('An object of this name exists already: "{0}"', key), open);
    if (answer === open) await openObjects(services, target);
    return;
  }
  fireObjects(changes, [{ connectionId, bucket, key }], 'created');
  await openObjects(services, target);
  await services.view.select({ connectionId, bucket, key });
}

async function createFolder(
  { engine, prompts, changes, view }: CommandServices,
  folder: FolderTarget,
): Promise<CommandOutcome> {
  const name = await prompts.input({
    title: vscode.l10n.t('New Folder'),
    prompt: vscode.l10n.t('Name of the folder below "{0}"', `${folder.bucket}/${folder.prefix}`),
    validateInput: (text) => {
      if (text.replace(/\/$/, '') === '') return vscode.l10n.t('Enter a name.');
      return keyProblem(`${folder.prefix}${text}/`) === undefined ? undefined : keySentence(`${folder.prefix}${text}/`);
    },
  });
  if (name === undefined) return;
  const { connectionId, bucket } = folder;
  const prefix = `${folder.prefix}${name.replace(/\/$/, '')}/`;
  const created = await engine.send('objects/createFolder', { connectionId, bucket, prefix });
  if (!created.ok && created.error.reason === 'alreadyExists') {
    void prompts.warn(vscode.l10n.t('A folder of this name exists already: "{0}"', prefix));
    return;
  }
  if (!created.ok) return created;
  changes.fire({ connectionId, bucket, prefix: folder.prefix, kind: 'changed' });
  await view.select({ connectionId, bucket, key: objectKey(prefix) });
  return undefined;
}

async function copyUrl({ engine }: CommandServices, targets: readonly ObjectsTarget[]): Promise<CommandOutcome> {
  const urls: string[] = [];
  for (const { connectionId, bucket, keys, prefixes } of targets) {
    for (const key of [...prefixes.map(objectKey), ...keys]) {
      const url = await engine.send('objects/url', { connectionId, bucket, key });
      if (!url.ok) return url;
      urls.push(url.value);
    }
  }
  await vscode.env.clipboard.writeText(urls.join('\n'));
  return;
}

async function addToWorkspace({ prompts }: CommandServices, folder: FolderTarget): Promise<void> {
  const uri = vscode.Uri.from(folderUri(folder.connectionId, folder.bucket, folder.prefix));
  const name = `${folder.bucket}/${folder.prefix}`.replace(/\/$/, '');
  const folders = vscode.workspace.workspaceFolders ?? [];
  if (folders.some((known) => known.uri.toString() === uri.toString())) {
    void prompts.info(vscode.l10n.t('The workspace has this folder already: "{0}"', name));
    return;
  }
  if (!vscode.workspace.updateWorkspaceFolders(folders.length, 0, { uri, name })) {
    void prompts.error(vscode.l10n.t('The folder could not be added to the workspace: "{0}"', name));
  }
}
