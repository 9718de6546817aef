import type { Prompts, HostAnswers } from '../services';
import type { Translate } from '../ui/messages';

/** Names that the question shows at most. */
const maxExamples = 20;

/** Asks, once for a transfer, what to do with targets that exist. Nothing is overwritten unless the person says so. */
export function clashAnswer(prompts: Pick<Prompts, 'confirm'>, t: Translate): HostAnswers['transfer/decideClashes'] {
  return async ({ clashCount, examples, title, target }, token) => {
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
    const answer = await prompts.confirm(message, clashDetail(clashCount, examples, t), skip, keepBoth, replace);
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

/** The names of what exists, as far as they fit, and what the answers mean. */
export function clashDetail(clashCount: number, examples: readonly string[], t: Translate): string {
  const shown = clashCount === 1 ? [] : examples.slice(0, maxExamples);
  const more = clashCount - shown.length;
  const lines = [...shown, ...(shown.length > 0 && more > 0 ? [t('… and {0} more', more)] : [])];
  const meaning = t('Replacing loses what is there now; keeping both gives the new one a number.');
  return lines.length === 0 ? meaning : `${lines.join('\n')}\n\n${meaning}`;
}
