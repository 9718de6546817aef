import { plain } from '../ui/gate/plain';
import type { CosError } from '../../model/cosError';
import type { ItemSkip, TransferSnapshot } from '../../model/transferState';
import { verdictLines } from '../../model/verdict';
import type { Translate } from '../ui/translate';
import { progressTitle } from './progressText';

/** The report of a transfer: what did not arrive and why, and what was left out and why. */
export function reportText(snapshot: TransferSnapshot, sentence: (error: CosError) => string, t: Translate): string {
  const { itemsDone, itemsFailed, itemsSkipped, failures, skips, emptyFolders = 0 } = snapshot;
  const lines = [
    progressTitle(snapshot.kind, snapshot.title, t),
    t('From: {0}', snapshot.source),
    t('To: {0}', snapshot.target),
    t('{0} done, {1} failed, {2} left out', itemsDone, itemsFailed, itemsSkipped),
  ];
  lines.push(...verdictLines(snapshot.verdicts ?? []));
  if (snapshot.error !== undefined) lines.push('', plain(sentence(snapshot.error)));
  if (itemsFailed > 0) {
    lines.push('', t('Failed:'));
    for (const { name, error } of failures) lines.push(`- ${plain(name)}`, `  ${plain(sentence(error))}`);
    if (itemsFailed > failures.length) lines.push(t('- and {0} more', itemsFailed - failures.length));
  }
  if (itemsSkipped > 0) {
    lines.push('', t('Left out:'));
    for (const skip of skips) lines.push(`- ${plain(skip.name)}`, `  ${skipSentence(skip, t)}`);
    if (itemsSkipped > skips.length) lines.push(t('- and {0} more', itemsSkipped - skips.length));
  }
  if (emptyFolders === 1) lines.push('', t('1 empty folder was not uploaded: a bucket has no folders.'));
  else if (emptyFolders > 1) {
    const count = emptyFolders.toLocaleString('en-US');
    lines.push('', t('{0} empty folders were not uploaded: a bucket has no folders.', count));
  }
  return `${lines.join('\n')}\n`;
}

/** Why an item was left out. */
export function skipSentence(skip: ItemSkip, t: Translate): string {
  switch (skip.reason) {
    case 'exists':
      return t('The target exists already.');
    case 'unsafeName':
      return t('Its name cannot be a file name on this machine.');
    case 'nameCollision':
      return t('Another item of this transfer has the same name on this machine.');
    case 'notAFile':
      return t('It is neither a file nor a folder.');
    case 'symlink':
      return t('It is a symbolic link, and those are not followed (setting "ibmcos.transfers.followSymlinks").');
    case 'symlinkLoop':
      return t('It is a link that leads back to a folder above it.');
    case 'notUnicode':
      return t('Its name is not valid Unicode.');
    case 'unfinishedDownload':
      return t('It is what a download has not finished.');
    case 'keyTooLong':
      return t('Its key would be longer than 1,024 bytes.');
  }
}
