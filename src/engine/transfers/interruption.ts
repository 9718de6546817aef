import type { CosError } from '../../model/cosError';
import type { BucketName } from '../../model/ids';
import type { CosClient } from '../cos/client';
import { errorOf } from './localFailure';

/** Whether a failure says that no answer came from the service, after the HTTP layer has tried as often as it does. */
export function isUnreachable({ kind, reason, retry }: CosError): boolean {
  if (kind !== 'network' || retry !== 'later') return false;
  switch (reason) {
    case 'hostUnknown':
    case 'connectionRefused':
    case 'connectionLost':
    case 'timedOut':
    case 'proxyRefused':
      return true;
    default:
      return false;
  }
}

/**
 * Whether a transfer that failed so can go on later with what it has: the network or the sign-in has to come back first.
 * What is half-made is kept for that.
 */
export function canGoOnLater(error: CosError): boolean {
  return error.kind === 'signInNeeded' || isUnreachable(error);
}

/** A bucket that a transfer works with, and the client it is reached by. */
export interface ReachedBucket {
  readonly client: Pick<CosClient, 'getBucket'>;
  readonly bucket: BucketName;
}

/** Asks each bucket for a sign of life: any answer is one, a refusal too. */
export async function areReachable(buckets: readonly ReachedBucket[], signal: AbortSignal): Promise<boolean> {
  const answers = buckets.map(async ({ client, bucket }) => {
    try {
      await client.getBucket(bucket, signal);
      return true;
    } catch (thrown) {
      return !isUnreachable(errorOf('HeadBucket', thrown));
    }
  });
  return (await Promise.all(answers)).every(Boolean);
}
