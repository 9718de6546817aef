import type { DocumentSubject } from '../../../model/configDocument';
import type { VersioningState } from '../../../model/objectVersion';
import type { DocumentKind } from '../kind';
import { notAnObject, unknownNames } from '../rules';

interface State {
  readonly versioning: VersioningState;
}

/** Versioning of a bucket (data-plane.md §10): `{ "versioning": "enabled" | "suspended" }`, `"never"` as long as it never was. */
export function versioningDocument({ bucket }: DocumentSubject & { kind: 'bucket' }): DocumentKind<unknown> {
  return {
    read: async ({ client }, signal) => ({ versioning: await client.getVersioning(bucket, signal) }),
    print: (state: State) => `${JSON.stringify({ versioning: state.versioning }, undefined, 2)}\n`,
    check: (document, state: State) => {
      const shape = notAnObject(document);
      if (shape.length > 0) return shape;
      const wanted = document.valueAt(['versioning']);
      const problems = unknownNames(document, [], ['versioning']);
      if (wanted === state.versioning || wanted === 'enabled') return problems;
      if (wanted !== 'suspended') {
        const message = 'Versioning is "enabled" or "suspended".';
        return [...problems, document.problem(['versioning'], { severity: 'error', code: 'versioningState', message })];
      }
      return problems;
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
