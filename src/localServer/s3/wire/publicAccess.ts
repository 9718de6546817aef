import type { Bucket } from '../../store/buckets';
import type { Exchange } from './exchange';

/** A bucket's public access block as stored. */
export interface PublicAccessBlockSetting {
  readonly blockPublicAcls: boolean;
  readonly ignorePublicAcls: boolean;
}

export function publicAccessBlockOf(exchange: Exchange, bucket: Bucket): PublicAccessBlockSetting | undefined {
  return exchange.store.buckets.getSetting(bucket.id, 'publicAccessBlock') as PublicAccessBlockSetting | undefined;
}
