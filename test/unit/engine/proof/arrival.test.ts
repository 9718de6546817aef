import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { partChecksum } from '../../../../src/engine/checksums/partChecksum';
import type { UploadedPart } from '../../../../src/engine/cos/client';
import { compareWith, type Compared, type SentBytes } from '../../../../src/engine/proof/arrival';
import { arrivalUnknown } from '../../../../src/engine/proof/arrivalUnknown';
import { sentAs, sentBody, sentFile, sentObject, sentParts } from '../../../../src/engine/proof/sentBytes';
import { bucketName, objectKey } from '../../../../src/model/ids';
import type { ObjectInfo } from '../../../../src/model/objectInfo';
import { checksumAlgorithms, type ChecksumAlgorithm } from '../../../../src/model/verdict';

const mine = Buffer.from('the bytes that were sent, in two parts');
const theirs = Buffer.from('the bytes of another one of equal size');
const cut = 20;
const parts = [
  { partNumber: 1, offsetBytes: 0, lengthBytes: cut },
  { partNumber: 2, offsetBytes: cut, lengthBytes: mine.length - cut },
];
const cutOf = (bytes: Buffer, at = cut) => [bytes.subarray(0, at), bytes.subarray(at)];
const md5 = (bytes: Buffer) => createHash('md5').update(bytes).digest('hex');

function objectOf(bytes: Buffer, more: Partial<ObjectInfo> = {}): ObjectInfo {
  const key = objectKey('k');
  const plain = { key, sizeBytes: bytes.length, modifiedAtMs: 0, etag: 'opaque', headers: {}, metadata: {} };
  return { ...plain, tagCount: 0, checksums: {}, protection: {}, ...more };
}
const whole = (bytes: Buffer, algorithm: ChecksumAlgorithm) =>
  objectOf(bytes, { checksums: { [algorithm]: partChecksum(algorithm, bytes) }, checksumType: 'FULL_OBJECT' });
const composite = (bytes: Buffer, algorithm: ChecksumAlgorithm, at = cut) => {
  const sums = cutOf(bytes, at).map((part) => Buffer.from(partChecksum(algorithm, part), 'base64'));
  const value = `${partChecksum(algorithm, Buffer.concat(sums))}-2`;
  return objectOf(bytes, { checksums: { [algorithm]: value }, checksumType: 'COMPOSITE', etag: `${md5(bytes)}-2` });
};
const partsEtag = (bytes: Buffer) =>
  `${md5(Buffer.concat(cutOf(bytes).map((part) => Buffer.from(md5(part), 'hex'))))}-2`;

const file = sentFile((take, from = 0, length = mine.length) => {
  take(mine.subarray(from, from + length));
  return Promise.resolve();
}, parts);
const acknowledged = (algorithm: ChecksumAlgorithm): SentBytes =>
  sentParts(
    cutOf(mine).map((part, at): UploadedPart => ({
      partNumber: at + 1,
      etag: md5(part),
      sizeBytes: part.length,
      checksum: { algorithm, value: partChecksum(algorithm, part) },
    })),
  );

