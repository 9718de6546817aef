import { expect, it } from 'vitest';
import { iamFailure, type GrantKind } from '../../../../src/engine/auth/iamFailure';

const failureOf = (status: number, errorCode: string | undefined, grant: GrantKind = 'apiKey') => {
  const body = errorCode === undefined ? undefined : { errorCode, errorMessage: 'As IAM says.' };
  return iamFailure('IamToken', { status, headers: {} }, body, { host: 'iam.test', grant }).error;
};

it.each([
  ['BXNIM0415E', 'apiKey', 'signInNeeded', 'apiKeyUnknown'],
  ['BXNIM0407E', 'apiKey', 'signInNeeded', 'apiKeyUnknown'],
  ['BXNIM0407E', 'passcode', 'signInNeeded', 'passcodeRefused'],
  ['BXNIM0407E', 'refreshToken', 'signInNeeded', 'sessionExpired'],
  ['BXNIM0407E', 'profile', 'signInNeeded', 'profileRefused'],
  ['BXNIM0408E', 'refreshToken', 'signInNeeded', 'sessionExpired'],
  ['BXNIM0439E', 'refreshToken', 'signInNeeded', 'sessionExpired'],
  ['BXNIM0400E', 'apiKey', 'signInNeeded', 'passcodeNeeded'],
  ['BXNIM9999E', 'apiKey', 'signInNeeded', 'signInRefused'],
  ['BXNIM0109E', 'apiKey', 'internal', undefined],
  ['BXNIM0139E', 'refreshToken', 'internal', undefined],
] as const)('tells %s after a grant by %s as %s, %s', (code, grant, kind, reason) => {
  const error = failureOf(400, code, grant);
  expect([error.kind, error.reason, error.code]).toEqual([kind, reason, code]);
  expect(error.detail).toContain('As IAM says.');
  if (reason !== 'apiKeyUnknown') expect(error.detail).not.toContain('does not know the API key');
});

it('takes a busy or broken IAM for that, and what is no IAM at all for a wrong endpoint', () => {
  expect(failureOf(429, 'BXNIM0415E')).toMatchObject({ kind: 'throttled', retry: 'later' });
  expect(failureOf(503, undefined)).toMatchObject({ kind: 'throttled', retry: 'later' });
  expect(failureOf(500, undefined)).toMatchObject({ kind: 'network', retry: 'later' });
  expect(failureOf(404, undefined)).toMatchObject({ kind: 'network', reason: 'notACosEndpoint' });
});
