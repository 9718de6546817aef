import { describe, expect, it } from 'vitest';
import { bucketName, connectionId, objectKey } from '../../../../src/model/ids';
import { deleteQuestion } from '../../../../src/extension/objects/deleteQuestion';
import {
  keysText,
  localFileName,
  objectsOf,
  parseBucketAndKey,
  rowCount,
  s3UrisText,
} from '../../../../src/extension/command/keyText';
import type { ObjectsTarget } from '../../../../src/extension/command/targets';
import { english } from '../transfers/snapshots';

const selected = (keys: string[], prefixes: string[] = [], bucket = 'photos'): ObjectsTarget => ({
  connectionId: connectionId('home'),
  bucket: bucketName(bucket),
  keys: keys.map(objectKey),
  prefixes,
});

describe('what is copied of a selection', () => {
  const targets = [selected(['a b', 'c'], ['d/']), selected(['e'], [], 'other')];

  it('is every key and prefix', () => {
    expect(keysText(targets)).toBe('d/\na b\nc\ne');
    expect(s3UrisText(targets)).toBe('s3://photos/d/\ns3://photos/a b\ns3://photos/c\ns3://other/e');
  });

  it('counts rows and finds objects', () => {
    expect(rowCount(targets)).toBe(4);
    expect(objectsOf(targets).map(({ bucket, key }) => `${bucket}/${key}`)).toEqual([
      'photos/a b',
      'photos/c',
      'other/e',
    ]);
  });
});

describe('a typed bucket and key', () => {
  it('is split at the first slash', () => {
    expect(parseBucketAndKey('photos/a/b')).toEqual({ bucket: 'photos', key: 'a/b' });
    expect(parseBucketAndKey('photos//a')).toEqual({ bucket: 'photos', key: '/a' });
  });

  it.each(['', 'photos', 'photos/', '/a'])('is incomplete: "%s"', (text) => {
    expect(parseBucketAndKey(text)).toBeUndefined();
  });
});

describe('the file name that a download offers', () => {
  it.each([
    ['a/b.txt', 'b.txt'],
    ['a/b/', 'b'],
    ['what?.txt', 'what_.txt'],
    ['c:\\x', 'c_~5Cx'],
    ['../..', '~2E~2E'],
    ['//', 'object'],
    ['dots..', 'dots'],
  ])('of "%s" is "%s"', (key, name) => {
    expect(localFileName(key)).toBe(name);
  });
});

describe('the question before a deletion', () => {
  const question = (targets: ObjectsTarget[], objects: number, bytes = 0, isComplete = true) =>
    deleteQuestion(targets, { objects, bytes, isComplete }, { isUndoable: false, held: undefined }, english);

  it('names one object', () => {
    expect(question([selected(['a'])], 1).message).toBe('Delete the object "photos/a"?');
  });

  it('says how much one folder holds', () => {
    expect(question([selected([], ['d/'])], 1234, 5_000_000).message).toBe(
      'Delete the folder and the 1,234 objects (5.00 MB) in it: "photos/d/"?',
    );
    expect(question([selected([], ['d/'])], 1).message).toBe('Delete the folder and the 1 object in it: "photos/d/"?');
  });

  it('admits when it stopped counting', () => {
    expect(question([selected(['a'], ['d/'])], 10_000, 1, false).message).toBe('Delete more than 10,000 objects?');
  });

  it('names at most ten and says what it means', () => {
    const { message, detail } = question([selected(Array.from({ length: 12 }, (_, n) => `k${n}`))], 12);
    expect(message).toBe('Delete 12 objects?');
    expect(detail.split('\n').slice(9, 13)).toEqual([
      'photos/k9',
      '… and 2 more',
      '',
      'Deleted objects cannot be brought back. Only if the bucket keeps versions do the earlier versions stay.',
    ]);
  });

  it('says before it is tried what the service will not delete', () => {
    const count = { objects: 20, bytes: 0, isComplete: true };
    const of = (held: Parameters<typeof deleteQuestion>[2]['held']) =>
      deleteQuestion([selected(['a', 'b'])], count, { isUndoable: false, held }, english).detail;
    expect(of({ protected: 3, looked: 20 })).toContain(
      '3 of 20 that were looked at are protected; the service will not delete them.',
    );
    expect(of({ protected: 1, looked: 1, untilMs: Date.UTC(2030, 0, 31, 12) })).toContain(
      'It is protected until 31 Jan 2030; the service will not delete it.',
    );
  });

  it('says that a deletion can be undone where the bucket keeps versions', () => {
    const count = { objects: 1, bytes: 0, isComplete: true };
    expect(deleteQuestion([selected(['a'])], count, { isUndoable: true, held: undefined }, english).detail).toContain(
      'brought back with Undo',
    );
  });
});
