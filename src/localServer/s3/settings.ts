import type { BucketSetting } from '../store/buckets';
import { currentBucket, sendEmpty, type BucketExchange } from './exchange';

/** `DELETE` of a bucket's sub-resource: gone afterwards, whether it was there or not. */
export function deleteSetting(name: BucketSetting): (exchange: BucketExchange) => Promise<void> {
  return async (exchange) => {
    await exchange.store.write(() => exchange.store.buckets.deleteSetting(currentBucket(exchange).id, name));
    sendEmpty(exchange, 204);
  };
}
