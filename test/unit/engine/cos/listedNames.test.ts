import { describe, expect, it } from 'vitest';
import { systemClock } from '../../../../src/engine/clock';
import { createBucketProtection } from '../../../../src/engine/cos/bucketProtection';
import { createListing } from '../../../../src/engine/cos/listing';
import { createHeadObject } from '../../../../src/engine/cos/objects';
import { createProtection } from '../../../../src/engine/cos/protection';
import { createVersions } from '../../../../src/engine/cos/versions';
import { createUploadListing } from '../../../../src/engine/cos/uploadListing';
import { bucketName, objectKey, type ObjectKey, type UploadId } from '../../../../src/model/ids';
import { wireOf } from '../../../fakes/answeringWire';

const never = new AbortController().signal;
const bucket = bucketName('b');
const query = { prefix: 'mine/', delimiter: '/' } as const;
const object = (key: string, size: string) =>
  `<Key>${key}</Key><Size>${size}</Size><LastModified>2026-01-01T00:00:00Z</LastModified><ETag>"e"</ETag>`;

const changed = (date: string) => `<LastModified>${date}</LastModified>`;

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

const listUploads = (inside: string, cursor?: { key: ObjectKey; uploadId: UploadId }) => {
  const document = `<ListMultipartUploadsResult>${inside}</ListMultipartUploadsResult>`;
  const from = cursor === undefined ? {} : { cursor };
  const wire = wireOf({ ListMultipartUploads: document });
  return createUploadListing(wire).listMultipartUploads(bucket, { prefix: 'mine/', ...from }, never);
};
const upload = (key: string, id = 'u', date = '2026-01-01T00:00:00Z') =>
  `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${date}</Initiated></Upload>`;

describe('a listing of open uploads', () => {
  it('is taken where all of it lies below the prefix, with where it goes on', async () => {
    const more =
      '<IsTruncated>true</IsTruncated><NextKeyMarker>mine/a</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker>';
    expect(await listUploads(`${more}${upload('mine/a')}`)).toEqual({
      uploads: [{ key: 'mine/a', uploadId: 'u', initiatedAtMs: Date.UTC(2026, 0, 1) }],
      nextCursor: { key: 'mine/a', uploadId: 'u' },
    });
  });

  it.each([
    ['an upload that was not asked for', upload('other/a'), 'not below "mine/"'],
    [
      'an upload without a key',
      '<Upload><UploadId>u</UploadId><Initiated>2026-01-01T00:00:00Z</Initiated></Upload>',
      'without a name',
    ],
    ['an upload without an id', upload('mine/a', ''), 'without the id of its upload'],
    ['an upload from nowhere in time', upload('mine/a', 'u', 'yesterday'), 'without a date'],
    ['no place to go on at', `<IsTruncated>true</IsTruncated>${upload('mine/a')}`, 'goes on, but not where'],
    [
      'a place to go on at that it has gone on at before',
      `<IsTruncated>true</IsTruncated><NextKeyMarker>mine/a</NextKeyMarker><NextUploadIdMarker>u</NextUploadIdMarker>`,
      'repeats where the last page ended',
    ],
  ])('is refused as a whole where it holds %s', async (_what, inside, detail) => {
    const cursor = { key: objectKey('mine/a'), uploadId: 'u' as UploadId };
    await expect(listUploads(inside, cursor)).rejects.toMatchObject({
      error: { kind: 'unsupported', op: 'ListMultipartUploads', detail: expect.stringContaining(detail) as string },
    });
  });
});

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
    ['an empty size', `<Contents>${object('mine/a', '')}</Contents>`, 'size'],
    ['no size', `<Contents><Key>mine/a</Key>${changed('2026-01-01T00:00:00Z')}</Contents>`, 'size'],
    ['no date', '<Contents><Key>mine/a</Key><Size>1</Size></Contents>', 'date'],
    ...['', 'yesterday', '7', '2026-02-30T00:00:00Z', '2026-01-01T00:00:00', '0001-01-01T00:00:00Z'].map(
      (date): [string, string, string] => [
        `the date ${JSON.stringify(date)}`,
        `<Contents><Key>mine/a</Key><Size>1</Size>${changed(date)}</Contents>`,
        'without a date that can be read',
      ],
    ),
    [
      'an object twice',
      `<Contents>${object('mine/a', '1')}</Contents><Contents>${object('mine/a', '2')}</Contents>`,
      'twice',
    ],
  ])('of objects is refused as a whole for %s', async (_what, inside, told) => {
    await expect(list(inside)).rejects.toMatchObject({
      error: { kind: 'unsupported', op: 'ListObjectsV2', detail: expect.stringContaining(told) as string },
    });
  });

  it.each([
    ['a version elsewhere', `<Version>${object('yours/k', '5')}<VersionId>v</VersionId></Version>`, '"yours/k"'],
    ['a marker elsewhere', `<DeleteMarker><Key>yours/k</Key><VersionId>v</VersionId></DeleteMarker>`, '"yours/k"'],
    ['a size that is no number', `<Version>${object('mine/a', 'x')}<VersionId>v</VersionId></Version>`, 'size'],
    ['a version without its id', `<Version>${object('mine/a', '1')}</Version>`, 'without the id of its version'],
    ['a version twice', `<Version>${object('mine/a', '1')}<VersionId>v</VersionId></Version>`.repeat(2), 'twice'],
    [
      'a marker from nowhere in time',
      '<DeleteMarker><Key>mine/a</Key><VersionId>v</VersionId></DeleteMarker>',
      'without a date that can be read',
    ],
    [
      'the current version after an old one',
      `<Version>${object('mine/a', '1')}<VersionId>1</VersionId><IsLatest>false</IsLatest></Version>
       <Version>${object('mine/a', '1')}<VersionId>2</VersionId><IsLatest>true</IsLatest></Version>`,
      'before the current one',
    ],
  ])('of versions is refused as a whole for %s', async (_what, inside, told) => {
    await expect(listVersions(inside)).rejects.toMatchObject({
      error: { kind: 'unsupported', op: 'ListObjectVersions', detail: expect.stringContaining(told) as string },
    });
  });
});