describe('whether something of ours has arrived', () => {
  const decide = (found: ObjectInfo | undefined, sent: SentBytes): Promise<Compared['arrival']> =>
    compareWith(found, sent).then(({ arrival }) => arrival);

  it.each(checksumAlgorithms)('is told by %s of the whole, and of the parts as they were cut', async (algorithm) => {
    expect(await decide(whole(mine, algorithm), file)).toBe('ours');
    expect(await decide(whole(theirs, algorithm), file)).toBe('notOurs');
    expect(await decide(composite(mine, algorithm), file)).toBe('ours');
    expect(await decide(composite(theirs, algorithm), file)).toBe('notOurs');
    expect(await decide(whole(mine, algorithm), sentBody(mine))).toBe('ours');
    expect(await decide(whole(theirs, algorithm), sentBody(mine))).toBe('notOurs');
    expect(await decide(composite(mine, algorithm), acknowledged(algorithm))).toBe('ours');
    expect(await decide(composite(theirs, algorithm), acknowledged(algorithm))).toBe('notOurs');
  });

  it.each(['CRC32', 'CRC32C', 'CRC64NVME'] as const)(
    'is told by %s of the whole, put together from that of the parts',
    async (algorithm) => {
      expect(await decide(whole(mine, algorithm), acknowledged(algorithm))).toBe('ours');
      expect(await decide(whole(theirs, algorithm), acknowledged(algorithm))).toBe('notOurs');
    },
  );

  it('is told by an ETag that is an MD5, unless a key of its owner encrypts the object', async () => {
    for (const sent of [file, sentBody(mine)]) {
      expect(await decide(objectOf(mine, { etag: md5(mine) }), sent)).toBe('ours');
      expect(await decide(objectOf(theirs, { etag: md5(theirs) }), sent)).toBe('notOurs');
      expect(await decide(objectOf(mine, { etag: md5(mine), hasOwnKey: true }), sent)).toBe('cannotTell');
    }
    expect(await decide(objectOf(mine, { etag: partsEtag(mine) }), file)).toBe('ours');
  });

  it('is not told by size, number of parts or the looks of an ETag', async () => {
    for (const sent of [file, sentBody(mine), acknowledged('CRC32'), sentAs(acknowledged('CRC32'), file)]) {
      expect(await decide(objectOf(mine), sent)).toBe('cannotTell');
      expect(await decide(objectOf(theirs, { etag: partsEtag(theirs) }), sent)).toBe('cannotTell');
    }
    expect(await decide(undefined, file)).toBe('absent');
  });

  it('is not told by a checksum that nobody has of our side', async () => {
    expect(await decide(whole(mine, 'SHA256'), acknowledged('CRC32'))).toBe('cannotTell');
    expect(await decide(composite(mine, 'SHA1'), sentBody(mine))).toBe('cannotTell');
    const lost = sentParts([{ partNumber: 1, etag: md5(mine), sizeBytes: mine.length }]);
    expect(await decide(whole(mine, 'CRC32'), lost)).toBe('cannotTell');
    expect(await decide(whole(theirs, 'CRC32'), sentAs(lost, file))).toBe('notOurs');
  });

  it('is not told for want of a checksum, or since those that there are cannot be compared, and either is said', async () => {
    const detailOf = async (found: ObjectInfo, sent: SentBytes): Promise<string> => {
      const compared = await compareWith(found, sent);
      if (compared.arrival !== 'cannotTell') throw new Error(compared.arrival);
      const address = { bucket: bucketName('b'), key: objectKey('k') };
      return arrivalUnknown('PutObject', address, compared.why, '', undefined).error.detail;
    };
    const about =
      'It is not known whether the object "k" in bucket "b" is the one you just wrote or somebody else\'s: ';
    const end = '. Nothing was repeated, overwritten or removed. Check whether "k" holds what you sent.';
    for (const none of [
      objectOf(mine),
      objectOf(mine, { etag: md5(mine), hasOwnKey: true }),
      objectOf(mine, { etag: partsEtag(theirs) }),
    ]) {
      expect(await detailOf(none, file)).toBe(`${about}the service gives no checksum of it${end}`);
    }
    for (const [found, sent] of [
      [whole(mine, 'SHA256'), acknowledged('CRC32')],
      [composite(mine, 'SHA1'), sentBody(mine)],
      [composite(mine, 'CRC32'), sentObject(composite(mine, 'CRC32', 5))],
      [objectOf(mine, { etag: md5(mine) }), sentObject(objectOf(mine))],
    ] as const) {
      const why = 'the checksums that the service gives of it are of another kind than those of what was sent';
      expect(await detailOf(found, sent)).toBe(`${about}${why}${end}`);
    }
  });

  it('is told of a copy by what both sides have, and a COMPOSITE that is cut otherwise says nothing', async () => {
    for (const algorithm of checksumAlgorithms) {
      expect(await decide(whole(mine, algorithm), sentObject(whole(mine, algorithm)))).toBe('ours');
      expect(await decide(whole(theirs, algorithm), sentObject(whole(mine, algorithm)))).toBe('notOurs');
      expect(await decide(composite(mine, algorithm), sentObject(composite(mine, algorithm)))).toBe('ours');
      expect(await decide(composite(mine, algorithm), sentObject(composite(mine, algorithm, 5)))).toBe('cannotTell');
      expect(await decide(whole(mine, algorithm), sentObject(composite(mine, algorithm)))).toBe('cannotTell');
    }
    const plain = objectOf(mine, { etag: md5(mine) });
    expect(await decide(plain, sentObject({ ...whole(mine, 'SHA1'), etag: md5(mine) }))).toBe('ours');
    expect(await decide(plain, sentObject(objectOf(mine)))).toBe('cannotTell');
  });
});
