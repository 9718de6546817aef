import * as vscode from '../ui/vscode';
import { bucketName, objectKey } from '../../model/ids';
import { objectUri } from '../../model/objectUri';
import { isDirtyInTab } from '../ui/openEditors';
import { runOrganise } from './organise';
import { folderRename, targetsOf, type CopyRequest } from './organisePlan';
import type { CommandOutcome, CommandServices } from '../command/command';
import { objectsOf, parseBucketAndKey, rowCount } from '../command/keyText';
import { keySentence } from '../command/pickTarget';
import type { FolderTarget, ObjectsTarget, ObjectTarget } from '../command/targets';

/** Copies an object to another key or bucket of its connection, on the server. */
export async function copyObject(services: CommandServices, object: ObjectTarget): Promise<CommandOutcome> {
  const { prompts } = services;
  const { connectionId, bucket, key, versionId } = object;
  const value = `${bucket}/${key}`;
  const typed = await prompts.input({
    title: vscode.l10n.t('Copy Object'),
    prompt: vscode.l10n.t('Bucket and key of the copy, as bucket/key'),
    value,
    valueSelection: selectionOfName(value),
    validateInput: (text) => {
      const parsed = parseBucketAndKey(text);
      if (parsed === undefined) return vscode.l10n.t('Enter a bucket, "/" and a key.');
      if (text === value && versionId === undefined) return vscode.l10n.t('This is the object itself.');
      return keySentence(parsed.key);
    },
  });
  const target = typed === undefined ? undefined : parseBucketAndKey(typed);
  if (target === undefined) return;
  return runProtected(services, {
    kind: 'copy',
    connectionId,
    source: { bucket, keys: [key], prefixes: [], ...(versionId === undefined ? {} : { versionId }) },
    target: { bucket: bucketName(target.bucket), prefix: '', key: objectKey(target.key) },
    deleteSource: false,
    clash: 'ask',
  });
}

/** Renames an object or a folder: copies on the server that are verified before the old ones go. */
export async function renameObject(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<CommandOutcome> {
  const { prompts } = services;
  if (rowCount(targets) !== 1) {
    void prompts.info(vscode.l10n.t('One object or folder at a time can be renamed.'));
    return;
  }
  const [first] = targets;
  const prefix = first?.prefixes[0];
  if (first !== undefined && prefix !== undefined) return renameFolder(services, { ...first, prefix });
  const [object] = objectsOf(targets);
  if (object === undefined) return;
  const { connectionId, bucket, key } = object;
  if (isDirtyInTab(vscode.Uri.from(objectUri(connectionId, bucket, key)))) {
    void prompts.warn(vscode.l10n.t('The object is open with unsaved changes; save or close it first: "{0}"', key));
    return;
  }
  const typed = await prompts.input({
    title: vscode.l10n.t('Rename Object'),
    prompt: vscode.l10n.t('New key in "{0}"', bucket),
    value: key,
    valueSelection: selectionOfName(key),
    validateInput: (text) => (text === key ? vscode.l10n.t('This is its name already.') : keySentence(text)),
  });
  if (typed === undefined) return;
  return runProtected(services, {
    kind: 'copy',
    connectionId,
    source: { bucket, keys: [key], prefixes: [] },
    target: { bucket, prefix: '', key: objectKey(typed) },
    deleteSource: true,
    clash: 'ask',
  });
}

/** Runs a request once it is known what protects the copy. */
async function runProtected(services: CommandServices, request: CopyRequest): Promise<CommandOutcome> {
  const { askProtection } = await import('./keepQuestion');
  const { askIncomparable } = await import('./incomparable');
  const proof = await askIncomparable(services, [request]);
  if (proof.kind !== 'run') return proof.kind === 'failed' ? proof.result : undefined;
  const [decided] = (await askProtection(services, proof.requests)) ?? [];
  if (decided === undefined) return;
  const run = await services.transfers.run(decided);
  const [made] = targetsOf(decided);
  if (run.ok && made !== undefined && run.value.itemsDone > 0) await services.view.select(made);
  return run;
}

/** A folder's name is part of the key of each object in it, so each is copied, verified and deleted. */
async function renameFolder(services: CommandServices, folder: FolderTarget): Promise<CommandOutcome> {
  const { bucket, prefix } = folder;
  const value = prefix.slice(0, -1);
  const typed = await services.prompts.input({
    title: vscode.l10n.t('Rename Folder'),
    prompt: vscode.l10n.t('New name of the folder in "{0}"', bucket),
    value,
    valueSelection: [value.lastIndexOf('/') + 1, value.length],
    validateInput: (text) => {
      const wanted = folderPrefix(text);
      if (wanted === '/') return vscode.l10n.t('Enter a name.');
      if (wanted === prefix) return vscode.l10n.t('This is its name already.');
      if (wanted.startsWith(prefix)) return vscode.l10n.t('A folder cannot be moved into itself.');
      return keySentence(wanted);
    },
  });
  if (typed === undefined) return;
  const newPrefix = folderPrefix(typed);
  const outcome = await runOrganise(services, [folderRename(folder, newPrefix)], `${bucket}/${newPrefix}`);
  return outcome.kind === 'failed' ? outcome.result : undefined;
}

function folderPrefix(text: string): string {
  return text.endsWith('/') ? text : `${text}/`;
}

/** The name without folders and extension: what people change. */
function selectionOfName(key: string): [number, number] {
  const start = key.lastIndexOf('/') + 1;
  const dot = key.lastIndexOf('.');
  return [start, dot > start ? dot : key.length];
}
