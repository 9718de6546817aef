import { headerFields, headerNames } from '../../../model/headerRules';
import type { ObjectHeaders } from '../../../model/objectInfo';
import type { AttributeChange, CannedAcl } from '../../../model/objectState';
import { readEntry } from '../../uploads/uploadOptionDraft';
import { entryText } from '../../uploads/uploadOptionTexts';
import type { Translate } from '../../ui/translate';

/** Which properties a list offers. */
export type ChangePart = 'headers' | 'metadata' | 'tags' | 'acl';

/** What the objects are, where there is only one and it was read: the list shows it. */
export interface KnownAttributes {
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
}

/** A change as it is put together. */
export interface ChangeDraft {
  readonly change: AttributeChange;
  readonly method: 'copy' | 'put';
}

/** What can be chosen in the list. An entry without a name is a new one. */
export type ChangeRow =
  | { readonly kind: 'apply' | 'method' }
  | { readonly kind: 'header'; readonly field: keyof ObjectHeaders }
  | { readonly kind: 'metadata' | 'tag'; readonly name?: string; readonly removes?: true }
  | { readonly kind: 'acl'; readonly acl: CannedAcl };

/** A row of an entry. */
export type EntryRow = Extract<ChangeRow, { kind: 'metadata' | 'tag' }>;

/** A row of the list, and what it says. */
export interface ListedChange {
  readonly icon?: string;
  readonly label: string;
  readonly description?: string;
  readonly row: ChangeRow;
}

/** The list as it stands: what is changed, what is known, and what else can be. */
export function changeList(
  { change, method }: ChangeDraft,
  part: ChangePart,
  known: KnownAttributes | undefined,
  objects: string,
  t: Translate,
): readonly ListedChange[] {
  const hasRewrite = part === 'headers' || part === 'metadata';
  return [
    ...(isEmptyChange(change)
      ? []
      : [{ icon: 'check', label: t('Change {0}', objects), row: { kind: 'apply' } } satisfies ListedChange]),
    ...partRows(change, part, known, t),
    ...(hasRewrite
      ? [
          {
            icon: 'settings-gear',
            label: t('Way'),
            description:
              method === 'copy'
                ? t('copied onto itself inside the service')
                : t('sent again from here, objects up to 64 MiB'),
            row: { kind: 'method' },
          } satisfies ListedChange,
        ]
      : []),
  ];
}

function partRows(
  change: AttributeChange,
  part: ChangePart,
  known: KnownAttributes | undefined,
  t: Translate,
): readonly ListedChange[] {
  switch (part) {
    case 'headers':
      return headerFields.map((field) => ({
        label: headerNames[field],
        description: valueText(change.headers?.[field], known?.headers[field], known !== undefined, t),
        row: { kind: 'header', field },
      }));
    case 'metadata':
      return [
        ...entryRows('metadata', change.metadata, known?.metadata, t),
        { icon: 'add', label: t('Set a metadata entry…'), row: { kind: 'metadata' } },
        { icon: 'remove', label: t('Remove a metadata entry by name…'), row: { kind: 'metadata', removes: true } },
      ];
    case 'tags':
      return [
        ...entryRows('tag', change.tags, known?.tags, t),
        { icon: 'add', label: t('Set a tag…'), row: { kind: 'tag' } },
        { icon: 'remove', label: t('Remove a tag by name…'), row: { kind: 'tag', removes: true } },
      ];
    case 'acl':
      return [
        { label: 'private', description: t('only who is permitted can read'), row: { kind: 'acl', acl: 'private' } },
        { label: 'public-read', description: t('everybody can read'), row: { kind: 'acl', acl: 'public-read' } },
      ];
  }
}

function entryRows(
  kind: 'metadata' | 'tag',
  changed: Readonly<Record<string, string | null>> = {},
  known: Readonly<Record<string, string>> = {},
  t: Translate,
): readonly ListedChange[] {
  return [...new Set([...Object.keys(known), ...Object.keys(changed)])].map((name) => ({
    label: name,
    description: valueText(changed[name], known[name], true, t),
    row: { kind, name },
  }));
}

