import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAddress } from '../../../src/extension/tree/address';
import type { Connection } from '../../../src/model/connection';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';
import { objectUri } from '../../../src/model/objectUri';

const ibm: Connection = {
  kind: 'iam',
  id: connectionId('ibm'),
  name: 'IBM',
  serviceInstanceId: 'x',
  endpoint: 'https://s3.us-south.cloud-object-storage.appdomain.cloud',
};
const minio: Connection = {
  kind: 'hmac',
  id: connectionId('minio'),
  name: 'MinIO',
  endpoint: 'https://storage.example:9000',
  region: 'us-east-1',
  addressingStyle: 'path',
};
const all = [ibm, minio];

const place = (bucket: string, key: string, ...ids: string[]): unknown => ({
  kind: 'place',
  bucket,
  key,
  connectionIds: ids,
});

describe('a typed or pasted address', () => {
  it('is a bucket and a key, with or without the s3 or cos scheme', () => {
    expect(parseAddress('logs/2024/a.txt', all)).toEqual(place('logs', '2024/a.txt'));
    expect(parseAddress(' s3://logs/2024/a.txt ', all)).toEqual(place('logs', '2024/a.txt'));
    expect(parseAddress('cos://logs/', all)).toEqual(place('logs', ''));
    expect(parseAddress('S3://logs', all)).toEqual(place('logs', ''));
  });

  it('keeps what looks like an escape or a relative path in a key that is no URL', () => {
    expect(parseAddress('s3://b/a%20b/../c//d?e#f', all)).toEqual(place('b', 'a%20b/../c//d?e#f'));
  });

  it('is an https URL in path style, percent-decoded, its query dropped', () => {
    const url = 'https://s3.eu-de.cloud-object-storage.appdomain.cloud/logs/a%20b/../%C3%A4?X-Amz-Signature=0';
    expect(parseAddress(url, all)).toEqual(place('logs', 'a b/../ä', 'ibm'));
  });

  it('is an https URL in virtual-host style, also with dots in the bucket and over the private network', () => {
    const url = 'https://my.logs.s3.private.us.cloud-object-storage.appdomain.cloud/a';
    expect(parseAddress(url, all)).toEqual(place('my.logs', 'a', 'ibm'));
    expect(parseAddress('https://logs.storage.example:9000/a/b', all)).toEqual(place('logs', 'a/b', 'minio'));
  });

  it('names the connection whose endpoint it leads to', () => {
    expect(parseAddress('https://storage.example:9000/logs/a', all)).toEqual(place('logs', 'a', 'minio'));
    const unknown = parseAddress('https://elsewhere.example/logs/a', all);
    expect(unknown).toEqual({ kind: 'invalid', problem: 'unknownHost', host: 'elsewhere.example' });
  });

  it.each([
    ['', 'empty'],
    ['s3://', 'noBucket'],
    ['/key', 'noBucket'],
    ['ftp://b/k', 'unknownScheme'],
    ['https://storage.example:9000/b/%zz', 'badEscapes'],
  ])('is refused when it names nothing: "%s"', (text, problem) => {
    expect(parseAddress(text, all)).toMatchObject({ kind: 'invalid', problem });
  });

  it('is our own URI of any key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), (key) => {
        const uri = objectUri(connectionId('ibm'), bucketName('b'), objectKey(key));
        const text = `${uri.scheme}://${uri.authority}${uri.path.split('/').map(encodeURIComponent).join('/')}`;
        expect(parseAddress(text, all)).toEqual(place('b', key, 'ibm'));
      }),
    );
  });
});
