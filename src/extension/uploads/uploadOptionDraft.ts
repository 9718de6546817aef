import { headerFields, headerNames } from '../../model/headerRules';
import type { ObjectHeaders } from '../../model/objectInfo';
import type { LockMode } from '../../model/protection';
import type { LockDefault, LockRetention, NewProtection, RetentionPolicy } from '../../model/retention';
import type { UploadOptions } from '../../model/uploadOptions';
import { momentText } from '../protection/protectionTexts';
import type { Translate } from '../ui/translate';

const daySeconds = 86_400;

/** How a bucket can protect the objects that are written to it. */
export type ProtectionOffer =
  | { readonly kind: 'retention'; readonly policy: RetentionPolicy }
  | { readonly kind: 'objectLock'; readonly defaultRetention?: LockDefault }
  | { readonly kind: 'none' };

/** What can be chosen in the list of options. An entry of metadata or a tag without a name is a new one. */
export type OptionRow =
  | { readonly kind: 'upload' }
  | { readonly kind: 'header'; readonly field: keyof ObjectHeaders }
  | { readonly kind: 'metadata' | 'tag'; readonly name?: string }
  | { readonly kind: 'retention' | 'hold' | 'lock' | 'lockHold' };

/** A row of the list, and what it says. */
export interface ListedOption {
  readonly icon?: string;
  readonly label: string;
  readonly description?: string;
  readonly row: OptionRow;
}

/** The list of options as they stand: only what the bucket has is offered. */
export function optionList(
  options: UploadOptions,
  offer: ProtectionOffer,
  files: string,
  t: Translate,
): readonly ListedOption[] {
  return [
    { icon: 'cloud-upload', label: t('Upload {0}', files), description: t('as listed here'), row: { kind: 'upload' } },
    ...headerFields.map((field): ListedOption => {
      const otherwise = field === 'contentType' ? t("by each file's name") : t('none');
      return {
        label: headerNames[field],
        description: options.headers?.[field] ?? otherwise,
        row: { kind: 'header', field },
      };
    }),
    ...entriesOf('metadata', options.metadata, t('Metadata'), t),
    { icon: 'add', label: t('Add Metadata…'), row: { kind: 'metadata' } },
    ...entriesOf('tag', options.tags, t('Tag'), t),
    { icon: 'add', label: t('Add Tag…'), row: { kind: 'tag' } },
    ...protectionRows(options.protection, offer, t),
  ];
}

function entriesOf(
  kind: 'metadata' | 'tag',
  entries: Readonly<Record<string, string>> | undefined,
  what: string,
  t: Translate,
): readonly ListedOption[] {
  return Object.entries(entries ?? {}).map(([name, value]) => ({
    label: `${what}: ${name}`,
    description: value === '' ? t('empty') : value,
    row: { kind, name },
  }));
}

function protectionRows(
  protection: NewProtection | undefined,
  offer: ProtectionOffer,
  t: Translate,
): readonly ListedOption[] {
  switch (offer.kind) {
    case 'none':
      return [];
    case 'retention': {
      const chosen = protection?.kind === 'retention' ? protection : undefined;
      return [
        { label: t('Retention'), description: retentionText(chosen, offer.policy, t), row: { kind: 'retention' } },
        { label: t('Legal Hold'), description: chosen?.holdId ?? t('none'), row: { kind: 'hold' } },
      ];
    }
    case 'objectLock': {
      const chosen = protection?.kind === 'objectLock' ? protection : undefined;
      const hold = chosen?.hasLegalHold === true ? t('on') : t('off');
      return [
        { label: t('Object Lock'), description: lockText(chosen?.retention, offer, t), row: { kind: 'lock' } },
        { label: t('Legal Hold'), description: hold, row: { kind: 'lockHold' } },
      ];
    }
  }
}

function retentionText(
  chosen: Extract<NewProtection, { kind: 'retention' }> | undefined,
  policy: RetentionPolicy,
  t: Translate,
): string {
  if (chosen?.untilMs !== undefined) return t('until {0}', momentText(chosen.untilMs));
  switch (chosen?.periodSeconds) {
    case undefined:
      return t("the bucket's default, {0} days", policy.defaultDays);
    case -1:
      return t('without end');
    case -2:
      return t('forever');
    default:
      return t('{0} days', chosen?.periodSeconds === undefined ? 0 : chosen.periodSeconds / daySeconds);
  }
}

function lockText(
  chosen: LockRetention | undefined,
  { defaultRetention }: Extract<ProtectionOffer, { kind: 'objectLock' }>,
  t: Translate,
): string {
  if (chosen !== undefined) return t('{0} until {1}', chosen.mode, momentText(chosen.retainUntilMs));
  if (defaultRetention === undefined) return t('none');
  const { mode, duration } = defaultRetention;
  return duration.unit === 'days'
    ? t("the bucket's default, {0} for {1} days", mode, duration.count)
    : t("the bucket's default, {0} for {1} years", mode, duration.count);
}

