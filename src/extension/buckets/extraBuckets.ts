import type { CommandServices } from '../command/command';
import type { BucketTarget } from '../command/targets';

/** Forgets a bucket that was added by its name. */
export async function dropExtraBucket(
  { connections }: Pick<CommandServices, 'connections'>,
  { connectionId, bucket }: BucketTarget,
): Promise<void> {
  const connection = connections.get(connectionId);
  if (connection?.extraBuckets?.includes(bucket) !== true) return;
  const extraBuckets = connection.extraBuckets.filter((name) => name !== bucket);
  await connections.save({ ...connection, extraBuckets });
}
