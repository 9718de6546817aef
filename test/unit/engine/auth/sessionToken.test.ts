import { expect, it } from 'vitest';
import { presignV4 } from '../../../../src/engine/auth/presign';
import { signV4 } from '../../../../src/engine/auth/sigV4';

const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token/+==', region: 'us-east-1' };

it('a session token is sent and part of what is signed', () => {
  const request = { method: 'GET', authority: 'h', path: '/b', headers: {}, payloadHash: 'UNSIGNED-PAYLOAD' };
  const signed = signV4(request, key, 0);
  expect(signed['x-amz-security-token']).toBe('token/+==');
  expect(signed['authorization']).toContain('SignedHeaders=host;x-amz-content-sha256;x-amz-date;x-amz-security-token,');
  const { sessionToken: _token, ...without } = key;
  expect(signV4(request, without, 0)).not.toHaveProperty('x-amz-security-token');
});

it('a presigned URL carries the session token in its signed query', () => {
  const url = presignV4({ method: 'GET', origin: 'https://h', path: '/b/k', query: {} }, key, 0, 60);
  expect(new URL(url).searchParams.get('X-Amz-Security-Token')).toBe('token/+==');
  const other = presignV4(
    { method: 'GET', origin: 'https://h', path: '/b/k', query: {} },
    { ...key, sessionToken: 'x' },
    0,
    60,
  );
  expect(new URL(other).searchParams.get('X-Amz-Signature')).not.toBe(new URL(url).searchParams.get('X-Amz-Signature'));
});
