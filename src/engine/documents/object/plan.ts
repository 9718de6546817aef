import { headerFields, headerNames } from '../../../model/headerRules';
import type { ObjectHeaders } from '../../../model/objectInfo';
import type { AttributeChange, AttributeOutcome, AttributeStep } from '../../../model/objectState';
import type { ObjectAddress } from '../../cos/client';
import { CosFailure } from '../../failure';
import { factDate } from '../facts';
import type { PlannedStep } from '../kind';
import type { ParsedDocument } from '../parse';
import { extensionTo } from './protectionCheck';
import { isSameEnd, isSameLock, protectionWish } from './protectionWish';
import { attributesOf, isCannedAcl, type EditableAttributes, type PropertiesState } from './state';

/** What a document changes of headers, metadata, tags and ACL. */
export function attributeChange(document: ParsedDocument, seen: EditableAttributes): AttributeChange {
  const headers = Object.fromEntries(
    headerFields.flatMap((field) => {
      const wanted = document.valueAt(['headers', headerNames[field]]);
      if (wanted === seen.headers[field]) return [];
      return [[field, typeof wanted === 'string' ? wanted : null] as const];
    }),
  ) as { readonly [Name in keyof ObjectHeaders]?: string | null };
  const metadata = changed(seen.metadata, document.valueAt(['metadata']));
  const tags = seen.tags === undefined ? {} : changed(seen.tags, document.valueAt(['tags']));
  const acl = document.valueAt(['acl']);
  return {
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    ...(Object.keys(tags).length === 0 ? {} : { tags }),
    ...(isCannedAcl(acl) && acl !== seen.acl ? { acl } : {}),
  };
}

function changed(before: Readonly<Record<string, string>>, wanted: unknown): Readonly<Record<string, string | null>> {
  const after = typeof wanted === 'object' && wanted !== null ? (wanted as Readonly<Record<string, unknown>>) : {};
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = Object.hasOwn(after, name) ? after[name] : undefined;
      if (value === (Object.hasOwn(before, name) ? before[name] : undefined)) return [];
      return [[name, typeof value === 'string' ? value : null] as const];
    }),
  );
}

/**
 * The requests of a properties document, in an order that never leaves an object less protected than either state: what
 * is written anew first, then what adds protection, and what takes it away last.
 */
export function planProperties(
  address: ObjectAddress,
  document: ParsedDocument,
  state: PropertiesState,
): readonly PlannedStep[] {
  return [
    ...attributeSteps(address, attributeChange(document, attributesOf(state)), state),
    ...retentionSteps(address, document, state),
    ...lockSteps(address, document, state),
  ];
}

/** Headers and metadata, tags, ACL: one operation that keeps everything else, told as the steps that it takes. */
function attributeSteps(
  address: ObjectAddress,
  change: AttributeChange,
  state: PropertiesState,
): readonly PlannedStep[] {
  const { info, protection } = state.object;
  const isVersioned = info.versionId !== undefined;
  let outcome: AttributeOutcome | undefined;
  const step = (name: AttributeStep, operation: string, sentence: string): PlannedStep => ({
    id: name,
    operation,
    sentence,
    run: async ({ client }, signal) => {
      const { etag, modifiedAtMs, headers, metadata } = info;
      const { tags, acl } = state.object;
      const seen = {
        etag,
        modifiedAtMs,
        headers,
        metadata,
        ...(tags === undefined ? {} : { tags }),
        ...(acl === undefined ? {} : { acl }),
      };
      const { bucket, key } = address;
      outcome ??= await client.changeAttributes(
        { bucket, key },
        seen,
        change,
        { method: 'copy', lock: 'keep' },
        signal,
      );
      if (outcome.failed !== undefined && !outcome.applied.includes(name)) throw new CosFailure(outcome.failed.error);
    },
  });
  const written = [
    ...Object.entries(change.headers ?? {}).map(([field, value]) =>
      partText(headerNames[field as keyof ObjectHeaders], value),
    ),
    ...Object.entries(change.metadata ?? {}).map(([name, value]) => partText(`metadata ${name}`, value)),
  ];
  const consequence = isVersioned
    ? ` This makes a new version${protection?.kind === 'objectLock' ? ' with the same lock as this one' : ''}; the old one stays as it is.`
    : '';
  return [
    ...(written.length === 0 ? [] : [step('attributes', 'CopyObject', `Set ${written.join(', ')}.${consequence}`)]),
    ...(change.tags === undefined
      ? []
      : [
          step(
            'tags',
            'PutObjectTagging',
            `Set ${Object.entries(change.tags)
              .map(([key, value]) => partText(`tag ${key}`, value))
              .join(', ')}.`,
          ),
        ]),
    ...(change.acl === undefined ? [] : [step('acl', 'PutObjectAcl', aclText(change.acl))]),
  ];
}

