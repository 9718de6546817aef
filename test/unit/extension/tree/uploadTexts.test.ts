import { describe, expect, it } from 'vitest';
import { bucketName, connectionId, objectKey, type UploadId } from '../../../../src/model/ids';
import { targetOf } from '../../../../src/extension/command/targets';
import { heldText, presentUpload, presentUploads } from '../../../../src/extension/uploads/uploadTexts';
import type { BucketNode, UploadNode, UploadsNode } from '../../../../src/extension/nodes/treeNode';
import { english } from '../transfers/snapshots';

const hour = 3_600_000;
const connection = {
  kind: 'hmac',
  id: connectionId('home'),
  name: 'home',
  endpoint: 'https://example.com',
  region: 'us-south',
  addressingStyle: 'path',
} as const;
const parent: BucketNode = {
  kind: 'bucket',
  connection,
  bucket: { name: bucketName('photos') },
  isExtra: false,
  filter: '',
};
const upload = (key: string, bytes?: number) => ({
  key: objectKey(key),
  uploadId: `id of ${key}` as UploadId,
  initiatedAtMs: 0,
  ...(bytes === undefined ? {} : { bytes, parts: 3 }),
});
const row = (key: string): UploadNode => ({ kind: 'upload', connection, parent, upload: upload(key, 15_000_000) });
const all: UploadsNode = {
  kind: 'uploads',
  connection,
  parent,
  uploads: [upload('a', 15_000_000), upload('b', 1000)],
  isComplete: true,
};

describe('incomplete uploads in the tree', () => {
  it('show what they hold and how old they are', () => {
    expect(presentUpload(row('a'), 5 * hour, english).description).toBe('15.0 MB in 3 parts · begun 5 h ago');
    const small: UploadNode = { ...row('a'), upload: { ...upload('a', 1), parts: 1 } };
    expect(presentUpload(small, 0, english).description).toContain('1 B in 1 part · begun');
    const running: UploadNode = { ...row('a'), upload: { ...upload('a', 1), isRunning: true } };
    expect(presentUpload(running, 0, english).description).toBe('1 B in 3 parts · running now');
    expect(presentUploads(all, english).description).toBe('2 uploads, 15.0 MB');
  });

  it('say no more than is known', () => {
    expect(heldText([upload('a', 1000), upload('b')], true, english)).toBe('2 uploads, at least 1.00 kB');
    expect(heldText([upload('a', 1000)], false, english)).toBe('more than 1 uploads, at least 1.00 kB');
  });

  it('are worked on one, several or all at once', () => {
    const keys = (nodes: readonly (UploadNode | UploadsNode)[]) =>
      targetOf('uploads', { nodes, uris: [] })?.uploads.map(({ key }) => key);
    expect(keys([row('a')])).toEqual(['a']);
    expect(keys([row('a'), row('b')])).toEqual(['a', 'b']);
    expect(keys([all])).toEqual(['a', 'b']);
    expect(targetOf('uploads', { nodes: [parent], uris: [] })).toBeUndefined();
  });
});
