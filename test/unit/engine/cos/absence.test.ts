import { expect, it } from 'vitest';
import { findObject } from '../../../../src/engine/cos/absence';
import { CosFailure } from '../../../../src/engine/failure';
import type { CosErrorReason } from '../../../../src/model/cosError';
import { bucketName, objectKey } from '../../../../src/model/ids';

const address = { bucket: bucketName('b'), key: objectKey('k') };
const failing = (kind: 'notFound' | 'denied', reason?: CosErrorReason) => ({
  headObject: async () => {
    throw new CosFailure({
      kind,
      op: 'HeadObject',
      retry: 'never',
      detail: '',
      ...(reason === undefined ? {} : { reason }),
    });
  },
});
const { signal } = new AbortController();

it('takes an object for absent only where the service says so of the object itself', async () => {
  expect(await findObject(failing('notFound', 'noSuchKey'), address, signal)).toBeUndefined();
  for (const reason of ['noSuchBucket', 'wrongLocation', 'noSuchUpload', undefined] as const) {
    await expect(findObject(failing('notFound', reason), address, signal)).rejects.toMatchObject({
      error: { kind: 'notFound' },
    });
  }
  await expect(findObject(failing('denied'), address, signal)).rejects.toMatchObject({ error: { kind: 'denied' } });
});
