import { describe, expect, it } from 'vitest';
import { CosFailure } from '../../../../src/engine/failure';
import { redactSecrets } from '../../../../src/engine/http/redact';
import type { WireRequest } from '../../../../src/engine/http/exchange';

const token = 'eyJraWQiOiIyMDI2MTIwMSJ9.c2VjcmV0LXBheWxvYWQ.c2lnbmF0dXJl';
const apiKey = 'k3y with/odd+characters=="and a quote';

/** A failure whose every text repeats something. */
function repeating(text: string): CosFailure {
  const said = `You sent ${text} to us`;
  return new CosFailure({
    kind: 'invalid',
    op: 'PutObject',
    retry: 'never',
    detail: said,
    said,
    code: text,
    requestId: text,
  });
}

const requests: Readonly<
  Record<string, { readonly request: Partial<WireRequest>; readonly secrets: readonly string[] }>
> = {
  'a bearer token': { request: { headers: { authorization: `Bearer ${token}` } }, secrets: [token, `Bearer ${token}`] },
  'a session token': { request: { headers: { 'x-amz-security-token': token } }, secrets: [token] },
  'a signature': {
    request: {
      headers: {
        authorization: `AWS4-HMAC-SHA256 Credential=AKIA/x/s3, SignedHeaders=host, Signature=${'ab'.repeat(32)}`,
      },
    },
    secrets: ['ab'.repeat(32)],
  },
  'the password of a proxy': {
    request: { headers: { 'proxy-authorization': 'Basic dXNlcjpwYXNzd29yZA==' } },
    secrets: ['dXNlcjpwYXNzd29yZA=='],
  },
  'an API key, as it is and as it was sent': {
    request: { body: Buffer.from(new URLSearchParams({ grant_type: 'apikey', apikey: apiKey }).toString()) },
    secrets: [apiKey, encodeURIComponent(apiKey)],
  },
  'a passcode': { request: { body: Buffer.from('passcode=Ab1Cd2Ef3G') }, secrets: ['Ab1Cd2Ef3G'] },
  'a key of the customer': {
    request: { headers: { 'x-amz-server-side-encryption-customer-key': 'a2V5LW9mLXRoZS1jdXN0b21lcg==' } },
    secrets: ['a2V5LW9mLXRoZS1jdXN0b21lcg=='],
  },
  'a signed address': { request: { path: `/b/k?X-Amz-Signature=${'cd'.repeat(32)}` }, secrets: ['cd'.repeat(32)] },
  'a field of JSON': { request: { body: Buffer.from(JSON.stringify({ refresh_token: token })) }, secrets: [token] },
};

describe.each(Object.entries(requests))('a service that repeats %s', (_what, { request, secrets }) => {
  const sent: WireRequest = { method: 'POST', path: '/', headers: {}, ...request };

  it('is not repeated: neither whole, nor cut off, in no text of the failure', () => {
    for (const secret of secrets) {
      for (const text of [secret, secret.slice(0, Math.max(12, secret.length - 5)), `${secret}${secret}`]) {
        const failure = repeating(text);
        redactSecrets(failure, sent);
        const everything = JSON.stringify([failure.error, failure.message, failure.stack]);
        expect(everything).not.toContain(secret.slice(0, 12));
        expect(failure.error.said).toMatch(/^You sent (?:Bearer )?…+ to us$/);
      }
    }
  });
});

it('leaves what is no secret, and the very failure', () => {
  const failure = repeating('the key of the object');
  redactSecrets(failure, {
    method: 'PUT',
    path: '/b/k',
    headers: { authorization: `Bearer ${token}` },
    body: Buffer.from('apikey='),
  });
  expect(failure.error.said).toBe('You sent the key of the object to us');
});
