import type { ClashChoice } from '../../model/transferState';
import type { WriteCondition } from '../../protocol/requests';

/** A choice that needs no more asking. */
export type DecidedClash = Exclude<ClashChoice, 'ask'>;

/** The condition of a write: whoever does not replace writes only where there is nothing. */
export function conditionOf(clash: DecidedClash): WriteCondition {
  return clash === 'replace' ? { kind: 'always' } : { kind: 'ifAbsent' };
}
