import type { DocumentProblem, DocumentSubject } from '../../../model/configDocument';
import type { VersioningState } from '../../../model/objectVersion';
import type { DocumentKind } from '../kind';
import type { ParsedDocument } from '../parse';
import { notAnObject, unknownNames } from '../rules';
import { findNeighbours, type Neighbours } from './neighbours';

interface State {
  readonly versioning: VersioningState;
  readonly neighbours: Neighbours;
}

/** Versioning of a bucket (data-plane §10): `{ "versioning": "enabled" | "suspended" }`, `"never"` as long as it never was. */
export function versioningDocument({ bucket }: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  return {
    read: async (context, signal) => {
      const [versioning, neighbours] = await Promise.all([
        context.client.getVersioning(bucket, signal),
        findNeighbours(context, bucket, ['hasRetentionPolicy', 'hasObjectLock', 'hasReplication'], signal),
      ]);
      return { versioning, neighbours };
    },
    isSame: (read, now) => read.versioning === now.versioning,
    print: (state: State) => `${JSON.stringify({ versioning: state.versioning }, undefined, 2)}\n`,
    summary: ({ versioning }) => (versioning === 'never' ? 'never enabled' : versioning),
    check: (document, state: State) => {
      const shape = notAnObject(document);
      if (shape.length > 0) return shape;
      const wanted = document.valueAt(['versioning']);
      const problems = unknownNames(document, [], ['versioning']);
      if (wanted === state.versioning) return problems;
      if (wanted === 'enabled') return [...problems, ...enablingProblems(document, state)];
      if (wanted !== 'suspended') {
        const message = 'Versioning is "enabled" or "suspended".';
        return [...problems, document.problem(['versioning'], { severity: 'error', code: 'versioningState', message })];
      }
      return [...problems, ...suspendingProblems(document, state)];
    },
    plan: (document, state: State) => {
      const wanted = document.valueAt(['versioning']);
      if (wanted === state.versioning || (wanted !== 'enabled' && wanted !== 'suspended')) return [];
      return [
        {
          id: 'versioning',
          operation: 'PutBucketVersioning',
          sentence:
            wanted === 'enabled'
              ? `Keep versions of the objects of '${bucket}' from now on.`
              : `Stop keeping new versions in '${bucket}'. Versions that exist stay.`,
          run: async ({ client }, signal) => void (await client.putVersioning(bucket, wanted, signal)),
        },
      ];
    },
  } satisfies DocumentKind<State>;
}

/** Rule 79, features-map §D. */
function enablingProblems(document: ParsedDocument, { neighbours }: State): readonly DocumentProblem[] {
  if (neighbours.hasRetentionPolicy !== true) return [];
  const message = 'This bucket has a retention policy, which excludes versioning. A policy cannot be removed.';
  return [document.problem(['versioning'], { severity: 'error', code: 'retentionPolicy', message })];
}

function suspendingProblems(document: ParsedDocument, { neighbours }: State): readonly DocumentProblem[] {
  const { hasObjectLock, hasReplication } = neighbours;
  const error = (code: string, message: string): DocumentProblem =>
    document.problem(['versioning'], { severity: 'error', code, message });
  return [
    ...(hasObjectLock === true
      ? [error('objectLock', 'This bucket has Object Lock, which needs versioning: it cannot be suspended.')]
      : []),
    ...(hasReplication === true
      ? [error('replication', 'This bucket is replicated, which needs versioning. Delete its replication rules first.')]
      : []),
  ];
}
