import { mixedText } from '../../../model/configDocument';
import type { ObjectKey } from '../../../model/ids';
import type { ObjectHeaders } from '../../../model/objectInfo';
import type { ObjectAcl } from '../../../model/objectState';
import type { Protection } from '../../../model/protection';
import type { SelectionRefusal } from '../../../model/configDocument';
import { isOverwriteRefused } from '../../../model/protection';
import { printedParts, type Facts } from '../facts';
import { namedHeaders, type EditableAttributes } from '../object/state';

/** An object of a selection, as far as it concerns what can be changed of many. */
export interface SelectedObject {
  readonly key: ObjectKey;
  readonly etag: string;
  readonly modifiedAtMs: number;
  readonly sizeBytes: number;
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  /** Absent where they could not be read. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly acl?: ObjectAcl;
  readonly protection?: Protection;
  readonly isArchived: boolean;
}

/** What the document of a selection is made from. */
export interface SelectionState {
  /** Those that were looked at, in the order of the selection. */
  readonly objects: readonly SelectedObject[];
  /** Objects that are there; not complete where there are more than were counted. */
  readonly count: { readonly objects: number; readonly isComplete: boolean };
  /** Named ones that are not there any more. */
  readonly gone: readonly ObjectKey[];
  /** Those that could not be looked at, and why, in a word. */
  readonly unseen: readonly { readonly key: ObjectKey; readonly cause: string }[];
  readonly readAtMs: number;
  readonly isReadOnlyConnection: boolean;
}

/** What all objects have in common; `mixedText` for what they do not. A part that is not known of each is absent. */
export function sharedAttributes({ objects }: SelectionState): EditableAttributes {
  const tags = objects.flatMap((object) => (object.tags === undefined ? [] : [object.tags]));
  const lists = new Set(objects.map(({ acl }) => acl));
  const [acl] = lists;
  const sharedAcl = lists.size > 1 ? mixedText : acl;
  return {
    headers: shared(objects.map(({ headers }) => headers as Readonly<Record<string, string>>)),
    metadata: shared(objects.map(({ metadata }) => metadata)),
    ...(tags.length < objects.length ? {} : { tags: shared(tags) }),
    ...(lists.has(undefined) || sharedAcl === undefined ? {} : { acl: sharedAcl }),
  };
}

function shared(each: readonly Readonly<Record<string, string>>[]): Readonly<Record<string, string>> {
  const names = [...new Set(each.flatMap((one) => Object.keys(one)))];
  return Object.fromEntries(
    names.map((name) => {
      const values = new Set(each.map((one) => (Object.hasOwn(one, name) ? one[name] : undefined)));
      const [value] = values;
      return [name, values.size === 1 && value !== undefined ? value : mixedText] as const;
    }),
  );
}

/** Why an object cannot be written anew, or undefined where it can; the engine refuses the same before it writes. */
export function rewriteRefusal(object: SelectedObject, nowMs: number): SelectionRefusal | undefined {
  const { protection, isArchived, acl } = object;
  if (isUnreadable(object)) return 'unreadable';
  if (protection !== undefined && isOverwriteRefused(protection, nowMs)) return 'protected';
  if (isArchived) return 'archived';
  return acl === 'other' ? 'accessList' : undefined;
}

/** Whether something of an object could not be read: then nothing of it is changed. */
export function isUnreadable({ tags, acl, protection }: SelectedObject): boolean {
  return tags === undefined || acl === undefined || protection === undefined;
}

/** The properties of a selection as JSON with comments. */
export function printSelection(state: SelectionState): string {
  const { headers, metadata, tags, acl } = sharedAttributes(state);
  const parts: readonly (readonly [name: string, value: unknown, comment?: string])[] = [
    ['headers', namedHeaders(headers), 'Headers that a download answers with.'],
    ['metadata', metadata, 'User metadata, at most 2,048 bytes of names and values.'],
    ...(tags === undefined ? [] : [['tags', tags, 'At most 10 tags.'] as const]),
    ...(acl === undefined ? [] : [['acl', acl, '"private" or "public-read".'] as const]),
    ['facts', selectionFacts(state), 'What the service says. This cannot be edited.'],
  ];
  return printedParts(remarks(state), parts);
}

function remarks(state: SelectionState): readonly string[] {
  const { objects, count, unseen } = state;
  const seen = objects.length;
  const notSeen = count.objects - seen;
  const { tags, acl } = sharedAttributes(state);
  const parts = [...(tags === undefined ? ['tags'] : []), ...(acl === undefined ? ['access list'] : [])];
  return [
    `"${mixedText}" stands where the objects differ: leave it, and each keeps its own.`,
    'What is set here is set on all; a line taken away is removed from all.',
    ...(notSeen === 0 && count.isComplete
      ? [`All ${seen} objects were looked at.`]
      : [
          `${seen} of ${countText(count)} objects were looked at. The others are changed as well,`,
          'and may have more than is shown here.',
        ]),
    ...(unseen.length === 0 ? [] : ['Some objects could not be looked at: see the facts.']),
    ...(parts.length === 0
      ? []
      : [`The ${parts.join(' and ')} of some objects could not be read, and cannot be changed here.`]),
  ];
}

function countText({ objects, isComplete }: SelectionState['count']): string {
  return isComplete ? String(objects) : `more than ${objects}`;
}

/** Facts of a selection. They say what was so when it was read. */
export function selectionFacts({ objects, count, gone, unseen, readAtMs }: SelectionState): Facts {
  const refused = (reason: SelectionRefusal) =>
    named(objects.filter((object) => rewriteRefusal(object, readAtMs) === reason).map(({ key }) => key));
  return {
    objects: count.isComplete ? count.objects : countText(count),
    lookedAt: objects.length,
    sizeBytesOfThose: objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    protected: refused('protected'),
    archived: refused('archived'),
    grantsBeyondTheAccessList: refused('accessList'),
    notReadable: refused('unreadable'),
    gone: named(gone),
    notLookedAt: named(unseen.map(({ key, cause }) => `${key} (${cause})`)),
  };
}

/** Names in one line, so many of them that it can be read. */
function named(keys: readonly string[]): string | undefined {
  const shown = 20;
  if (keys.length === 0) return undefined;
  const more = keys.length > shown ? ` and ${keys.length - shown} more` : '';
  return `${keys.length}: ${keys.slice(0, shown).join(', ')}${more}`;
}
