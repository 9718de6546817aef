import { headerFields, headerProblem, type HeaderProblem } from './headerRules';
import { metadataProblems, type MetadataProblem } from './metadataRules';
import type { ObjectHeaders } from './objectInfo';
import { newHoldIdProblem, type HoldIdProblem } from './protection';
import type { NewProtection } from './retention';
import { tagProblems, type TagProblem } from './tags';

/** What every object of an upload gets. What is left out is left to the file's name and the bucket. */
export interface UploadOptions {
  readonly headers?: ObjectHeaders;
  /** Names without `x-amz-meta-`, lower case. */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly protection?: NewProtection;
}

/** What is wrong with what the objects of an upload are to get. */
export type UploadOptionsProblem =
  | { readonly kind: 'header'; readonly field: keyof ObjectHeaders; readonly problem: HeaderProblem }
  | { readonly kind: 'metadata'; readonly problem: MetadataProblem }
  | { readonly kind: 'tag'; readonly problem: TagProblem }
  | { readonly kind: 'hold'; readonly id: string; readonly problem: HoldIdProblem }
  | { readonly kind: 'retention'; readonly problem: 'past' | 'periodAndDate' | 'notWholeSeconds' };

/**
 * What the service would refuse of an upload's options, whatever the bucket's retention policy says (data-plane §1.3, §5.1,
 * §7, §11, §12.2). Tags that one of IBM's pages allows are left to the service.
 */
export function uploadOptionsProblems(
  { headers = {}, metadata = {}, tags = {}, protection }: UploadOptions,
  nowMs: number,
): readonly UploadOptionsProblem[] {
  const problems: UploadOptionsProblem[] = [];
  for (const field of headerFields) {
    const value = headers[field];
    const problem = value === undefined ? undefined : headerProblem(field, value);
    if (problem !== undefined) problems.push({ kind: 'header', field, problem });
  }
  for (const problem of metadataProblems(metadata)) problems.push({ kind: 'metadata', problem });
  for (const problem of tagProblems(tags)) if (problem.severity === 'error') problems.push({ kind: 'tag', problem });
  return protection === undefined ? problems : [...problems, ...protectionProblems(protection, nowMs)];
}

function protectionProblems(protection: NewProtection, nowMs: number): readonly UploadOptionsProblem[] {
  const untilMs = protection.kind === 'retention' ? protection.untilMs : protection.retention?.retainUntilMs;
  const problems: UploadOptionsProblem[] = [];
  if (untilMs !== undefined && !(untilMs > nowMs)) problems.push({ kind: 'retention', problem: 'past' });
  if (protection.kind === 'objectLock') return problems;
  const { periodSeconds, holdId } = protection;
  if (periodSeconds !== undefined) {
    if (untilMs !== undefined) problems.push({ kind: 'retention', problem: 'periodAndDate' });
    if (!Number.isSafeInteger(periodSeconds) || periodSeconds < -2) {
      problems.push({ kind: 'retention', problem: 'notWholeSeconds' });
    }
  }
  const problem = holdId === undefined ? undefined : newHoldIdProblem(holdId);
  if (holdId !== undefined && problem !== undefined) problems.push({ kind: 'hold', id: holdId, problem });
  return problems;
}
