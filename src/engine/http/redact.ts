import type { WireRequest } from './exchange';
import type { CosFailure } from '../failure';

/** Headers whose values nobody may read but the service that they are sent to. */
const secretHeaders = /^(?:authorization|proxy-authorization|x-amz-security-token|x-amz-.*-customer-key|cookie)$/i;

/** Fields of forms and JSON bodies that are sent to sign in. */
const secretFields =
  /^(?:apikey|api_key|password|passcode|client_secret|secret|secret_access_key|token|access_token|refresh_token|cr_token|assertion|subject_token)$/i;

/** What stands in a secret's place. */
const instead = '…';

/** So much of a secret is enough to know it by: sentences of services are cut off. */
const headCharacters = 12;

/** Shorter values are words that an innocent sentence may hold, and no secrets. */
const leastCharacters = 8;

/** Takes what was secret in a request out of its failure: a service may repeat whatever it was sent. */
export function redactSecrets(failure: CosFailure, request: WireRequest | undefined): void {
  const secrets = request === undefined ? [] : secretsIn(request);
  if (secrets.length > 0) failure.rewriteTexts((text) => redacted(text, secrets));
}

/** Every secret value of a request, in each form that an answer may repeat it in, the longest first. */
export function secretsIn({ headers, body, path }: WireRequest): readonly string[] {
  const found = new Set<string>();
  const add = (value: string): void => {
    for (const form of [value, encodeURIComponent(value), value.replaceAll('"', '\\"')]) {
      if (form.length >= leastCharacters) found.add(form);
    }
  };
  for (const [name, value] of Object.entries(headers)) {
    if (!secretHeaders.test(name)) continue;
    add(value);
    // `Bearer TOKEN`, `Basic …`, and the signature at the end of a signed request's.
    for (const part of value.split(/[\s,]+/)) {
      const text = part.replace(/^(?:Credential|SignedHeaders)=.*$/, '').replace(/^Signature=/, '');
      if (!/^(?:Bearer|Basic|AWS4-HMAC-SHA256)$/i.test(text)) add(text);
    }
  }
  for (const [name, value] of new URLSearchParams(path.split('?')[1] ?? '')) {
    if (/^x-amz-(?:signature|security-token)$/i.test(name)) add(value);
  }
  if (body !== undefined && body.byteLength <= 64 * 1024) fieldsOf(Buffer.from(body).toString('utf8')).forEach(add);
  return [...found].sort((left, right) => right.length - left.length);
}

/** Secret fields of a form or of JSON. Other bodies are content, and hold none of ours. */
function fieldsOf(text: string): readonly string[] {
  if (/^[\w%.+-]+=/.test(text)) {
    return [...new URLSearchParams(text)].flatMap(([name, value]) => (secretFields.test(name) ? [value] : []));
  }
  return [...text.matchAll(/"(\w+)"\s*:\s*"((?:[^"\\]|\\.)*)"/g)].flatMap(([, name = '', value = '']) =>
    secretFields.test(name) ? [value] : [],
  );
}

/** Without the secrets, nor the beginning of one that was cut off. */
function redacted(text: string, secrets: readonly string[]): string {
  let rest = text;
  for (const secret of secrets) {
    const head = secret.slice(0, headCharacters);
    for (let at = rest.indexOf(head); at >= 0; at = rest.indexOf(head, at + instead.length)) {
      // Forms of one secret begin alike: as much goes as any of them covers.
      const covered = Math.max(...secrets.map((one) => commonLength(one, rest, at)));
      rest = rest.slice(0, at) + instead + rest.slice(at + covered);
    }
  }
  return rest;
}

/** How many characters of a secret stand in a text from a place on. */
function commonLength(secret: string, text: string, at: number): number {
  let length = 0;
  while (length < secret.length && text[at + length] === secret[length]) length += 1;
  return length;
}
