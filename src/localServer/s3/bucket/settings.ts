import type { BucketSetting } from '../../store/buckets';
import { changeSetting } from '../wire/configurationDelay';
import { currentBucket, sendEmpty, type BucketExchange } from '../wire/exchange';

/** `DELETE` of a bucket's sub-resource: gone afterwards, whether it was there or not. */
export function deleteSetting(name: BucketSetting): (exchange: BucketExchange) => Promise<void> {
  return async (exchange) => {
    await exchange.store.write(() => {
      const { id } = currentBucket(exchange);
      if (name === 'replication') {
        changeSetting(exchange, name, undefined);
      } else {
        exchange.store.buckets.deleteSetting(id, name);
      }
    });
    sendEmpty(exchange, 204);
  };
}
