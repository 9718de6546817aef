import { expect, it } from 'vitest';
import type { Conditions } from '../../../../src/engine/cos/conditions';
import type { LastLook } from '../../../../src/engine/cos/lastLook';
import type { WholeState } from '../../../../src/engine/cos/objectState';
import { createRewrite, type RewriteParts } from '../../../../src/engine/cos/rewrite';
import type { Sdk } from '../../../../src/engine/cos/sdk';
import { bucketName, objectKey, type UploadId } from '../../../../src/model/ids';
import { ManualClock } from '../../../fakes/manualClock';

it('aborts the upload of a copy only when none of its parts is on its way any more', async () => {
  const calls: string[] = [];
  const parts = {
    createMultipartUpload: async () => 'upload' as UploadId,
    uploadPartCopy: async (_source: unknown, _target: unknown, { partNumber }: { partNumber: number }) => {
      if (partNumber === 1) throw new Error('refused');
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      calls.push(`part ${partNumber}`);
      return { partNumber, etag: 'e' };
    },
    abortMultipartUpload: async () => void calls.push('abort'),
  };
  const limits = { maxCopyBytes: 1, partBytes: 1 };
  const look = { settle: async () => undefined } as unknown as LastLook;
  const clock = new ManualClock();
  const rewrite = createRewrite({} as Sdk, clock, {} as Conditions, parts as unknown as RewriteParts, look, limits);
  const info = { sizeBytes: 3, etag: 'e', headers: {}, metadata: {}, checksums: {}, tagCount: 0, protection: {} };
  const state = { info, tags: {}, acl: 'private', protection: { kind: 'none', mechanism: 'none' } };
  const plan = {
    attributes: { headers: {}, metadata: {}, tags: {} },
    acl: 'private',
    lock: 'keep',
    condition: { kind: 'always' },
  } as const;
  const source = { bucket: bucketName('bucket'), key: objectKey('key') };
  const made = rewrite(source, state as unknown as WholeState, plan, 'copy', new AbortController().signal);
  await expect(made).rejects.toThrow('refused');
  expect(calls).toEqual(['part 2', 'part 3', 'abort']);
});
