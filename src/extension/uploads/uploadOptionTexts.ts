import { headerNames, headerProblem } from '../../model/headerRules';
import { maxMetadataBytes, metadataProblems, type MetadataProblem } from '../../model/metadataRules';
import type { ObjectHeaders } from '../../model/objectInfo';
import { newHoldIdProblem } from '../../model/protection';
import { maxTags, tagProblems, type TagProblem } from '../../model/tags';
import { newRetentionProblem, type NewProtection, type RetentionPolicy } from '../../model/retention';
import type { UploadOptions } from '../../model/uploadOptions';
import type { Translate } from '../ui/translate';
import { readEntry, withEntry } from './uploadOptionDraft';

/** What is wrong with a header as it is typed, or undefined. Nothing typed means no header. */
export function headerText(field: keyof ObjectHeaders, value: string, t: Translate): string | undefined {
  if (value === '') return undefined;
  const name = headerNames[field];
  switch (headerProblem(field, value)) {
    case undefined:
    case 'empty':
      return undefined;
    case 'character':
      return t('{0} cannot hold line breaks or other control characters.', name);
    case 'blanks':
      return t('Blanks around {0} do not survive.', name);
    case 'contentType':
      return t('A Content-Type looks like "text/plain" or "text/html; charset=utf-8".');
    case 'expires':
      return t('Expires is a date such as "Wed, 21 Oct 2026 07:28:00 GMT".');
    case 'redirect':
      return t('A redirect begins with "/", "http://" or "https://".');
  }
}

/** What is wrong with an entry as it is typed, together with all others, or undefined. Nothing typed means no entry. */
export function entryText(
  options: UploadOptions,
  row: { readonly kind: 'metadata' | 'tag'; readonly name?: string },
  text: string,
  t: Translate,
): string | undefined {
  if (text === '') return undefined;
  if (readEntry(row.kind, text) === undefined) return t('Enter name=value.');
  const { metadata = {}, tags = {} } = withEntry(options, row, text);
  if (row.kind === 'metadata') {
    const [first] = metadataProblems(metadata);
    return first === undefined ? undefined : metadataText(first, t);
  }
  const first = tagProblems(tags).find(({ severity }) => severity === 'error');
  return first === undefined ? undefined : tagText(first, t);
}

function metadataText({ kind, character = '', sizeBytes = 0 }: MetadataProblem, t: Translate): string {
  switch (kind) {
    case 'emptyName':
    case 'nameCase':
      return t('Enter name=value.');
    case 'nameCharacter':
      return t("'{0}' cannot be in the name of a metadata entry; use letters, digits and '-'.", character);
    case 'valueCharacter':
      return t('A metadata value cannot hold line breaks or other control characters.');
    case 'valueBlankAtEnd':
      return t('Blanks around a metadata value do not survive.');
    case 'tooLarge':
      return t('The metadata has {0} bytes of names and values; the service takes {1}.', sizeBytes, maxMetadataBytes);
  }
}

function tagText({ kind, part, character = '' }: TagProblem, t: Translate): string {
  switch (kind) {
    case 'tooMany':
      return t('An object has at most {0} tags.', maxTags);
    case 'empty':
      return t('Enter name=value.');
    case 'tooLong':
      return part === 'key'
        ? t('The key of a tag has at most 128 characters and 256 bytes.')
        : t('The value of a tag has at most 256 characters and 512 bytes.');
    case 'reservedPrefix':
      return t('Keys that begin with "ibm:" are reserved.');
    case 'character':
      return t("'{0}' cannot be in a tag.", character);
  }
}

/** What is wrong with the id of a hold as it is typed, or undefined. Nothing typed means no hold. */
export function holdText(id: string, t: Translate): string | undefined {
  if (id === '') return undefined;
  const problem = newHoldIdProblem(id);
  switch (problem?.kind) {
    case undefined:
    case 'empty':
      return undefined;
    case 'tooLong':
      return t('The id of a legal hold has at most {0} characters.', problem.maxCharacters);
    case 'character':
      return t("'{0}' cannot be in the id of a legal hold; use letters, digits and ! _ . * ( ) -", problem.character);
  }
}

/** Why a bucket's policy refuses a retention, or undefined. */
export function newRetentionText(
  wanted: Omit<Extract<NewProtection, { kind: 'retention' }>, 'kind'>,
  policy: RetentionPolicy,
  nowMs: number,
  t: Translate,
): string | undefined {
  switch (newRetentionProblem({ kind: 'retention', ...wanted }, policy, nowMs)) {
    case undefined:
      return undefined;
    case 'past':
      return t('Objects are retained until a time in the future.');
    case 'periodAndDate':
    case 'notWholeSeconds':
      return t('Enter whole days.');
    case 'outsidePolicy':
      return t("The bucket's retention policy allows {0} to {1} days.", policy.minimumDays, policy.maximumDays);
    case 'permanentNotAllowed':
      return t("The bucket's retention policy does not allow objects to be retained forever.");
  }
}
