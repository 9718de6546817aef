import { tagProblems, type TagProblem } from '../../model/tags';
import type { CosClient, ObjectAddress } from './client';
import { sendControl, type XmlNode } from './control';
import { tagNodes } from './ruleNodes';
import { versionQuery } from './objects';
import { refused } from './refusal';
import type { Sdk } from './sdk';
import type { Wire } from './wire';

/** Changing tags (data-plane §7). They can be changed on protected objects too. */
export interface TagOperations {
  /** Replaces all tags; an empty set deletes them. `invalid` for tags against the rules. Idempotent. */
  putTags(address: ObjectAddress, tags: Readonly<Record<string, string>>, signal: AbortSignal): Promise<void>;
}

/** Tags of objects (data-plane §7). */
export function createTags(wire: Wire, sdk: Sdk): Pick<CosClient, 'getTags'> & TagOperations {
  return {
    async getTags({ bucket, key, versionId }, signal) {
      const { GetObjectTaggingCommand } = await import('./sdkClasses');
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

    async putTags(address, tags, signal) {
      const { bucket, key } = address;
      const query = { tagging: undefined, ...versionQuery(address) };
      if (Object.keys(tags).length === 0) {
        const op = 'DeleteObjectTagging';
        await sendControl(wire, { op, method: 'DELETE', bucket, key, query, repeatable: 'always' }, signal);
        return;
      }
      const op = 'PutObjectTagging';
      requireValidTags(op, address, tags);
      const body: XmlNode = ['Tagging', [['TagSet', tagNodes(tags)]]];
      await sendControl(wire, { op, method: 'PUT', bucket, key, query, body, repeatable: 'always' }, signal);
    },
  };
}

/** Throws `invalid` for tags that no server takes. What only one of IBM's pages forbids is left to the service. */
export function requireValidTags(op: string, address: ObjectAddress, tags: Readonly<Record<string, string>>): void {
  const problem = tagProblems(tags).find(({ severity }) => severity === 'error');
  if (problem !== undefined) throw refused(op, address, { kind: 'invalid', detail: sentenceOf(problem) });
}

function sentenceOf({ key = '', part, kind, character = '' }: TagProblem): string {
  const where = part === 'value' ? `The value of the tag "${key}"` : `The tag "${key}"`;
  switch (kind) {
    case 'tooMany':
      return 'An object has 10 tags at most.';
    case 'empty':
      return 'A tag needs a name.';
    case 'tooLong':
      return part === 'value'
        ? `${where} has 256 characters and 512 bytes at most.`
        : `The name of a tag has 128 characters and 256 bytes at most: "${key}".`;
    case 'reservedPrefix':
      return `${where} must not begin with "ibm:".`;
    case 'character':
      return `${where} must not hold "${character}".`;
  }
}
