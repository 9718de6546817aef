import type { DocumentSubject } from '../../../model/configDocument';
import type { PublicAccessBlock } from '../../../model/publicAccess';
import type { DocumentKind } from '../kind';
import { notAnObject } from '../rules';
import { canonical } from '../settings';
import { shapeProblems, type Shape } from '../shape';

interface State {
  /** Absent where the bucket has no configuration, which blocks nothing. */
  readonly block?: PublicAccessBlock;
}

const shape: Shape = {
  kind: 'object',
  required: ['blockPublicAcls', 'ignorePublicAcls'],
  fields: { blockPublicAcls: { kind: 'boolean' }, ignorePublicAcls: { kind: 'boolean' } },
};
const none: PublicAccessBlock = { blocksPublicAcls: false, ignoresPublicAcls: false };

/** Public access block of a bucket (data-plane §14, rule 70): nothing blocked is no configuration. */
export function publicAccessBlockDocument({ bucket }: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  return {
    read: async ({ client }, signal) => {
      const block = await client.getPublicAccessBlock(bucket, signal);
      return block === undefined ? {} : { block };
    },
    isSame: (read, now) => canonical(read.block ?? none) === canonical(now.block ?? none),
    print: ({ block = none }) => `{
  // Public access that an IAM policy gives is not touched by either.
  // Refuse new access lists that make the bucket or an object public.
  "blockPublicAcls": ${block.blocksPublicAcls},
  // Let access lists that are public already not count.
  "ignorePublicAcls": ${block.ignoresPublicAcls}
}
`,
    summary: ({ block }) =>
      canonical(block ?? none) === canonical(none) ? 'nothing is blocked' : sentencesOf(block ?? none).join(', '),
    check: (document) => {
      const notAMap = notAnObject(document);
      return notAMap.length > 0 ? notAMap : shapeProblems(document, [], shape);
    },
    plan: (document, { block = none }) => {
      const wanted = {
        blocksPublicAcls: document.valueAt(['blockPublicAcls']) === true,
        ignoresPublicAcls: document.valueAt(['ignorePublicAcls']) === true,
      };
      if (canonical(wanted) === canonical(block)) return [];
      const isNone = canonical(wanted) === canonical(none);
      return [
        {
          id: 'publicAccessBlock',
          operation: isNone ? 'DeletePublicAccessBlock' : 'PutPublicAccessBlock',
          sentence: isNone
            ? `Let access lists make '${bucket}' and its objects public again; those that are public count.`
            : `In '${bucket}', ${sentencesOf(wanted).join(' and ')}.`,
          run: async ({ client }, signal) =>
            await client.putPublicAccessBlock(bucket, isNone ? undefined : wanted, signal),
        },
      ];
    },
  } satisfies DocumentKind<State>;
}

function sentencesOf({ blocksPublicAcls, ignoresPublicAcls }: PublicAccessBlock): readonly string[] {
  return [
    `${blocksPublicAcls ? 'refuse' : 'take'} new public access lists`,
    `${ignoresPublicAcls ? 'ignore' : 'respect'} those that are public already`,
  ];
}
