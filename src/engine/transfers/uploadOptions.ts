import { uploadOptionsProblems, type UploadOptions, type UploadOptionsProblem } from '../../model/uploadOptions';
import { headerSentence, holdIdText, metadataSentence } from '../documents/object/attributeSentences';
import { tagSentence } from '../documents/tagProblem';
import { storedEntries } from '../../system/headerWords';
import { CosFailure } from '../failure';

/** Refuses, before any request, what the service would refuse of every object. */
export function requireValidOptions(options: UploadOptions | undefined, nowMs: number): void {
  const [first] = options === undefined ? [] : uploadOptionsProblems(asStored(options), nowMs);
  if (first === undefined) return;
  throw new CosFailure({ kind: 'invalid', op: 'upload', retry: 'never', detail: sentenceOf(first) });
}

/** Limits of size are of what is stored. */
function asStored(options: UploadOptions): UploadOptions {
  return options.metadata === undefined ? options : { ...options, metadata: storedEntries(options.metadata) };
}

function sentenceOf(problem: UploadOptionsProblem): string {
  switch (problem.kind) {
    case 'header':
      return headerSentence(problem.field, problem.problem);
    case 'metadata':
      return metadataSentence(problem.problem);
    case 'tag':
      return tagSentence(problem.problem);
    case 'hold':
      return holdIdText(problem.problem);
    case 'retention':
      switch (problem.problem) {
        case 'past':
          return 'Objects are retained until a time in the future.';
        case 'periodAndDate':
          return 'A retention has a period or an end, not both.';
        case 'notWholeSeconds':
          return 'A retention period has whole seconds.';
      }
  }
}
