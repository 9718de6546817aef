import { utf8Length } from './ids';

/** Bytes of names and values together that every client and server can carry (data-plane §1.3, rule 62). */
export const maxMetadataBytes = 2048;

/** What is wrong with user metadata. */
export interface MetadataProblem {
  /** Entry concerned; absent when it is all of them. */
  readonly name?: string;
  readonly kind:
    | 'emptyName'
    | 'nameCharacter'
    /** Names are stored in lower case. */
    | 'nameCase'
    | 'valueCharacter'
    /** Blanks at the ends of a value do not survive HTTP. */
    | 'valueBlankAtEnd'
    | 'tooLarge';
  /** The character concerned. */
  readonly character?: string;
  /** Bytes of all entries, for `tooLarge`. */
  readonly sizeBytes?: number;
}

/** Bytes of metadata as the service counts them: names without `x-amz-meta-`, and values, in UTF-8. */
export function metadataSizeBytes(metadata: Readonly<Record<string, string>>): number {
  return Object.entries(metadata).reduce((sum, [name, value]) => sum + utf8Length(name) + utf8Length(value), 0);
}

/** What is wrong with an object's user metadata (data-plane §1.3, RFC 9110 for names and values). */
export function metadataProblems(metadata: Readonly<Record<string, string>>): readonly MetadataProblem[] {
  const problems = Object.entries(metadata).flatMap(([name, value]) => [
    ...nameProblems(name),
    ...valueProblems(name, value),
  ]);
  const sizeBytes = metadataSizeBytes(metadata);
  return sizeBytes > maxMetadataBytes ? [...problems, { kind: 'tooLarge', sizeBytes }] : problems;
}

function nameProblems(name: string): MetadataProblem[] {
  if (name === '') return [{ name, kind: 'emptyName' }];
  const character = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/u.exec(name)?.[0];
  if (character !== undefined) return [{ name, kind: 'nameCharacter', character }];
  return name === name.toLowerCase() ? [] : [{ name, kind: 'nameCase' }];
}

function valueProblems(name: string, value: string): MetadataProblem[] {
  // eslint-disable-next-line no-control-regex
  const character = /[\u0000-\u0008\u000a-\u001f\u007f]/.exec(value)?.[0];
  if (character !== undefined) return [{ name, kind: 'valueCharacter', character }];
  return /^[\t ]|[\t ]$/.test(value) ? [{ name, kind: 'valueBlankAtEnd' }] : [];
}
