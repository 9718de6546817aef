import { describe, expect, it } from 'vitest';
import { bucketName, connectionId, objectKey } from '../../../../src/model/ids';
import { folderRename, planDuplicates, planOrganise } from '../../../../src/extension/organise/organisePlan';
import { incomparableQuestion } from '../../../../src/extension/organise/incomparableText';
import {
  downloadQuestion,
  jobDetail,
  needsCount,
  organiseQuestion,
  uploadQuestion,
} from '../../../../src/extension/organise/organiseTexts';
import { parseBucketAndFolder } from '../../../../src/extension/command/keyText';
import { english } from './snapshots';

const home = connectionId('home');
const selected = (keys: string[], prefixes: string[] = [], bucket = 'photos', connection = home) => ({
  connectionId: connection,
  bucket: bucketName(bucket),
  keys: keys.map(objectKey),
  prefixes,
});
const folder = { connectionId: home, bucket: bucketName('photos'), prefix: 'b/' };
const requestsOf = (plan: ReturnType<typeof planOrganise>) => {
  if (plan.kind !== 'run') throw new Error(`expected requests, not ${plan.kind}`);
  return plan.requests;
};

describe('putting a selection into a folder', () => {
  it('is one request for each bucket, read through its own connection', () => {
    const other = connectionId('work');
    const plan = planOrganise([selected(['x'], ['f/']), selected(['y'], [], 'logs', other)], folder, 'move');
    expect(requestsOf(plan)).toEqual([
      {
        kind: 'copy',
        connectionId: home,
        source: { bucket: 'photos', keys: ['x'], prefixes: ['f/'] },
        target: { bucket: 'photos', prefix: 'b/' },
        deleteSource: true,
        clash: 'ask',
      },
      {
        kind: 'copy',
        connectionId: home,
        source: { bucket: 'logs', keys: ['y'], prefixes: [], connectionId: other },
        target: { bucket: 'photos', prefix: 'b/' },
        deleteSource: true,
        clash: 'ask',
      },
    ]);
  });

  it('duplicates what is copied to where it lies, and does not move it', () => {
    expect(planOrganise([selected(['b/x'], ['b/f/'])], folder, 'move')).toEqual({ kind: 'nothing' });
    const requests = requestsOf(planOrganise([selected(['b/x', 'y'])], folder, 'copy'));
    expect(requests.map(({ source, clash }) => [source.keys, clash])).toEqual([
      [['y'], 'ask'],
      [['b/x'], 'keepBoth'],
    ]);
  });

  it('refuses a folder into itself and below itself, but not into its neighbour', () => {
    expect(planOrganise([selected([], ['b/'])], folder, 'copy')).toEqual({ kind: 'intoItself', prefix: 'b/' });
    const deep = { ...folder, prefix: 'b/c/' };
    expect(planOrganise([selected([], ['b/'])], deep, 'move')).toEqual({ kind: 'intoItself', prefix: 'b/' });
    expect(planOrganise([selected([], ['b/'])], { ...folder, prefix: 'bb/' }, 'move').kind).toBe('run');
    expect(planOrganise([selected([], ['b/'], 'other')], deep, 'move').kind).toBe('run');
  });

  it('duplicates each beside what it is a copy of', () => {
    const requests = planDuplicates([selected(['a/x', 'y'], ['a/f/'])]);
    expect(requests.map(({ source, target }) => [target.prefix, source.keys, source.prefixes])).toEqual([
      ['a/', ['a/x'], ['a/f/']],
      ['', ['y'], []],
    ]);
    expect(requests.every(({ clash, deleteSource }) => clash === 'keepBoth' && !deleteSource)).toBe(true);
  });
});

