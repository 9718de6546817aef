import * as vscode from 'vscode';
import { bucketName, objectKey } from '../../model/ids';
import { objectUri } from '../../model/objectUri';
import { isDirtyInTab } from '../documents/openEditors';
import type { CommandOutcome, CommandServices } from './command';
import { objectsOf, parseBucketAndKey, rowCount } from './keyText';
import { keySentence } from './pickTarget';
import type { ObjectsTarget, ObjectTarget } from './targets';

/** Copies an object to another key or bucket of its connection, on the server. */
export async function copyObject(
  { prompts, transfers }: CommandServices,
  object: ObjectTarget,
): Promise<CommandOutcome> {
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
  return transfers.run({
    kind: 'copy',
    connectionId,
    source: { bucket, key, ...(versionId === undefined ? {} : { versionId }) },
    target: { bucket: bucketName(target.bucket), key: objectKey(target.key) },
    deleteSource: false,
    clash: 'ask',
  });
}

/** Renames an object: a copy on the server that is verified before the old one goes. */
export async function renameObject(
  { prompts, transfers }: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<CommandOutcome> {
  const [object] = objectsOf(targets);
  if (object === undefined || rowCount(targets) !== 1) {
    void prompts.info(
      vscode.l10n.t('One object at a time can be renamed; object storage cannot rename folders in one step.'),
    );
    return;
  }
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
  return transfers.run({
    kind: 'copy',
    connectionId,
    source: { bucket, key },
    target: { bucket, key: objectKey(typed) },
    deleteSource: true,
    clash: 'ask',
  });
}

/** The name without folders and extension: what people change. */
function selectionOfName(key: string): [number, number] {
  const start = key.lastIndexOf('/') + 1;
  const dot = key.lastIndexOf('.');
  return [start, dot > start ? dot : key.length];
}
