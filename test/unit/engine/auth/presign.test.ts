import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presignV4 } from '../../../../src/engine/auth/presign';
import { attachmentDisposition } from '../../../../src/model/link';

describe('a signature in the query', () => {
  it('is the one that AWS publishes for its example', () => {
    // "Authenticating Requests: Using Query Parameters", Amazon S3 API Reference.
    const url = presignV4(
      { method: 'GET', origin: 'https://examplebucket.s3.amazonaws.com', path: '/test.txt', query: {} },
      {
        accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
        secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
        region: 'us-east-1',
      },
      Date.UTC(2013, 4, 24),
      86_400,
    );
    expect(url).toBe(
      'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
    );
  });
});

describe('the name that a download gets', () => {
  it('is a header of plain characters that carries any name', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 30 }), (name) => {
        const header = attachmentDisposition(name);
        expect(header).toMatch(/^attachment; filename="[^"\\]*"; filename\*=UTF-8''[\w%.~-]*$/);
        const encoded = header.slice(header.lastIndexOf("'") + 1);
        expect(decodeURIComponent(encoded)).toBe(name);
      }),
    );
  });
});