describe('the question before a job', () => {
  const move = requestsOf(planOrganise([selected(['x'], ['f/'])], folder, 'move'));
  const copy = requestsOf(planOrganise([selected(['x'])], folder, 'copy'));
  const count = (objects: number, bytes = 0, isComplete = true) => ({ objects, bytes, isComplete });

  it('says of a move how many are copied and then deleted', () => {
    expect(organiseQuestion(move, count(12, 2000), 'photos/b/', english)).toEqual({
      message: 'Move 12 objects (2.00 kB) to "photos/b/"?',
      detail:
        '12 objects (2.00 kB) are copied; each is deleted at its old place once its copy is verified. One that fails stays where it is.\nThe service copies by itself; the bytes do not go through this computer.\nAt least 25 requests are sent to the service.',
      button: 'Move',
    });
    expect(organiseQuestion(move, count(1), 'photos/b/', english)).toBeUndefined();
  });

  it('says of a move what no checksum will compare, and what reading it takes', () => {
    const some = { ...count(12, 2000), incomparable: { objects: 2, bytes: 1500 } };
    expect(jobDetail(move, some, 'move', english)).toContain(
      'The service copies by itself. The checksums of 2 objects (1.50 kB) cannot be compared with those of their copies: you will be asked whether both are read through this computer, or the service is trusted.',
    );
    expect(jobDetail(copy, some, 'copy', english)).toContain('do not go through this computer');
    const question = incomparableQuestion(some, english);
    expect(question.message).toBe('No checksum compares 2 objects (1.50 kB) with the copies. What is to prove them?');
    expect(question.detail).toContain('Read Both reads these and their copies through this computer, 3.00 kB,');
    expect(question.detail).toContain('Trust the Service compares the size alone');
    expect(incomparableQuestion({ ...some, isComplete: false }, english).detail).toContain('the answer is for all');
  });

  it('is asked of a copy only when it is large', () => {
    expect(organiseQuestion(copy, count(1000), 'photos/b/', english)).toBeUndefined();
    expect(organiseQuestion(copy, count(1001), 'photos/b/', english)?.button).toBe('Copy');
    expect(organiseQuestion(copy, count(1, 2 * 1024 ** 3), 'photos/b/', english)?.button).toBe('Copy');
    expect(organiseQuestion(copy, count(10_000, 0, false), 'p', english)?.message).toContain(
      'more than 10,000 objects',
    );
  });

  it('says when the bytes go through this computer', () => {
    const other = requestsOf(planOrganise([selected(['x'], [], 'logs', connectionId('work'))], folder, 'copy'));
    expect(jobDetail(other, count(1), 'copy', english)).toContain('go through this computer');
    expect(jobDetail(copy, count(1), 'copy', english)).toContain('do not go through this computer');
  });

  it('is asked of downloads and uploads that are large, with the requests that they take', () => {
    expect(downloadQuestion(count(1000, 5e8), '/home/me', english)).toBeUndefined();
    expect(downloadQuestion(count(2500, 5e9), '/home/me', english)).toEqual({
      message: 'Download 2,500 objects (5.00 GB) to "/home/me"?',
      detail: 'At least 2,503 requests are sent to the service.\nThere must be room for it on this machine.',
      button: 'Download',
    });
    expect(uploadQuestion(count(3, 10), 'photos/', english)).toBeUndefined();
    expect(uploadQuestion(count(10_000, 10, false), 'photos/', english)).toEqual({
      message: 'Upload more than 10,000 objects to "photos/"?',
      detail:
        'At least 10,001 requests are sent to the service: one for each file, more for large ones. Until the service has shown that it refuses to overwrite what exists, each object is looked for as well: 20,001 in all.',
      button: 'Upload',
    });
  });

  it('needs a count where there are folders, and of what is moved', () => {
    const one = requestsOf(planOrganise([selected(['x'])], folder, 'move'));
    expect([needsCount(move), needsCount(one), needsCount(copy)]).toEqual([true, true, false]);
  });
});

describe('names', () => {
  it('puts what is in a folder below its new name', () => {
    const request = folderRename({ connectionId: home, bucket: bucketName('photos'), prefix: 'a/old/' }, 'a/new/');
    expect(request).toMatchObject({
      source: { prefixes: ['a/old/'], contentsOnly: true },
      target: { prefix: 'a/new/' },
    });
  });

  it('takes a bucket and folder as people type them', () => {
    expect(parseBucketAndFolder('photos')).toEqual({ bucket: 'photos', prefix: '' });
    expect(parseBucketAndFolder('photos/')).toEqual({ bucket: 'photos', prefix: '' });
    expect(parseBucketAndFolder('photos/a/b')).toEqual({ bucket: 'photos', prefix: 'a/b/' });
  });
});
