import type { StepAnswer } from '../../services';
import type { Translate } from '../../ui/translate';

/** What is wrong with a text that is to be a whole number in a range, or undefined. */
export function numberProblem(
  text: string,
  { least, most }: { readonly least: number; readonly most: number },
  t: Translate,
): string | undefined {
  const isWhole = /^\s*\d{1,9}\s*$/.test(text);
  return isWhole && Number(text) >= least && Number(text) <= most
    ? undefined
    : t('Enter a whole number, {0} to {1}.', least, most);
}

/** An answer with another value; going back and giving up stay as they are. */
export function mapAnswer<T, S>(answer: StepAnswer<T>, map: (value: T) => S): StepAnswer<S> {
  return answer.kind === 'value' ? { kind: 'value', value: map(answer.value) } : answer;
}
