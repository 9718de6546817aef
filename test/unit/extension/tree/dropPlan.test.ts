import { describe, expect, it } from 'vitest';
import { bucketName, connectionId, objectKey } from '../../../../src/model/ids';
import { dropFolder, parseUriList } from '../../../../src/extension/tree/dropPlan';
import type { BucketNode, FolderNode, ObjectNode } from '../../../../src/extension/nodes/treeNode';

const connectionOf = (id: string): ObjectNode['connection'] => ({
  kind: 'hmac',
  id: connectionId(id),
  name: id,
  endpoint: 'https://example.com',
  region: 'us-south',
  addressingStyle: 'path',
});
const photos = { name: bucketName('photos') };
const objectNode = (key: string, connection = 'home'): ObjectNode => ({
  kind: 'object',
  connection: connectionOf(connection),
  bucket: photos,
  object: { key: objectKey(key), sizeBytes: 1, modifiedAtMs: 0, etag: 'e' },
  hasVersions: false,
  parentPrefix: key.slice(0, key.lastIndexOf('/') + 1),
});
const folderNode: FolderNode = {
  kind: 'folder',
  connection: connectionOf('home'),
  bucket: photos,
  prefix: 'b/',
  parentPrefix: '',
  filter: '',
};
const bucketNode: BucketNode = {
  kind: 'bucket',
  connection: connectionOf('home'),
  bucket: photos,
  isExtra: false,
  filter: '',
};
const folder = { connectionId: connectionId('home'), bucket: photos.name, prefix: 'b/' };

describe('where a drop goes', () => {
  it('is the folder or bucket, or the folder that shows the object', () => {
    expect(dropFolder(folderNode)).toEqual(folder);
    expect(dropFolder(bucketNode)).toEqual({ ...folder, prefix: '' });
    expect(dropFolder(objectNode('b/x'))).toEqual(folder);
    expect(dropFolder({ kind: 'loadMore', parent: folderNode, shownCount: 1 })).toEqual(folder);
  });

  it('is nowhere on a connection or beside the rows', () => {
    expect(dropFolder(undefined)).toBeUndefined();
    expect(dropFolder({ kind: 'connection', connection: connectionOf('home'), isLocal: false })).toBeUndefined();
  });
});

describe('a list of URIs', () => {
  it('is one per line, without comments', () => {
    expect(parseUriList('# files\r\nfile:///a\r\n\r\nfile:///b%20c\n')).toEqual(['file:///a', 'file:///b%20c']);
  });
});
