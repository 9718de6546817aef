import type { ObjectHeaders } from './objectInfo';

/** Names of the headers that an object keeps (data-plane §5.1). */
export const headerNames = {
  contentType: 'Content-Type',
  cacheControl: 'Cache-Control',
  contentDisposition: 'Content-Disposition',
  contentEncoding: 'Content-Encoding',
  contentLanguage: 'Content-Language',
  expires: 'Expires',
  websiteRedirectLocation: 'x-amz-website-redirect-location',
} as const satisfies Readonly<Record<keyof ObjectHeaders, string>>;

/** Names of headers in the model. */
export const headerFields = Object.keys(headerNames) as readonly (keyof ObjectHeaders)[];

/** What is wrong with the value of a header. */
export type HeaderProblem = 'character' | 'empty' | 'blanks' | 'contentType' | 'expires' | 'redirect';

/** What is wrong with the value of an object's header, or undefined (RFC 9110; data-plane §5.1, §13 for redirects). */
export function headerProblem(field: keyof ObjectHeaders, value: string): HeaderProblem | undefined {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) return 'character';
  if (value === '') return 'empty';
  if (value.trim() !== value) return 'blanks';
  switch (field) {
    case 'contentType':
      return /^[^\s/;]+\/[^\s/;]+(?:\s*;.*)?$/.test(value) ? undefined : 'contentType';
    case 'expires':
      return Number.isNaN(Date.parse(value)) ? 'expires' : undefined;
    case 'websiteRedirectLocation':
      return /^(?:\/|https?:\/\/)/.test(value) ? undefined : 'redirect';
    case 'cacheControl':
    case 'contentDisposition':
    case 'contentEncoding':
    case 'contentLanguage':
      return undefined;
  }
}
