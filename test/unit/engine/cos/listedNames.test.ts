import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/engine/clock';
import { createBucketProtection } from '../../../../src/engine/cos/bucketProtection';
import { createListing } from '../../../../src/engine/cos/listing';
import { createHeadObject } from '../../../../src/engine/cos/objects';
import { createProtection } from '../../../../src/engine/cos/protection';
import { createVersions } from '../../../../src/engine/cos/versions';
import { bucketName } from '../../../../src/model/ids';
import { wireOf } from '../../../fakes/answeringWire';

const never = new AbortController().signal;
const bucket = bucketName('b');
const query = { prefix: 'mine/', delimiter: '/' } as const;
const object = (key: string, size: string) =>
  `<Key>${key}</Key><Size>${size}</Size><LastModified>2026-01-01T00:00:00Z</LastModified><ETag>"e"</ETag>`;

const list = (inside: string) => {
  const document = `<ListBucketResult><IsTruncated>false</IsTruncated>${inside}</ListBucketResult>`;
  return createListing(wireOf({ ListObjectsV2: document })).listPage(bucket, query, never);
};
const listVersions = (inside: string) => {
  const document = `<ListVersionsResult><IsTruncated>false</IsTruncated>${inside}</ListVersionsResult>`;
  const wire = wireOf({ ListObjectVersions: document });
  const protection = createProtection(wire, systemClock, createHeadObject(wire), createBucketProtection(wire));
  return createVersions(wire, systemClock, protection).listVersions(bucket, query, never);
};

describe('a listing', () => {
  it('of objects is taken where all of it lies below the prefix', async () => {
    const page = await list(
      `<Contents>${object('mine/a', '5')}</Contents><CommonPrefixes><Prefix>mine/b/</Prefix></CommonPrefixes>`,
    );
    expect([page.objects.map(({ key, sizeBytes }) => [key, sizeBytes]), page.folders]).toEqual([
      [['mine/a', 5]],
      ['mine/b/'],
    ]);
  });

  it.each([
    [
      'an object elsewhere',
      `<Contents>${object('mine/a', '5')}</Contents><Contents>${object('yours/k', '5')}</Contents>`,
      '"yours/k"',
    ],
    ['the folder above', `<Contents>${object('mine', '5')}</Contents>`, '"mine"'],
    ['a folder elsewhere', '<CommonPrefixes><Prefix>yours/</Prefix></CommonPrefixes>', '"yours/"'],
    ['an object without a name', `<Contents>${object('', '5')}</Contents>`, 'without a name'],
    ['a size that is no number', `<Contents>${object('mine/a', 'many')}</Contents>`, 'size'],
    ['a size below nothing', `<Contents>${object('mine/a', '-1')}</Contents>`, 'size'],
    ['a size beyond any object', `<Contents>${object('mine/a', '1e30')}</Contents>`, 'size'],
  ])('of objects is refused as a whole for %s', async (_what, inside, told) => {
    await expect(list(inside)).rejects.toMatchObject({
      error: { kind: 'unsupported', op: 'ListObjectsV2', detail: expect.stringContaining(told) as string },
    });
  });

  it.each([
    ['a version elsewhere', `<Version>${object('yours/k', '5')}<VersionId>v</VersionId></Version>`, '"yours/k"'],
    ['a marker elsewhere', `<DeleteMarker><Key>yours/k</Key><VersionId>v</VersionId></DeleteMarker>`, '"yours/k"'],
    ['a size that is no number', `<Version>${object('mine/a', 'x')}<VersionId>v</VersionId></Version>`, 'size'],
  ])('of versions is refused as a whole for %s', async (_what, inside, told) => {
    await expect(listVersions(inside)).rejects.toMatchObject({
      error: { kind: 'unsupported', op: 'ListObjectVersions', detail: expect.stringContaining(told) as string },
    });
  });
});