function valueText(
  changed: string | null | undefined,
  known: string | undefined,
  isKnown: boolean,
  t: Translate,
): string {
  if (changed === null) return t('will be removed');
  if (changed !== undefined) return t('will be "{0}"', changed);
  if (known !== undefined) return known;
  return isKnown ? t('none') : t('stays as it is');
}

/** Whether a change changes nothing. */
export function isEmptyChange({ headers = {}, metadata = {}, tags = {}, acl }: AttributeChange): boolean {
  return [headers, metadata, tags].every((part) => Object.keys(part).length === 0) && acl === undefined;
}

/** A change in which a header gets a value, is removed (null), or stays as it is (undefined). */
export function withHeaderChange(
  change: AttributeChange,
  field: keyof ObjectHeaders,
  value: string | null | undefined,
): AttributeChange {
  const { [field]: _before, ...others } = change.headers ?? {};
  return { ...change, headers: value === undefined ? others : { ...others, [field]: value } };
}

/** A change in which an entry gets a value, is removed (null), or stays as it is (undefined). */
export function withEntryChange(
  change: AttributeChange,
  kind: 'metadata' | 'tag',
  name: string,
  value: string | null | undefined,
): AttributeChange {
  const part = kind === 'metadata' ? 'metadata' : 'tags';
  const { [name]: _before, ...others } = change[part] ?? {};
  return { ...change, [part]: value === undefined ? others : { ...others, [name]: value } };
}

/** A change in which the entry of a line `name=value` is set; the row that was chosen becomes that entry. */
export function withLine(change: AttributeChange, row: EntryRow, text: string): AttributeChange {
  const entry = readEntry(row.kind, text);
  if (entry === undefined) return change;
  const isRenamed = row.name !== undefined && row.name !== entry[0];
  const without = isRenamed ? withEntryChange(change, row.kind, row.name, null) : change;
  return withEntryChange(without, row.kind, entry[0], entry[1]);
}

/** What a line or name makes impossible, together with everything else that is set and known, or undefined. */
export function lineText(
  change: AttributeChange,
  known: KnownAttributes | undefined,
  row: EntryRow,
  text: string,
  t: Translate,
): string | undefined {
  if (row.removes === true) return text.trim() === '' ? t('Enter a name.') : undefined;
  if (readEntry(row.kind, text) === undefined) return t('Enter name=value.');
  const after = withLine(change, row, text);
  const options = {
    metadata: patched(known?.metadata, after.metadata),
    tags: patched(known?.tags, after.tags),
  };
  return entryText(options, row, text, t);
}

function patched(
  known: Readonly<Record<string, string>> = {},
  changed: Readonly<Record<string, string | null>> = {},
): Record<string, string> {
  const entries = Object.entries({ ...known, ...changed });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** What a change does to every object, one sentence each. */
export function changeSentences({ headers, metadata, tags, acl }: AttributeChange, t: Translate): readonly string[] {
  const of = (what: string, entries: object = {}) =>
    (Object.entries(entries) as [string, string | null][]).map(([name, value]) =>
      value === null ? t('Remove {0} {1}.', what, name) : t('Set {0} {1} to "{2}".', what, name, value),
    );
  const named = Object.fromEntries(
    headerFields.flatMap((field) => (headers?.[field] === undefined ? [] : [[headerNames[field], headers[field]]])),
  );
  return [
    ...of(t('header'), named),
    ...of(t('metadata'), metadata),
    ...of(t('tag'), tags),
    ...(acl === undefined ? [] : [t('Set the access list to {0}.', acl)]),
  ];
}

/** Whether objects are written anew for a change; tags and access list alone do without. */
export function isRewrite({ headers, metadata }: AttributeChange): boolean {
  return Object.keys({ ...headers, ...metadata }).length > 0;
}

/**
 * How many requests a change takes, for so many objects: reading all of each, what it changes, and a look afterwards. What
 * is written anew is looked at once more right before, and its tags afterwards.
 */
export function requestsOfChange(change: AttributeChange, objects: number): number {
  const reads = isRewrite(change) ? 8 : 5;
  const writes = [isRewrite(change), Object.keys(change.tags ?? {}).length > 0, change.acl !== undefined];
  return objects * (reads + writes.filter(Boolean).length);
}
