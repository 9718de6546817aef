import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketName, connectionId, objectKey } from '../../../../src/model/ids';
import { folderUri, objectUri } from '../../../../src/model/objectUri';
import { baseName, objectId, parentPrefix, placeOf } from '../../../../src/extension/nodes/place';

const connection = connectionId('home');
const bucket = bucketName('photos');

describe('what a URI names', () => {
  it('names connections, buckets and entries', () => {
    const at = (path: string) => placeOf({ scheme: 'ibmcos', authority: 'home', path, query: '' });
    expect(at('')).toMatchObject({ kind: 'connection' });
    expect(at('/')).toMatchObject({ kind: 'connection' });
    expect(at('/photos')).toMatchObject({ kind: 'bucket', bucket: 'photos' });
    expect(at('/photos/')).toMatchObject({ kind: 'bucket', bucket: 'photos' });
    expect(at('/photos/a/b')).toMatchObject({ kind: 'entry', key: 'a/b', prefix: 'a/b/', isFolderOnly: false });
    expect(at('/photos/a/b/')).toMatchObject({ kind: 'entry', key: 'a/b', prefix: 'a/b/' });
  });

  it('refuses other schemes and what cannot be a connection', () => {
    expect(placeOf({ scheme: 'file', authority: 'home', path: '/a', query: '' })).toBeUndefined();
    expect(placeOf({ scheme: 'ibmcos', authority: 'NOT A CONNECTION', path: '/a', query: '' })).toBeUndefined();
  });

  it('tells a folder beside an object of the same name by its suffix', () => {
    const place = placeOf({ scheme: 'ibmcos', authority: 'home', path: '/photos/a~d', query: '' });
    expect(place).toMatchObject({ kind: 'entry', key: 'a', prefix: 'a/', isFolderOnly: true });
  });

  it('tells the folder of a leading slash from the bucket', () => {
    const uri = folderUri(connection, bucket, '/');
    expect(placeOf(uri)).toMatchObject({ kind: 'entry', key: '', prefix: '/', isFolderOnly: true });
  });

  it('tells the folder beside an object whose key ends in a slash', () => {
    const place = placeOf({ scheme: 'ibmcos', authority: 'home', path: '/photos/a/~~d', query: '' });
    expect(place).toMatchObject({ key: 'a/', prefix: 'a//', isFolderOnly: true });
  });

  it('finds every key and version again', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'binary' }), fc.option(fc.string()), (text, version) => {
        const versionId = version ?? undefined;
        const place = placeOf(objectUri(connection, bucket, objectKey(text), versionId));
        expect(place).toMatchObject({ kind: 'entry', key: text, prefix: `${text}/` });
        expect(place?.kind === 'entry' ? place.versionId : 'none').toBe(versionId);
      }),
    );
  });

  it('gives different objects different ids', () => {
    const id = (key: string, versionId?: string) =>
      objectId({
        connectionId: connection,
        bucket,
        key: objectKey(key),
        ...(versionId === undefined ? {} : { versionId }),
      });
    expect(new Set([id('a'), id('a/'), id('a//b'), id('a/b'), id('a', '1'), id('a?'), id('a', '')]).size).toBe(7);
  });
});

describe('the parts of a key', () => {
  it('names the folder that lists a key or a folder', () => {
    expect(['a', 'a/b', 'a/b/', 'a//', '/a', '/'].map(parentPrefix)).toEqual(['', 'a/', 'a/', 'a/', '/', '']);
  });

  it('names the last segment', () => {
    expect(['a', 'a/b', 'a/b/', 'a//'].map(baseName)).toEqual(['a', 'b', 'b', '']);
  });
});
