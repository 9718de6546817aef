import * as vscode from '../ui/vscode';
import { bucketName, type ConnectionId } from '../../model/ids';
import type { Prompts } from '../services';
import { parseBucketAndFolder } from './keyText';
import { keySentence } from './pickTarget';
import type { FolderTarget } from './targets';

/** Asks for a bucket or folder of a connection, as `bucket/folder/`. */
export async function pickFolder(
  prompts: Pick<Prompts, 'input'>,
  connectionId: ConnectionId,
  value: string,
): Promise<FolderTarget | undefined> {
  const typed = await prompts.input({
    title: vscode.l10n.t('Move to Folder'),
    prompt: vscode.l10n.t('Bucket and folder to move to, as bucket/folder/'),
    value,
    valueSelection: [value.length, value.length],
    validateInput: (text) => {
      const { bucket, prefix } = parseBucketAndFolder(text);
      if (bucket === '') return vscode.l10n.t('Enter a bucket.');
      return prefix === '' ? undefined : keySentence(prefix);
    },
  });
  if (typed === undefined) return undefined;
  const { bucket, prefix } = parseBucketAndFolder(typed);
  return { connectionId, bucket: bucketName(bucket), prefix };
}
