import { plainName } from '../ui/gate/plain';
import type { ObjectCount } from '../../protocol/requests';
import { countText } from '../ui/format';
import type { Translate } from '../ui/translate';
import type { ProtectedCount } from '../command/protectedCount';
import type { ObjectsTarget } from '../command/targets';

/** Names that the question shows at most. */
const maxNames = 10;

/** The question before a deletion: what, how many, and what it means. */
export function deleteQuestion(
  targets: readonly ObjectsTarget[],
  count: ObjectCount,
  { isUndoable, held }: { readonly isUndoable: boolean; readonly held: ProtectedCount | undefined },
  t: Translate,
): { readonly message: string; readonly detail: string } {
  const names = targets.flatMap(({ bucket, keys, prefixes }) =>
    [...prefixes, ...keys].map((name) => plainName(`${bucket}/${name}`)),
  );
  const outcome = isUndoable
    ? t('The bucket keeps versions: what is deleted can be brought back with Undo.')
    : t('Deleted objects cannot be brought back. Only if the bucket keeps versions do the earlier versions stay.');
  const meaning = held === undefined ? outcome : `${heldText(held, t)}\n\n${outcome}`;
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

/** What the service will refuse, before it is tried. */
function heldText({ protected: count, looked, untilMs }: ProtectedCount, t: Translate): string {
  const date = untilMs === undefined ? undefined : new Date(untilMs).toLocaleString('en-GB', { dateStyle: 'medium' });
  if (looked === 1) {
    return date === undefined
      ? t('It is protected; the service will not delete it.')
      : t('It is protected until {0}; the service will not delete it.', date);
  }
  return date === undefined
    ? t('{0} of {1} that were looked at are protected; the service will not delete them.', count, looked)
    : t(
        '{0} of {1} that were looked at are protected, the last until {2}; the service will not delete them.',
        count,
        looked,
        date,
      );
}
