import { describe, expect, it } from 'vitest';
import type { FullCosClient } from '../../../../src/engine/cos/fullClient';
import { findNeighbours } from '../../../../src/engine/documents/bucket/neighbours';
import { CosFailure } from '../../../../src/engine/failure';
import type { CosErrorKind } from '../../../../src/model/cosError';
import { bucketName } from '../../../../src/model/ids';

const never = new AbortController().signal;

/** A client whose versioning is known, and whose other questions fail in one way. */
function context(kind: CosErrorKind) {
  const fail = async (): Promise<never> => {
    throw new CosFailure({ kind, op: 'x', retry: 'never', detail: 'refused' });
  };
  const client = { getVersioning: async () => 'enabled', getBucketProtection: fail, listPage: fail };
  return { client: client as unknown as FullCosClient, nowMs: 0 };
}
const ask = async (kind: CosErrorKind) =>
  await findNeighbours(context(kind), bucketName('b'), ['versioning', 'hasRetentionPolicy', 'isEmpty'], never);

describe('what else a bucket has', () => {
  it.each(['denied', 'unsupported'] as const)('leaves away what is %s', async (kind) => {
    expect(await ask(kind)).toEqual({ versioning: 'enabled' });
  });

  it('fails where the service cannot be reached', async () => {
    await expect(ask('network')).rejects.toThrow(CosFailure);
  });
});
