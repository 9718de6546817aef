import type { BucketConfig, BucketUsage } from '../../../model/bucketConfig';
import type { DocumentProblem, DocumentSubject } from '../../../model/configDocument';
import { getBucketConfig, updateBucketConfig } from '../../control/bucketConfig';
import { editedFacts, printedValue, type Facts } from '../facts';
import type { DocumentKind } from '../kind';
import type { ParsedDocument } from '../parse';
import { notAnObject, unknownNames } from '../rules';
import { shapeProblems, type Shape } from '../shape';

interface State {
  readonly etag?: string;
  /** 0 is no limit. */
  readonly quotaBytes: number;
  readonly usage: BucketUsage;
}

const quotaShape: Shape = { kind: 'count', min: 0 };

/** Hard quota of a bucket (control-plane §3.2). */
export function quotaDocument({ bucket }: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  return {
    read: async ({ client }, signal) => pick(await getBucketConfig(client.control, bucket, signal)),
    // Objects come and go while somebody edits.
    isSame: (read, now) => read.quotaBytes === now.quotaBytes,
    print,
    summary: ({ quotaBytes }) => (quotaBytes === 0 ? 'none' : `${quotaBytes.toLocaleString('en-US')} bytes`),
    readOnlyReason: ({ quotaBytes }) =>
      Number.isSafeInteger(quotaBytes) ? undefined : 'The quota is larger than can be shown exactly (9 PB).',
    check,
    plan: (document, { quotaBytes, usage, etag }) => {
      const wanted = document.valueAt(['quotaBytes']);
      if (typeof wanted !== 'number' || wanted === quotaBytes) return [];
      const full = wanted > 0 && wanted <= heldBytes(usage) ? ' It holds as much already: every write is refused.' : '';
      return [
        {
          id: 'quota',
          operation: 'UpdateBucketConfig',
          sentence:
            wanted === 0
              ? `Let '${bucket}' hold as much as is written to it.`
              : `Refuse writes to '${bucket}' beyond ${wanted.toLocaleString('en-US')} bytes.${full}`,
          run: async ({ client }, signal) =>
            await updateBucketConfig(client.control, bucket, { hard_quota: wanted }, etag, signal),
        },
      ];
    },
  } satisfies DocumentKind<State>;
}

function pick({ etag, quotaBytes = 0, usage }: BucketConfig): State {
  return { ...(etag === undefined ? {} : { etag }), quotaBytes, usage };
}

function print(state: State): string {
  return `{
  // Bytes that the bucket may hold; 0 is no limit. What is there stays, and writes beyond it are refused.
  "quotaBytes": ${state.quotaBytes},
  "facts": ${printedValue(factsOf(state))}
}
`;
}

function factsOf({ usage }: State): Facts {
  return {
    objects: usage.objects,
    bytesUsed: usage.sizeBytes,
    noncurrentObjects: usage.noncurrentObjects,
    noncurrentBytesUsed: usage.noncurrentSizeBytes,
  };
}

function check(document: ParsedDocument, state: State): readonly DocumentProblem[] {
  const notAMap = notAnObject(document);
  if (notAMap.length > 0) return notAMap;
  const quota = document.valueAt(['quotaBytes']);
  const message = '"quotaBytes" is missing here.';
  return [
    ...unknownNames(document, [], ['quotaBytes', 'facts']),
    ...editedFacts(document, factsOf(state)),
    ...(quota === undefined
      ? [document.problem(['quotaBytes'], { severity: 'error', code: 'missing', message } as const)]
      : shapeProblems(document, ['quotaBytes'], quotaShape)),
    ...fullProblems(document, quota, heldBytes(state.usage)),
  ];
}

function fullProblems(document: ParsedDocument, quota: unknown, held: number): readonly DocumentProblem[] {
  if (typeof quota !== 'number' || !Number.isSafeInteger(quota) || quota <= 0 || quota > held) return [];
  const message = `The bucket holds ${held.toLocaleString('en-US')} bytes: every write would be refused.`;
  return [document.problem(['quotaBytes'], { severity: 'warning', code: 'quotaFull', message })];
}

/** Versions that are not the current ones count, too. */
function heldBytes({ sizeBytes = 0, noncurrentSizeBytes = 0 }: BucketUsage): number {
  return sizeBytes + noncurrentSizeBytes;
}
