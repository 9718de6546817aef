import type { BucketName } from '../../model/ids';
import { deleteBucketSetting, findBucketSetting, putBucketSetting } from './bucketSetting';
import { tagNodes } from './ruleNodes';
import type { Wire } from './wire';
import { childElement, childElements, childText } from './xml';

/** Tags of buckets: in IBM's service model, described on no page (data-plane §7). */
export interface BucketTaggingOperations {
  /** Nothing where the bucket has no tags. */
  getBucketTags(bucket: BucketName, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Replaces all tags; an empty set deletes them. `invalid` for tags that the service refuses. Idempotent. */
  putBucketTags(bucket: BucketName, tags: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>;
}

const setting = { name: 'BucketTagging', query: { tagging: undefined }, root: 'Tagging' } as const;

/** Operations over a wire. */
export function createBucketTagging(wire: Wire): BucketTaggingOperations {
  return {
    async getBucketTags(bucket, signal) {
      const root = await findBucketSetting(wire, setting, bucket, signal);
      const elements = childElements(childElement(root, 'TagSet'), 'Tag');
      return Object.fromEntries(elements.map((tag) => [childText(tag, 'Key') ?? '', childText(tag, 'Value') ?? '']));
    },
    async putBucketTags(bucket, tags, signal) {
      if (Object.keys(tags).length === 0) return await deleteBucketSetting(wire, setting, bucket, signal);
      await putBucketSetting(wire, setting, bucket, [['TagSet', tagNodes(tags)]], signal);
    },
  };
}