function partText(name: string, value: string | null | undefined): string {
  return value === null || value === undefined ? `no ${name}` : `${name} to "${value}"`;
}

function aclText(acl: 'private' | 'public-read'): string {
  return acl === 'public-read'
    ? 'Let everybody on the internet read this object.'
    : 'Let only those read this object who may read the bucket.';
}

function retentionSteps(
  address: ObjectAddress,
  document: ParsedDocument,
  { object: { protection } }: PropertiesState,
): readonly PlannedStep[] {
  const { end, holds } = protectionWish(document);
  const steps: PlannedStep[] = [];
  if (
    protection?.kind === 'retention' &&
    end !== undefined &&
    end.kind !== 'problem' &&
    !isSameEnd(protection.end, end)
  ) {
    const until =
      end.kind === 'until'
        ? `until ${factDate(end.untilMs) ?? ''}`
        : end.kind === 'indefinite'
          ? 'without end'
          : 'forever';
    steps.push({
      id: 'retention',
      operation: 'ExtendObjectRetention',
      sentence: `Retain the object ${until}.`,
      irreversible: `"${address.key}" cannot be deleted or overwritten by anybody ${end.kind === 'until' ? `before ${factDate(end.untilMs) ?? ''}` : end.kind === 'indefinite' ? 'until somebody sets an end' : 'ever again'}.`,
      run: async ({ client }, signal) => void (await client.extendRetention(address, extensionTo(end), signal)),
    });
  }
  if (holds === undefined || protection === undefined || protection.kind === 'objectLock') return steps;
  const before = protection.kind === 'retention' ? protection.holds.map(({ id }) => id) : [];
  for (const id of holds.filter((hold) => !before.includes(hold))) {
    steps.push({
      id: `addHold ${id}`,
      operation: 'AddLegalHold',
      sentence: `Add the legal hold '${id}'.`,
      run: async ({ client }, signal) => void (await client.addLegalHold(address, id, signal)),
    });
  }
  for (const id of before.filter((hold) => !holds.includes(hold))) {
    steps.push({
      id: `removeHold ${id}`,
      operation: 'DeleteLegalHold',
      sentence: `Remove the legal hold '${id}'.`,
      run: async ({ client }, signal) => void (await client.removeLegalHold(address, id, signal)),
    });
  }
  return steps;
}

function lockSteps(
  address: ObjectAddress,
  document: ParsedDocument,
  { object: { protection } }: PropertiesState,
): readonly PlannedStep[] {
  const { lock } = protectionWish(document);
  if (lock === undefined || lock.retention === 'problem' || protection === undefined || protection.kind === 'retention')
    return [];
  const wanted = lock.retention;
  const { bypassGovernance } = lock;
  const hasHold = protection.kind === 'objectLock' && protection.hasLegalHold;
  const hold = (isOn: boolean): PlannedStep => ({
    id: 'lockHold',
    operation: 'PutObjectLegalHold',
    sentence: isOn ? 'Put this version under a legal hold.' : 'Remove the legal hold of this version.',
    run: async ({ client }, signal) => void (await client.putLockHold(address, isOn, signal)),
  });
  const retention: readonly PlannedStep[] = isSameLock(protection, wanted)
    ? []
    : [
        {
          id: 'lock',
          operation: 'PutObjectRetention',
          sentence:
            wanted === null
              ? 'Remove the lock of this version, with the bypass of GOVERNANCE.'
              : `Lock this version until ${factDate(wanted.retainUntilMs) ?? ''} (${wanted.mode}).`,
          ...(wanted?.mode === 'COMPLIANCE'
            ? {
                irreversible: `This version of "${address.key}" cannot be deleted by anybody before ${factDate(wanted.retainUntilMs) ?? ''}, and the lock cannot be made shorter.`,
              }
            : {}),
          run: async ({ client }, signal) =>
            void (await client.putLockRetention(address, wanted ?? undefined, { bypassGovernance }, signal)),
        },
      ];
  return [
    ...(lock.hasLegalHold && !hasHold ? [hold(true)] : []),
    ...retention,
    ...(!lock.hasLegalHold && hasHold ? [hold(false)] : []),
  ];
}
