import type { DocumentProblem } from '../../model/configDocument';
import { maxTags, type TagProblem } from '../../model/tags';
import type { ParsedDocument } from './parse';

/** A problem of what stands below `"tags"`, where it stands. */
export function tagProblem(document: ParsedDocument, problem: TagProblem): DocumentProblem {
  const { key, part, severity } = problem;
  const path = key === undefined ? ['tags'] : ['tags', key];
  const code = part === 'set' ? 'tagCount' : `tag${part === 'key' ? 'Key' : 'Value'}`;
  const ofName = part === 'value' ? undefined : 'ofName';
  return document.problem(path, { severity, code, message: tagSentence(problem) }, ofName);
}

/** What is wrong with tags, for people. */
export function tagSentence({ part, kind, severity, character = '' }: TagProblem): string {
  switch (kind) {
    case 'tooMany':
      return `An object has at most ${maxTags} tags.`;
    case 'empty':
      return 'A tag needs a key.';
    case 'tooLong':
      return part === 'key'
        ? 'The key of a tag has at most 128 characters and 256 bytes.'
        : 'The value of a tag has at most 256 characters and 512 bytes.';
    case 'reservedPrefix':
      return 'Keys that begin with "ibm:" are reserved.';
    case 'character':
      return severity === 'error'
        ? `'${character}' cannot be in a tag.`
        : `IBM's pages disagree whether '${character}' may be in a tag; the service decides.`;
  }
}
