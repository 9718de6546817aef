import { describe, expect, it } from 'vitest';
import { selectionOfArguments, targetOf } from '../../../src/extension/command/targets';
import {
  bucketChildren,
  folderChildren,
  startingServerChildren,
  stoppedServerChildren,
} from '../../../src/extension/tree/children';
import type { FolderState } from '../../../src/extension/tree/listingStore';
import { contextWords, present } from '../../../src/extension/tree/presentation';
import {
  nodeId,
  type BucketNode,
  type ConnectionNode,
  type FolderNode,
  type TreeNode,
} from '../../../src/extension/nodes/treeNode';
import { formatAge, formatBytes } from '../../../src/extension/ui/format';
import type { Translate } from '../../../src/extension/ui/translate';
import type { Connection } from '../../../src/model/connection';
import type { CosError } from '../../../src/model/cosError';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';
import { objectUri } from '../../../src/model/objectUri';

const t: Translate = (message, ...args) =>
  message.replace(/\{(\d)\}/g, (_all, index: string) => String(args[Number(index)]));

const connection: Connection = {
  kind: 'iam',
  id: connectionId('c'),
  name: 'Mine',
  serviceInstanceId: 'i',
  endpoint: 'https://s3.example',
};
const top: ConnectionNode = { kind: 'connection', connection, isLocal: false };
const summary = { name: bucketName('logs'), location: 'us-south', storageClass: 'smart' };
const bucket: BucketNode = { kind: 'bucket', connection, bucket: summary, isExtra: false, filter: '' };
const folder: FolderNode = { kind: 'folder', connection, bucket: summary, prefix: 'a/', parentPrefix: '', filter: '' };
const object = (key: string, parentPrefix = ''): TreeNode => ({
  kind: 'object',
  connection,
  bucket: summary,
  object: { key: objectKey(key), sizeBytes: 1234, modifiedAtMs: 0, etag: 'e' },
  parentPrefix,
  hasVersions: false,
});
const state = (fields: Partial<FolderState>): FolderState => ({
  folders: [],
  objects: [],
  hasMore: false,
  isStopped: false,
  filter: '',
  ...fields,
});
const failure = (kind: CosError['kind'], reason?: CosError['reason']): CosError => ({
  kind,
  op: 'objects/listPage',
  retry: 'later',
  detail: '',
  ...(reason === undefined ? {} : { reason }),
});
const labels = (nodes: readonly TreeNode[]): string[] => nodes.map((node) => present(node, 0, t).label);

describe('children of a node', () => {
  it('are folders, then objects, then Load more', () => {
    const objects = [{ key: objectKey('z'), sizeBytes: 0, modifiedAtMs: 0, etag: '' }];
    const nodes = folderChildren(
      bucket,
      state({ folders: ['b/', 'a/'], objects, hasMore: true }),
      () => '',
      () => false,
    );
    expect(labels(nodes)).toEqual(['b', 'a', 'z', 'Load more…']);
    expect(present(nodes[3]!, 0, t).description).toBe('3 shown');
  });

  it.each([
    ['an empty folder', state({}), ['Empty']],
    ['a filter without matches', state({ filter: 'x' }), ['Nothing starts with "x"', 'Clear Filter']],
    ['a stopped listing', state({ isStopped: true }), []],
    [
      'a listing that is not allowed',
      state({ error: failure('denied') }),
      [
        'Access is denied; it needs the role Content Reader, and no firewall or context rule may shut this network out',
        'Go to Key…',
        'Why Is Access Refused?',
        'Try Again',
      ],
    ],
    [
      'an unknown host',
      state({ error: failure('network', 'hostUnknown') }),
      [
        'The host name cannot be found; check the endpoint and the network',
        'Try Again',
        'Connection Doctor',
        'Edit Connection…',
        'Show Log',
      ],
    ],
    [
      'a bucket at a location without an endpoint',
      state({ error: failure('notFound', 'noSuchBucket') }),
      [
        'This bucket is in us-south; this connection has no endpoint for that location',
        'Edit Connection…',
        'Try Again',
        'Show Log',
      ],
    ],
  ])('say what to do about %s', (_name, given, expected) => {
    expect(
      labels(
        folderChildren(
          bucket,
          given,
          () => '',
          () => false,
        ),
      ),
    ).toEqual(expected);
  });

  it.each([
    ['whose location is reached', { connection: { ...connection, locationEndpoints: { 'us-south': 'https://s3.b' } } }],
    [
      'of IBM Cloud',
      { connection: { ...connection, endpoint: 'https://s3.eu-gb.cloud-object-storage.appdomain.cloud' } },
    ],
    ['of an unknown location', { bucket: { name: bucketName('logs') } }],
  ])('say that there is no such bucket for one %s', (_name, fields) => {
    const given = state({ error: failure('notFound', 'noSuchBucket') });
    expect(
      labels(
        folderChildren(
          { ...bucket, ...fields },
          given,
          () => '',
          () => false,
        ),
      ),
    ).toEqual(['There is no such bucket here; check its name and the endpoint', 'Try Again', 'Show Log']);
  });

  it('keep what was listed before a page failed', () => {
    const nodes = folderChildren(
      bucket,
      state({ folders: ['a/'], error: failure('throttled') }),
      () => '',
      () => false,
    );
    expect(labels(nodes)).toEqual(['a', 'The service is busy; try again in a moment', 'Try Again', 'Show Log']);
  });

  it('offer to replace a key that is not known any more', () => {
    const error = failure('signInNeeded', 'apiKeyUnknown');
    const nodes = bucketChildren(top, { kind: 'failed', error, buckets: [] }, () => '');
    expect(labels(nodes)).toEqual([
      'The API key was not accepted by IBM Cloud IAM; enter a valid key',
      'Replace Key…',
      'Try Again',
    ]);
  });

  it('show buckets added by name although listing buckets is denied', () => {
    const own: ConnectionNode = { ...top, connection: { ...connection, extraBuckets: ['known'] } };
    const nodes = bucketChildren(own, { kind: 'failed', error: failure('denied'), buckets: [] }, () => '');
    expect(labels(nodes)[0]).toBe('known');
    expect(present(nodes[0]!, 0, t).context).toContain('extra');
    expect(labels(nodes)).toContain('Add Bucket by Name…');
  });

  it('say that the local server starts', () => {
    expect(labels(startingServerChildren(top))).toEqual(['Starting Local Object Storage…']);
  });

  it('offer to start the local server while it does not run', () => {
    expect(labels(stoppedServerChildren(top))).toEqual([
      'Local Object Storage is not running',
      'Start Local Object Storage',
    ]);
  });
});

