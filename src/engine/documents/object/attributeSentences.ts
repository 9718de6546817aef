import { headerNames, type HeaderProblem } from '../../../model/headerRules';
import { maxMetadataBytes, type MetadataProblem } from '../../../model/metadataRules';
import type { ObjectHeaders } from '../../../model/objectInfo';
import type { HoldIdProblem } from '../../../model/protection';

/** What is wrong with a header, for people. */
export function headerSentence(field: keyof ObjectHeaders, problem: HeaderProblem): string {
  const name = headerNames[field];
  switch (problem) {
    case 'character':
      return `${name} cannot hold line breaks or other control characters.`;
    case 'empty':
      return `${name} is empty.`;
    case 'blanks':
      return `Blanks around ${name} do not survive.`;
    case 'contentType':
      return 'A Content-Type looks like "text/plain" or "text/html; charset=utf-8".';
    case 'expires':
      return 'Expires is a date such as "Wed, 21 Oct 2026 07:28:00 GMT".';
    case 'redirect':
      return 'A redirect begins with "/", "http://" or "https://".';
  }
}

/** What is wrong with user metadata, for people. */
export function metadataSentence({ kind, character = '', sizeBytes = 0 }: MetadataProblem): string {
  switch (kind) {
    case 'emptyName':
      return 'A metadata entry needs a name.';
    case 'nameCharacter':
      return `'${character}' cannot be in the name of a metadata entry; use letters, digits and '-'.`;
    case 'nameCase':
      return 'Names of metadata are stored in lower case.';
    case 'valueCharacter':
      return 'A metadata value cannot hold line breaks or other control characters.';
    case 'valueBlankAtEnd':
      return 'Blanks around a metadata value do not survive.';
    case 'tooLarge':
      return `The metadata has ${sizeBytes} bytes of names and values; the service takes ${maxMetadataBytes}.`;
  }
}

/** Why a text cannot name a legal hold, in a sentence. */
export function holdIdText(problem: HoldIdProblem): string {
  switch (problem.kind) {
    case 'empty':
      return 'A legal hold needs an id.';
    case 'tooLong':
      return `The id of a legal hold has at most ${problem.maxCharacters} characters.`;
    case 'character':
      return `'${problem.character}' cannot be in the id of a legal hold; use letters, digits and ! _ . * ( ) -`;
  }
}
