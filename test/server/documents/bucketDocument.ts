import type { BucketTopic } from '../../../src/model/configDocument';
import type { BucketName } from '../../../src/model/ids';
import { testConnectionId } from '../../fakes/servedEngine';
import type { Protected } from '../protection/fixture';

/** Documents of one topic, opened, checked and applied through the engine. */
export function bucketDocuments(server: () => Protected, topic: BucketTopic) {
  const subjectOf = (bucket: BucketName) =>
    ({ kind: 'bucket', connectionId: testConnectionId, bucket, topic }) as const;
  const open = async (bucket: BucketName) =>
    await server().engine.ask('documents/open', { subject: subjectOf(bucket) });
  const edited = async (bucket: BucketName, text: string) => {
    const { baseline } = await open(bucket);
    return { subject: subjectOf(bucket), baseline, text };
  };
  return {
    open,
    subjectOf,
    /** What is wrong with a text: code and the text that is underlined. */
    check: async (bucket: BucketName, text: string): Promise<readonly string[]> => {
      const found = await server().engine.ask('documents/check', await edited(bucket, text));
      return found.map(({ code, offset, length }) => `${code} ${text.slice(offset, offset + length)}`);
    },
    plan: async (bucket: BucketName, text: string) =>
      await server().engine.ask('documents/plan', await edited(bucket, text)),
    /** Applies a text with everything confirmed, and answers what the preview said. */
    apply: async (bucket: BucketName, value: unknown) => {
      const changed = await edited(bucket, typeof value === 'string' ? value : JSON.stringify(value));
      const plan = await server().engine.ask('documents/plan', changed);
      const confirmed = plan.map(({ id }) => id);
      const outcome = await server().engine.ask('documents/apply', { ...changed, confirmed });
      return { plan, ...outcome };
    },
  };
}
