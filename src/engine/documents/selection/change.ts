import type { SelectionChange } from '../../../model/configDocument';
import type { AttributeChange } from '../../../model/objectState';
import { attributeChange } from '../object/plan';
import type { ParsedDocument } from '../parse';
import { isUnreadable, rewriteRefusal, sharedAttributes, type SelectionState } from './state';

/** What a document changes, and which objects of those that were looked at stay as they are. */
export function selectionChange(document: ParsedDocument, state: SelectionState, nowMs: number): SelectionChange {
  const change = attributeChange(document, sharedAttributes(state));
  return {
    change,
    seen: Object.fromEntries(state.objects.map(({ key, etag, modifiedAtMs }) => [key, { etag, modifiedAtMs }])),
    count: state.count,
    lookedAt: state.objects.length,
    refused: refusedBy(change, state, nowMs),
  };
}

/** Objects that a change leaves as they are. Tags and ACL alone write nothing anew, and need only what they keep. */
export function refusedBy(
  change: AttributeChange,
  { objects }: SelectionState,
  nowMs: number,
): SelectionChange['refused'] {
  const isRewrite = change.headers !== undefined || change.metadata !== undefined;
  if (!isRewrite && change.tags === undefined && change.acl === undefined) return [];
  return objects.flatMap((object) => {
    const reason = isRewrite ? rewriteRefusal(object, nowMs) : isUnreadable(object) ? 'unreadable' : undefined;
    return reason === undefined ? [] : [{ key: object.key, reason }];
  });
}
