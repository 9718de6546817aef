import { expect, it } from 'vitest';
import { networkFailure } from '../../../../src/engine/http/networkFailure';

it.each(['UNSPECIFIED', 'PATH_LENGTH_EXCEEDED', 'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY', 'CERT_HAS_EXPIRED'])(
  'counts the code %s of a TLS library as a certificate that is not trusted, not as a lost connection',
  (code) => {
    const error = Object.assign(new Error('verification failed'), { code });
    expect(networkFailure(error, { op: 'GetObject', host: 'localhost:1' }).error).toMatchObject({
      kind: 'tls',
      reason: 'certificateUntrusted',
      retry: 'never',
      detail: `The certificate of "localhost:1" is not trusted (${code}).`,
    });
  },
);
