import { HeadObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { encodeKeyPath, withQuery } from '../../../../src/engine/cos/address';
import { sha256Hex, signV4 } from '../../../../src/engine/auth/sigV4';

const key = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
  region: 'us-south',
};
const nowMs = Date.parse('2026-03-04T05:06:07Z');

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly headers: Record<string, string>;
}

/** What the AWS SDK would send. */
async function sentBySdk(command: HeadObjectCommand | PutObjectCommand): Promise<Sent> {
  let sent: Sent | undefined;
  const client = new S3Client({
    endpoint: 'https://host.example:8443',
    region: key.region,
    credentials: key,
    forcePathStyle: true,
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      handle: async (request: unknown) => {
        sent = request as Sent;
        return { response: { statusCode: 200, headers: {}, body: new Uint8Array() } } as never;
      },
    },
  });
  await client.send(command);
  client.destroy();
  return sent!;
}

describe('Signature Version 4', () => {
  afterEach(() => void vi.useRealTimers());

  it('signs as the AWS SDK does, whatever the key and the metadata', async () => {
    vi.useFakeTimers({ now: nowMs, toFake: ['Date'] });
    const anyKey = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 });
    const value = fc.stringMatching(/^[!-~]( {0,2}[!-~]){0,8}$/);
    await fc.assert(
      fc.asyncProperty(anyKey, value, fc.option(value), async (objectKey, metadata, versionId) => {
        const command =
          versionId === null
            ? new PutObjectCommand({ Bucket: 'bucket', Key: objectKey, Body: 'body', Metadata: { m: metadata } })
            : new HeadObjectCommand({ Bucket: 'bucket', Key: objectKey, VersionId: versionId });
        const sent = await sentBySdk(command);
        const signedNames = /SignedHeaders=([^,]+)/.exec(sent.headers['authorization']!)![1]!.split(';');
        const headers = Object.fromEntries(
          signedNames
            .filter((name) => !['host', 'x-amz-date', 'x-amz-content-sha256'].includes(name))
            .map((name) => [name, sent.headers[name]!]),
        );
        const path = withQuery(`/bucket/${encodeKeyPath(objectKey)}`, sent.query);
        expect(path.split('?')[0]).toBe(sent.path);
        const payloadHash = sent.headers['x-amz-content-sha256']!;
        const ours = signV4(
          { method: sent.method, authority: 'host.example:8443', path, headers, payloadHash },
          key,
          nowMs,
        );
        expect(ours['authorization']).toBe(sent.headers['authorization']);
      }),
      { numRuns: 60 },
    );
  });

  it('hashes an empty body as everybody does', () => {
    expect(sha256Hex(new Uint8Array())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  });
});
