import { describe, expect, it } from 'vitest';
import { bucketName, connectionId, objectKey } from '../../../../src/model/ids';
import type { TransferRequest } from '../../../../src/protocol/requests';
import { changesOf } from '../../../../src/extension/transfers/changesOf';
import { snapshotOf } from './snapshots';

const at = { connectionId: connectionId('home'), bucket: bucketName('photos') };
const seen = (request: TransferRequest, changes = {}) =>
  changesOf(request, snapshotOf({ state: 'done', ...changes })).map(
    ({ bucket, prefix, keys, kind }) => `${bucket} "${prefix}" ${keys?.join(' ') ?? 'all'} ${kind}`,
  );

describe('what a transfer changed', () => {
  it('is the folder that was uploaded to', () => {
    expect(seen({ kind: 'upload', ...at, prefix: 'a/', sources: [], clash: 'ask' })).toEqual([
      'photos "a/" all changed',
    ]);
  });

  it('is nothing for a download', () => {
    expect(seen({ kind: 'download', ...at, sources: [], folderFsPath: '/x', clash: 'ask' })).toEqual([]);
  });

  it('is each folder that lost keys, each folder that went away, and those that showed them', () => {
    const keys = ['x', 'a/1', 'a/2'].map(objectKey);
    const request: TransferRequest = { kind: 'delete', ...at, keys, prefixes: ['b/c/', 'b/d/'] };
    expect(seen(request)).toEqual([
      'photos "" x deleted',
      'photos "a/" a/1 a/2 deleted',
      'photos "b/c/" all deleted',
      'photos "b/d/" all deleted',
      'photos "b/" all changed',
    ]);
  });

  it('is told of a hundred thousand keys at once', () => {
    const keys = Array.from({ length: 100_000 }, (_, at) => objectKey(`a/${at}`));
    const [change, ...others] = changesOf({ kind: 'delete', ...at, keys, prefixes: [] }, snapshotOf({ state: 'done' }));
    expect(change?.keys).toHaveLength(100_000);
    expect(others).toEqual([]);
  });

  it('does not call deleted what may still be there', () => {
    const request: TransferRequest = { kind: 'delete', ...at, keys: [objectKey('x')], prefixes: [] };
    expect(seen(request, { itemsFailed: 1 })).toEqual(['photos "" x changed']);
    expect(seen(request, { state: 'cancelled' })).toEqual(['photos "" x changed']);
  });

  it('is target and source of a rename', () => {
    const source = { bucket: at.bucket, keys: [objectKey('a/1')], prefixes: [] };
    const target = { bucket: bucketName('other'), prefix: '', key: objectKey('b/2') };
    const request: TransferRequest = { kind: 'copy', ...at, source, target, deleteSource: true, clash: 'fail' };
    expect(seen(request)).toEqual(['other "b/" b/2 changed', 'photos "a/" a/1 deleted']);
    expect(seen({ ...request, deleteSource: false })).toEqual(['other "b/" b/2 changed']);
    expect(seen(request, { state: 'failed' })).toEqual(['other "b/" b/2 changed', 'photos "a/" a/1 changed']);
  });

  it('is target and source of a folder that moves, with the folders that show both', () => {
    const source = { bucket: at.bucket, keys: [], prefixes: ['a/f/'] };
    const target = { bucket: bucketName('other'), prefix: 'b/' };
    const request: TransferRequest = { kind: 'copy', ...at, source, target, deleteSource: true, clash: 'fail' };
    expect(seen(request)).toEqual([
      'other "b/f/" all changed',
      'other "b/" all changed',
      'photos "a/f/" all deleted',
      'photos "a/" all changed',
    ]);
    expect(seen(request, { itemsFailed: 1 })).toContain('photos "a/f/" all changed');
    const renamed = {
      ...request,
      source: { ...source, contentsOnly: true },
      target: { ...target, prefix: 'b/g/' },
    } as const;
    expect(seen(renamed).slice(0, 2)).toEqual(['other "b/g/" all changed', 'other "b/" all changed']);
  });
});
