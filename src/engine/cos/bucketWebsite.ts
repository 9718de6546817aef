import type { BucketName } from '../../model/ids';
import type { BucketWebsite } from '../../model/website';
import { CosFailure } from '../failure';
import { sendControl } from './control';
import type { Wire } from './wire';
import { childElement, childText } from './xml';

/** Websites of buckets (data-plane.md §13). */
export interface BucketWebsiteOperations {
  /** Undefined where the bucket has none. */
  getBucketWebsite(bucket: BucketName, signal: AbortSignal): Promise<BucketWebsite | undefined>;
  /** Replaces the configuration. Idempotent. */
  putBucketWebsite(
    bucket: BucketName,
    website: { readonly indexSuffix: string; readonly errorKey?: string },
    signal: AbortSignal,
  ): Promise<void>;
}

/** Operations over a wire. */
export function createBucketWebsite(wire: Wire): BucketWebsiteOperations {
  const query = { website: undefined };
  return {
    async getBucketWebsite(bucket, signal) {
      const request = { op: 'GetBucketWebsite', method: 'GET', bucket, query, repeatable: 'always' } as const;
      try {
        const root = (await sendControl(wire, request, signal)).root('WebsiteConfiguration');
        const indexSuffix = childText(childElement(root, 'IndexDocument'), 'Suffix');
        const errorKey = childText(childElement(root, 'ErrorDocument'), 'Key');
        return {
          ...(indexSuffix === undefined ? {} : { indexSuffix }),
          ...(errorKey === undefined ? {} : { errorKey }),
        };
      } catch (error) {
        if (error instanceof CosFailure && error.error.code === 'NoSuchWebsiteConfiguration') return undefined;
        throw error;
      }
    },
    async putBucketWebsite(bucket, { indexSuffix, errorKey }, signal) {
      const index = ['IndexDocument', [['Suffix', indexSuffix] as const]] as const;
      const errors = errorKey === undefined ? [] : ([['ErrorDocument', [['Key', errorKey] as const]]] as const);
      const body = ['WebsiteConfiguration', [index, ...errors]] as const;
      const request = { op: 'PutBucketWebsite', method: 'PUT', bucket, query, body, repeatable: 'always' } as const;
      await sendControl(wire, request, signal);
    },
  };
}
