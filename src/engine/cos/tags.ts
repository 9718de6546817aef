import type { CosClient } from './client';
import type { Sdk } from './sdk';

/** Tags of objects (data-plane.md §7). */
export function createTags(sdk: Sdk): Pick<CosClient, 'getTags'> {
  return {
    async getTags({ bucket, key, versionId }, signal) {
      const { GetObjectTaggingCommand } = await import('@aws-sdk/client-s3');
      const call = { op: 'GetObjectTagging', bucket, key, repeatable: 'always' } as const;
      const answer = await sdk.run(call, signal, async (client, options) =>
        client.send(
          new GetObjectTaggingCommand({
            Bucket: bucket,
            Key: key,
            ...(versionId === undefined ? {} : { VersionId: versionId }),
          }),
          options,
        ),
      );
      return Object.fromEntries((answer.TagSet ?? []).map((tag) => [tag.Key ?? '', tag.Value ?? '']));
    },
  };
}
