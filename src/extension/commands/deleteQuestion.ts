import type { ObjectCount } from '../../protocol/requests';
import { countText } from '../ui/format';
import type { Translate } from '../ui/messages';
import type { ObjectsTarget } from './targets';

/** Names that the question shows at most. */
const maxNames = 10;

/** The question before a deletion: what, how many, and what it means. */
export function deleteQuestion(
  targets: readonly ObjectsTarget[],
  count: ObjectCount,
  isUndoable: boolean,
  t: Translate,
): { readonly message: string; readonly detail: string } {
  const names = targets.flatMap(({ bucket, keys, prefixes }) =>
    [...prefixes, ...keys].map((name) => `${bucket}/${name}`),
  );
  const meaning = isUndoable
    ? t('The bucket keeps versions: what is deleted can be brought back with Undo.')
    : t('Deleted objects cannot be brought back. Only if the bucket keeps versions do the earlier versions stay.');
  const [only] = names;
  if (names.length === 1 && only !== undefined) {
    const isFolder = only.endsWith('/') && (targets[0]?.prefixes.length ?? 0) > 0;
    const message = isFolder
      ? t('Delete the folder and the {0} in it: "{1}"?', countText(count, t), only)
      : t('Delete the object "{0}"?', only);
    return { message, detail: meaning };
  }
  const shown = names.slice(0, maxNames);
  const more = names.length - shown.length;
  const lines = [...shown, ...(more > 0 ? [t('… and {0} more', more)] : [])];
  return { message: t('Delete {0}?', countText(count, t)), detail: `${lines.join('\n')}\n\n${meaning}` };
}