/** Options with another value of a header; an empty one removes it. */
export function withHeader(options: UploadOptions, field: keyof ObjectHeaders, value: string): UploadOptions {
  const { [field]: _before, ...others } = options.headers ?? {};
  return { ...options, headers: value === '' ? others : { ...others, [field]: value } };
}

/** A line `name=value`, or undefined where it is none. Names of metadata are stored in lower case. */
export function readEntry(kind: 'metadata' | 'tag', text: string): readonly [name: string, value: string] | undefined {
  const at = text.indexOf('=');
  if (at < 1) return undefined;
  const name = text.slice(0, at).trim();
  return [kind === 'metadata' ? name.toLowerCase() : name, text.slice(at + 1).trim()];
}

/** Options in which the entry `name` has become the one of a line; an empty line removes it. */
export function withEntry(
  options: UploadOptions,
  { kind, name }: { readonly kind: 'metadata' | 'tag'; readonly name?: string },
  text: string,
): UploadOptions {
  const part = kind === 'metadata' ? 'metadata' : 'tags';
  const entry = readEntry(kind, text);
  const others = Object.entries(options[part] ?? {}).filter(([other]) => other !== name && other !== entry?.[0]);
  return { ...options, [part]: Object.fromEntries(entry === undefined ? others : [...others, entry]) };
}

/** Options with another retention; undefined leaves it to the bucket. A hold stays. */
export function withRetention(
  options: UploadOptions,
  wanted: { readonly periodSeconds: number } | { readonly untilMs: number } | undefined,
): UploadOptions {
  const holdId = options.protection?.kind === 'retention' ? options.protection.holdId : undefined;
  return withProtection(options, {
    kind: 'retention',
    ...wanted,
    ...(holdId === undefined ? {} : { holdId }),
  });
}

/** Options with another named hold; an empty one is none. The retention stays. */
export function withHold(options: UploadOptions, id: string): UploadOptions {
  const before = options.protection?.kind === 'retention' ? options.protection : undefined;
  const { holdId: _before, ...retention } = before ?? { kind: 'retention' as const };
  return withProtection(options, id === '' ? retention : { ...retention, holdId: id });
}

/** Options with another lock; undefined leaves it to the bucket. The hold stays. */
export function withLock(
  options: UploadOptions,
  wanted: { readonly mode: LockMode; readonly retainUntilMs: number } | undefined,
): UploadOptions {
  const hasLegalHold = options.protection?.kind === 'objectLock' && options.protection.hasLegalHold === true;
  return withProtection(options, {
    kind: 'objectLock',
    ...(wanted === undefined ? {} : { retention: wanted }),
    ...(hasLegalHold ? { hasLegalHold } : {}),
  });
}

/** Options with the hold of Object Lock on where it was off, and the other way round. */
export function withLockHoldToggled(options: UploadOptions): UploadOptions {
  const before = options.protection?.kind === 'objectLock' ? options.protection : undefined;
  const { hasLegalHold, ...lock } = before ?? { kind: 'objectLock' as const };
  return withProtection(options, hasLegalHold === true ? lock : { ...lock, hasLegalHold: true });
}

/** A protection that says nothing is none: everything is left to the bucket. */
function withProtection({ protection: _before, ...options }: UploadOptions, protection: NewProtection): UploadOptions {
  return Object.keys(protection).length === 1 ? options : { ...options, protection };
}

/** What cannot be taken back once the objects are there, or undefined. */
export function finalityOf({ protection }: UploadOptions, t: Translate): string | undefined {
  if (protection?.kind === 'objectLock') {
    const { retention } = protection;
    if (retention?.mode !== 'COMPLIANCE') return undefined;
    return t(
      "Nobody, not even the account's owner, can delete these versions or shorten the lock before {0}.",
      momentText(retention.retainUntilMs),
    );
  }
  if (protection?.untilMs !== undefined) {
    return t('Nobody can delete or overwrite them before {0}.', momentText(protection.untilMs));
  }
  switch (protection?.periodSeconds) {
    case undefined:
    case 0:
      return undefined;
    case -1:
      return t('Nobody can delete or overwrite them until somebody sets an end.');
    case -2:
      return t('Nobody can ever delete or overwrite them again.');
    default:
      return t(
        'Nobody can delete or overwrite them for {0} days.',
        protection?.periodSeconds === undefined ? 0 : protection.periodSeconds / daySeconds,
      );
  }
}
