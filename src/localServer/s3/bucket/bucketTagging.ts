import type { Tag } from '../../store/objects';
import { S3Error } from '../message/errors';
import { currentBucket, readDocument, sendEmpty, sendXml, type BucketExchange } from '../wire/exchange';
import { readTaggingDocument, taggingDocument } from '../message/tags';

/** `GET /{bucket}?tagging`: in IBM's model, described nowhere; errors are those of S3. */
export async function getBucketTagging(exchange: BucketExchange): Promise<void> {
  const tags = exchange.store.buckets.getSetting(exchange.bucket.id, 'tagging') as readonly Tag[] | undefined;
  if (tags === undefined) {
    throw new S3Error('NoSuchTagSet', 'The TagSet does not exist');
  }
  sendXml(exchange, taggingDocument(tags));
}

/** `PUT /{bucket}?tagging`: replaces the whole set. Limits and characters are those of object tags. */
export async function putBucketTagging(exchange: BucketExchange): Promise<void> {
  const tags = readTaggingDocument(await readDocument(exchange, 'Tagging', 'strict'), exchange.switches);
  await exchange.store.write(() => exchange.store.buckets.setSetting(currentBucket(exchange).id, 'tagging', tags));
  sendEmpty(exchange, 200);
}
