import { corsMethods, type BucketCors, type CorsRule } from '../../model/cors';
import type { BucketName } from '../../model/ids';
import { deleteBucketSetting, findBucketSetting, optional, putBucketSetting } from './bucketSetting';
import type { XmlNode } from './control';
import type { Wire } from './wire';
import { childElements, childText, childTexts, otherChildren, type XmlElement } from './xml';

/** CORS of buckets (data-plane §8). */
export interface BucketCorsOperations {
  /** No rules where the bucket has no configuration. */
  getCors(bucket: BucketName, signal: AbortSignal): Promise<BucketCors>;
  /** Replaces all rules; none delete the configuration. `invalid` for rules that the service refuses. Idempotent. */
  putCors(bucket: BucketName, rules: readonly CorsRule[], signal: AbortSignal): Promise<void>;
}

const setting = { name: 'BucketCors', query: { cors: undefined }, root: 'CORSConfiguration' } as const;

/** Operations over a wire. */
export function createBucketCors(wire: Wire): BucketCorsOperations {
  return {
    async getCors(bucket, signal) {
      const root = await findBucketSetting(wire, setting, bucket, signal);
      const elements = childElements(root, 'CORSRule');
      return {
        rules: elements.map(readRule),
        unknownElements: [...otherChildren(root, [], ['CORSRule']), ...elements.flatMap(unknownOfRule)],
      };
    },
    async putCors(bucket, rules, signal) {
      if (rules.length === 0) return await deleteBucketSetting(wire, setting, bucket, signal);
      await putBucketSetting(wire, setting, bucket, rules.map(ruleNode), signal);
    },
  };
}

function readRule(element: XmlElement): CorsRule {
  const id = childText(element, 'ID');
  const texts = (name: string): readonly string[] => childTexts(element, name).map((text) => text.trim());
  const headers = texts('AllowedHeader');
  const exposedHeaders = texts('ExposeHeader');
  const maxAge = childText(element, 'MaxAgeSeconds')?.trim();
  return {
    ...(id === undefined || id === '' ? {} : { id }),
    origins: texts('AllowedOrigin'),
    methods: texts('AllowedMethod').flatMap((text) => corsMethods.filter((method) => method === text.toUpperCase())),
    ...(headers.length === 0 ? {} : { headers }),
    ...(exposedHeaders.length === 0 ? {} : { exposedHeaders }),
    ...(maxAge === undefined || maxAge === '' ? {} : { maxAgeSeconds: Number(maxAge) }),
  };
}

function unknownOfRule(element: XmlElement): readonly string[] {
  const methods = childTexts(element, 'AllowedMethod').map((text) => text.trim());
  const lists = ['AllowedOrigin', 'AllowedMethod', 'AllowedHeader', 'ExposeHeader'];
  return [
    ...otherChildren(element, ['ID', 'MaxAgeSeconds'], lists),
    ...methods.filter((text) => !corsMethods.some((method) => method === text.toUpperCase())),
  ];
}

function ruleNode(rule: CorsRule): XmlNode {
  const texts = (name: string, values: readonly string[] = []): readonly XmlNode[] =>
    values.map((value): XmlNode => [name, value]);
  return [
    'CORSRule',
    [
      ...optional('ID', rule.id),
      ...texts('AllowedOrigin', rule.origins),
      ...texts('AllowedMethod', rule.methods),
      ...texts('AllowedHeader', rule.headers),
      ...texts('ExposeHeader', rule.exposedHeaders),
      ...optional('MaxAgeSeconds', rule.maxAgeSeconds),
    ],
  ];
}
