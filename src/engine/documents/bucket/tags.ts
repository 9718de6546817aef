import type { DocumentProblem, DocumentSubject } from '../../../model/configDocument';
import { maxTags, tagProblems } from '../../../model/tags';
import { printedValue } from '../facts';
import type { DocumentKind } from '../kind';
import type { ParsedDocument } from '../parse';
import { notAnObject } from '../rules';
import { canonical, someOf } from '../settings';
import { shapeProblems, type Shape } from '../shape';
import { tagProblem } from '../tagProblem';

type Tags = Readonly<Record<string, string>>;

interface State {
  readonly tags: Tags;
}

const shape: Shape = { kind: 'object', required: ['tags'], fields: { tags: { kind: 'texts' } } };

/** Tags of a bucket (data-plane §7): an empty object deletes them. */
export function tagsDocument({ bucket }: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  return {
    read: async ({ client }, signal) => ({ tags: await client.getBucketTags(bucket, signal) }),
    isSame: (read, now) => canonical(read) === canonical(now),
    print: ({ tags }) =>
      `{\n  // Names and values of your own, for the bucket as a whole.\n  "tags": ${printedValue(tags)}\n}\n`,
    summary: ({ tags }) => {
      const pairs = Object.entries(tags).map(([name, value]) => `${name}=${value}`);
      return pairs.length === 0 ? 'none' : someOf(pairs, 10);
    },
    check,
    plan: (document, { tags }) => {
      const wanted = document.valueAt(['tags']) as Tags;
      if (canonical(wanted) === canonical(tags)) return [];
      const isNone = Object.keys(wanted).length === 0;
      return [
        {
          id: 'tags',
          operation: isNone ? 'DeleteBucketTagging' : 'PutBucketTagging',
          sentence: isNone
            ? `Delete all tags of the bucket '${bucket}'.`
            : `Change tags of the bucket '${bucket}': ${someOf(changesOf(tags, wanted))}.`,
          run: async ({ client }, signal) => await client.putBucketTags(bucket, wanted, signal),
        },
      ];
    },
  } satisfies DocumentKind<State>;
}

function check(document: ParsedDocument): readonly DocumentProblem[] {
  const notAMap = notAnObject(document);
  if (notAMap.length > 0) return notAMap;
  const wrong = shapeProblems(document, [], shape);
  if (wrong.length > 0) return wrong;
  return tagProblems(document.valueAt(['tags']) as Tags).map((problem) => {
    if (problem.kind !== 'tooMany') return tagProblem(document, problem);
    const message = `Objects have at most ${maxTags} tags; what buckets may have, IBM does not say. The service decides.`;
    return document.problem(['tags'], { severity: 'warning', code: 'tagCount', message }, 'ofName');
  });
}

function changesOf(before: Tags, after: Tags): readonly string[] {
  // Maps: a tag may be called as something that every object has.
  const [old, now] = [new Map(Object.entries(before)), new Map(Object.entries(after))];
  return [...new Set([...old.keys(), ...now.keys()])].flatMap((name) => {
    const value = now.get(name);
    if (old.get(name) === value) return [];
    return [value === undefined ? `'${name}' is removed` : `'${name}' becomes '${value}'`];
  });
}
