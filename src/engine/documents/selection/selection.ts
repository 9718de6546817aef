import type { DocumentSubject } from '../../../model/configDocument';
import { editedFacts } from '../facts';
import type { ReadKind } from '../kind';
import { notAnObject, unknownNames } from '../rules';
import { selectionProblems } from './check';
import { readSelection } from './read';
import { printSelection, selectionFacts, type SelectedObject, type SelectionState } from './state';

const parts = ['headers', 'metadata', 'tags', 'acl', 'facts'];

/** What the objects of a selection or folder have in common, as a document. */
export function selectionDocument(subject: DocumentSubject & { kind: 'selection' }): ReadKind<unknown> {
  return {
    read: async (context, signal) => await readSelection(subject, context, signal),
    print: printSelection,
    readOnlyReason: ({ isReadOnlyConnection }) =>
      isReadOnlyConnection ? 'The connection is marked read-only.' : undefined,
    isSame: isSameSelection,
    check: (document, state, nowMs) => {
      const shape = notAnObject(document);
      if (shape.length > 0) return shape;
      return [
        ...unknownNames(document, [], parts),
        ...selectionProblems(document, state, nowMs),
        ...editedFacts(document, selectionFacts(state)),
      ];
    },
  } satisfies ReadKind<SelectionState>;
}

/** Objects that came or went change nothing of what was seen of the others. */
function isSameSelection(read: SelectionState, now: SelectionState): boolean {
  const before = new Map(read.objects.map((object) => [object.key, object]));
  return now.objects.every((object) => {
    const known = before.get(object.key);
    return known === undefined || editedPart(known) === editedPart(object);
  });
}

function editedPart({ etag, modifiedAtMs, headers, metadata, tags, acl, protection }: SelectedObject): string {
  return JSON.stringify([etag, modifiedAtMs, headers, metadata, tags, acl, protection]);
}
