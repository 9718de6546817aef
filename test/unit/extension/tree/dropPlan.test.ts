import { describe, expect, it } from 'vitest';
import { bucketName, connectionId, objectKey } from '../../../../src/model/ids';
import { dropFolder, parseUriList, planDrop } from '../../../../src/extension/tree/dropPlan';
import type { BucketNode, FolderNode, ObjectNode } from '../../../../src/extension/tree/treeNode';

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

describe('dropping objects onto a folder', () => {
  it('gives each its name below the folder', () => {
    const plan = planDrop([objectNode('a/x.txt'), objectNode('y')], folder);
    expect(plan.kind === 'copy' ? plan.items.map(({ target }) => target.key) : plan).toEqual(['b/x.txt', 'b/y']);
  });

  it('leaves out what is there already', () => {
    expect(planDrop([objectNode('b/x')], folder)).toEqual({ kind: 'nothing' });
  });

  it('refuses folders, other connections and objects that would overwrite each other', () => {
    const reason = (plan: ReturnType<typeof planDrop>) => (plan.kind === 'refused' ? plan.reason : plan.kind);
    expect(reason(planDrop([objectNode('x'), folderNode], folder))).toBe('folders');
    expect(reason(planDrop([objectNode('x', 'other')], folder))).toBe('otherConnection');
    expect(reason(planDrop([objectNode('a/x'), objectNode('c/x')], folder))).toBe('sameNames');
  });
});

describe('a list of URIs', () => {
  it('is one per line, without comments', () => {
    expect(parseUriList('# files\r\nfile:///a\r\n\r\nfile:///b%20c\n')).toEqual(['file:///a', 'file:///b%20c']);
  });
});
