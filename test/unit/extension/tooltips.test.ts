import { expect, it, vi } from 'vitest';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';
import type { TreeNode } from '../../../src/extension/nodes/treeNode';
import type { Connections, EngineClient } from '../../../src/extension/services';

vi.mock('../../../src/extension/ui/vscode', () => ({
  l10n: { t: (message: string) => message },
  factsTooltip: (_title: string, facts: readonly unknown[]) => facts,
}));
const { describeNode } = await import('../../../src/extension/tree/tooltips');

it('metadata in the tooltip of an object reads as it was written, whatever it was stored as', async () => {
  const key = objectKey('a');
  const object = { key, sizeBytes: 1, modifiedAtMs: 0, etag: 'e' };
  const metadata = { author: '=?UTF-8?B?SsO8cmdlbg==?=', plain: 'as it is', broken: '=?UTF-8?B?/w==?=' };
  const info = { ...object, headers: {}, metadata, tagCount: 0, checksums: {}, protection: {} };
  const engine = { send: async () => ({ ok: true, value: info }) } as unknown as EngineClient;
  const place = { connection: { id: connectionId('c') }, bucket: { name: bucketName('b') } };
  const node = { kind: 'object', object, ...place } as unknown as TreeNode;
  const facts = await describeNode(node, engine, {} as Connections, { isCancellationRequested: false } as never);
  expect(facts).toEqual(
    expect.arrayContaining([
      ['x-amz-meta-author', 'Jürgen'],
      ['x-amz-meta-plain', 'as it is'],
      ['x-amz-meta-broken', '=?UTF-8?B?/w==?='],
    ]),
  );
});
