import type { ClashChoice } from '../../model/transferState';

/** A choice that needs no more asking. */
export type DecidedClash = Exclude<ClashChoice, 'ask'>;
