import type { PlannedStep } from '../kind';
import { canonical, isSameButIds, someOf } from '../settings';

/** A list of rules that is replaced as a whole, and deleted where none are left. */
export interface RuleList<Rule extends { readonly id?: string }> {
  readonly wanted: readonly Rule[];
  readonly now: readonly Rule[];
  readonly bucket: string;
  /** Id of the step. */
  readonly id: string;
  /** Of the operations: `BucketCors`. */
  readonly setting: string;
  /** A rule in a sentence: `CORS rule`. */
  readonly name: string;
  readonly deletion: string;
  readonly sentenceOf: (rule: Rule) => string;
  readonly run: PlannedStep['run'];
}

/** The one step that leads to the wanted rules, telling those that are new; none where only ids that the service gave differ. */
export function planRuleList<Rule extends { readonly id?: string }>(list: RuleList<Rule>): readonly PlannedStep[] {
  const { wanted, now, bucket, id, setting, name, deletion, sentenceOf, run } = list;
  if (isSameButIds(wanted, now)) return [];
  if (wanted.length === 0) return [{ id, operation: `Delete${setting}`, sentence: deletion, run }];
  const known = new Set(now.map((rule) => canonical({ ...rule, id: undefined })));
  const changed = wanted.filter((rule) => !known.has(canonical({ ...rule, id: undefined })));
  const count = wanted.length === 1 ? `One ${name}` : `${wanted.length} ${name}s`;
  const news = changed.length === 0 ? '' : `: ${someOf(changed.map(sentenceOf))}`;
  return [{ id, operation: `Put${setting}`, sentence: `${count} for '${bucket}'${news}.`, run }];
}
