import type { ProtectedTargets } from '../../protocol/requests';
import type { Prompts, HostAnswers } from '../services';
import type { Translate } from '../ui/translate';

/** Names that the question shows at most. */
const maxExamples = 20;

/** Asks, once for a transfer, what to do with targets that exist. Nothing is overwritten unless the person says so. */
export function clashAnswer(prompts: Pick<Prompts, 'confirm'>, t: Translate): HostAnswers['transfer/decideClashes'] {
  return async ({ clashCount, examples, title, target, protectedTargets }, token) => {
    const replace = t('Replace');
    const skip = t('Skip');
    const keepBoth = t('Keep Both');
    const name = examples[0] ?? title;
    const message = target.endsWith(`/${name}`)
      ? t('The target exists already: "{0}"', target)
      : clashCount === 1
        ? t('"{0}" exists already in "{1}"', name, target)
        : t('{0} of the names exist already in "{1}"', clashCount, target);
    // The first button is the one that Enter presses.
    const detail = clashDetail(clashCount, examples, t, protectedTargets);
    // Where nothing can be replaced, that is no answer.
    const choices = protectedTargets?.count === clashCount ? [skip, keepBoth] : [skip, keepBoth, replace];
    const answer = await prompts.confirm(message, detail, ...choices);
    if (token.isCancellationRequested) return { ok: true, value: 'cancel' };
    switch (answer) {
      case replace:
        return { ok: true, value: 'replace' };
      case skip:
        return { ok: true, value: 'skip' };
      case keepBoth:
        return { ok: true, value: 'keepBoth' };
      default:
        return { ok: true, value: 'cancel' };
    }
  };
}

/** The names of what exists, as far as they fit, what of it is protected, and what the answers mean. */
export function clashDetail(
  clashCount: number,
  examples: readonly string[],
  t: Translate,
  protectedTargets?: ProtectedTargets,
): string {
  const shown = clashCount === 1 ? [] : examples.slice(0, maxExamples);
  const more = clashCount - shown.length;
  const lines = [...shown, ...(shown.length > 0 && more > 0 ? [t('… and {0} more', more)] : [])];
  const meaning = protectedText(clashCount, protectedTargets, t);
  return lines.length === 0 ? meaning : `${lines.join('\n')}\n\n${meaning}`;
}

function protectedText(clashCount: number, targets: ProtectedTargets | undefined, t: Translate): string {
  const numbered = t('Replacing loses what is there now; keeping both gives the new one a number.');
  if (targets === undefined) return numbered;
  const { count, looked } = targets;
  if (count === clashCount) {
    const none =
      count === 1
        ? t('It is protected and cannot be replaced.')
        : t('All of them are protected and cannot be replaced.');
    return `${none} ${t('Keeping both gives the new one a number.')}`;
  }
  const some =
    looked < clashCount
      ? t('At least {0} of them are protected and cannot be replaced ({1} were looked at).', count, looked)
      : t('{0} of them are protected and cannot be replaced.', count);
  return `${some} ${t('Replacing fails for those, and leaves them as they are.')} ${numbered}`;
}