describe('a node', () => {
  it('shows location and class of a bucket, size and age of an object', () => {
    expect(present(bucket, 0, t).description).toBe('us-south smart');
    expect(present(object('a/b', 'a/'), 7_200_000, t)).toMatchObject({ label: 'b', description: '1.23 kB · 2 h ago' });
  });

  it('is large when no editor takes the whole object', () => {
    expect(present(object('a'), 0, t, 1233).context).toEqual(['object', 'large', 'writable']);
    expect(present(object('a'), 0, t, 1234).context).toEqual(['object', 'writable']);
  });

  it('can be seen and told apart when its name is empty', () => {
    expect(present(object('a//', 'a//'), 0, t).label).toBe('(empty name)');
    expect(present({ ...folder, prefix: 'a//', parentPrefix: 'a/' }, 0, t).label).toBe('(empty name)');
    expect(nodeId({ ...folder, prefix: 'a//', parentPrefix: 'a/' })).not.toBe(nodeId(folder));
  });

  it('has an id of its own, also beside a folder of the same name', () => {
    const nodes = [top, bucket, folder, object('a'), object('a/'), { ...bucket, bucket: { name: bucketName('x') } }];
    expect(new Set(nodes.map(nodeId)).size).toBe(nodes.length);
  });

  it('has an accessible name, and only known words in its context', () => {
    const parts: readonly TreeNode[] = [
      top,
      { ...bucket, isExtra: true, filter: 'x' },
      folder,
      object('a'),
      { kind: 'loadMore', parent: bucket, shownCount: 1 },
      ...stoppedServerChildren(top),
    ];
    for (const node of parts) {
      const shown = present(node, 0, t);
      expect(shown.accessibilityLabel).not.toBe('');
      expect(contextWords).toEqual(expect.arrayContaining([...shown.context]));
    }
  });
});

describe('the target of a command', () => {
  it('is every selected object and folder, grouped by bucket, without what a selected folder holds', () => {
    const other = { ...folder, prefix: 'a/b/', parentPrefix: 'a/' };
    const clicked = object('z');
    const selection = selectionOfArguments([clicked, [clicked, folder, other, object('a/x', 'a/'), bucket]]);
    expect(targetOf('objects', selection)).toEqual([
      { connectionId: 'c', bucket: 'logs', keys: ['z'], prefixes: ['a/'] },
    ]);
  });

  it('is the folder of a clicked object, and the bucket as the folder without a prefix', () => {
    expect(targetOf('folder', selectionOfArguments([object('a/b', 'a/')]))).toMatchObject({ prefix: 'a/' });
    expect(targetOf('folder', selectionOfArguments([bucket]))).toMatchObject({ prefix: '' });
    expect(targetOf('bucket', selectionOfArguments([top]))).toBeUndefined();
  });

  it('is the object of an editor', () => {
    const uri = objectUri(connection.id, bucketName('logs'), objectKey('a//b'), 'v1');
    const selection = selectionOfArguments([uri]);
    expect(targetOf('object', selection)).toEqual({ connectionId: 'c', bucket: 'logs', key: 'a//b', versionId: 'v1' });
    expect(targetOf('connection', selection)).toEqual({ connectionId: 'c' });
    expect(targetOf('object', selectionOfArguments([{ ...uri, scheme: 'file' }]))).toBeUndefined();
  });

  it('is the file of an editor, and never one of our own views or documents', () => {
    const file = { scheme: 'file', authority: '', path: '/notes.txt', query: '' };
    const own = ['ibmcos', 'ibmcos-view', 'ibmcos-config', 'ibmcos-report'].map((scheme) => ({ ...file, scheme }));
    expect(targetOf('localFiles', selectionOfArguments([file, [...own, file]]))).toEqual([file]);
  });

  it('is the connection that a state speaks of', () => {
    expect(targetOf('connection', selectionOfArguments([stoppedServerChildren(top)[1]]))).toEqual({
      connectionId: 'c',
    });
  });

  it('is nothing for arguments that are neither nodes nor URIs', () => {
    for (const args of [[], [undefined], ['text'], [{ kind: 'other' }]]) {
      expect(targetOf('objects', selectionOfArguments(args))).toBeUndefined();
    }
  });
});

describe('sizes and ages', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [9_999, '10.0 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [1.5e15, '1.50 PB'],
  ])('%d bytes are %s', (sizeBytes, text) => {
    expect(formatBytes(sizeBytes)).toBe(text);
  });

  it.each([
    [30_000, 'just now'],
    [90_000, '1 min ago'],
    [3 * 86_400_000, '3 d ago'],
    [-3_600_000, '1970-01-01'],
    [Number.NaN, 'at an unknown time'],
  ])('something %d ms old is said to be of %s', (ageMs, text) => {
    expect(formatAge(Number.isNaN(ageMs) ? ageMs : 0, ageMs, t)).toBe(text);
  });
});
