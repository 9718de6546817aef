import { expect, test } from 'vitest';
import { expectedOf } from '../../../../src/engine/proof/expected';

const parts = { etag: '0123456789abcdef0123456789abcdef-3' };
const md5 = { etag: 'd41d8cd98f00b204e9800998ecf8427e' };

test('a checksum of the whole comes before one of the parts, and the cheapest before others', () => {
  const checksums = { SHA256: 'AAAA', CRC64NVME: 'BBBB', CRC32: 'CCCC-3' };
  expect(expectedOf({ ...parts, checksums })).toEqual({ kind: 'whole', algorithm: 'CRC64NVME', value: 'BBBB' });
});

test('a COMPOSITE checksum tells how many parts it is of', () => {
  const found = expectedOf({ ...parts, checksums: { SHA1: 'AAAA=-3' }, checksumType: 'COMPOSITE' });
  expect(found).toEqual({ kind: 'parts', algorithm: 'SHA1', value: 'AAAA=', partCount: 3 });
});

test('an ETag vouches only where one PUT made it and no key of the owner encrypts it', () => {
  expect(expectedOf({ ...md5, checksums: {} })).toEqual({
    kind: 'whole',
    algorithm: 'MD5',
    value: '1B2M2Y8AsgTpgAmY7PhCfg==',
  });
  expect(expectedOf({ ...md5, checksums: {}, hasOwnKey: true })).toEqual({ kind: 'nothing', why: 'ownKey' });
  expect(expectedOf({ ...parts, checksums: {} })).toEqual({ kind: 'nothing', why: 'noChecksum' });
});
