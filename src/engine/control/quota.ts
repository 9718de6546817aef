import type { BucketName } from '../../model/ids';
import { CosFailure } from '../failure';
import type { ControlClient } from './controlClient';

/**
 * Sets the hard quota of a bucket, in bytes; 0 lifts it (control-plane.md §3.2). Read first, so that a change of somebody
 * else in between is refused. Throws `invalid` for what is not a whole number of bytes.
 */
export async function setQuota(
  control: ControlClient,
  bucket: BucketName,
  quotaBytes: number,
  signal: AbortSignal,
): Promise<void> {
  const op = 'UpdateBucketConfig';
  if (!Number.isSafeInteger(quotaBytes) || quotaBytes < 0) {
    const detail = `A quota is a whole number of bytes, not ${quotaBytes}.`;
    throw new CosFailure({ kind: 'invalid', op, bucket, retry: 'never', detail });
  }
  const address = { service: 'configuration', path: ['b', bucket] } as const;
  const { etag } = await control.send({ op: 'GetBucketConfig', method: 'GET', ...address }, signal);
  const body = { hard_quota: quotaBytes };
  await control.send(
    { op, method: 'PATCH', ...address, body, ...(etag === undefined ? {} : { ifMatch: etag }) },
    signal,
  );
}
