import { shownEntries } from '../../../system/headerWords';
import type { ArchiveState } from '../../../model/archive';
import type { CosError } from '../../../model/cosError';
import { headerFields, headerNames } from '../../../model/headerRules';
import type { ObjectHeaders } from '../../../model/objectInfo';
import type { ObjectAcl, ObjectState } from '../../../model/objectState';
import { deletability, type Deletability, type Protection, type RetentionEnd } from '../../../model/protection';
import type { RetentionPolicy } from '../../../model/retention';
import { factDate, printedParts, type Facts } from '../facts';

/** What a properties document is made from. */
export interface PropertiesState {
  readonly object: ObjectState;
  /** Of the bucket, where it has one and may be asked. */
  readonly policy?: RetentionPolicy;
  /** A version of an object: only its lock can be changed. */
  readonly isVersion: boolean;
  readonly isReadOnlyConnection: boolean;
}

/** What of an object is edited by name; parts that could not be read are absent. */
export interface EditableAttributes {
  readonly headers: ObjectHeaders;
  readonly metadata: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly acl?: string;
}

/** Those of one object. */
export function attributesOf({ object: { info, tags, acl } }: PropertiesState): EditableAttributes {
  const { headers, metadata } = info;
  return {
    headers,
    metadata: shownEntries(metadata),
    ...(tags === undefined ? {} : { tags }),
    ...(acl === undefined ? {} : { acl }),
  };
}

/** Headers under the names that they have in a document. */
export function namedHeaders(headers: ObjectHeaders): Readonly<Record<string, string>> {
  return Object.fromEntries(
    headerFields.flatMap((field) => {
      const value = headers[field];
      return value === undefined ? [] : [[headerNames[field], value]];
    }),
  );
}

/** The properties of an object as JSON with comments. */
export function printProperties(state: PropertiesState): string {
  const { info, tags, acl } = state.object;
  const parts: readonly (readonly [name: string, value: unknown, comment?: string])[] = [
    ['headers', namedHeaders(info.headers), 'Headers that a download answers with.'],
    ['metadata', shownEntries(info.metadata), 'User metadata, at most 2,048 bytes of names and values.'],
    ...(tags === undefined ? [] : [['tags', tags, 'At most 10 tags.'] as const]),
    ...(acl === undefined ? [] : [['acl', acl, '"private" or "public-read".'] as const]),
    ...protectionParts(state.object.protection),
    ['facts', factsOf(state), 'What the service says. This cannot be edited.'],
  ];
  return printedParts(
    state.object.unreadable.map(({ part, error }) => unreadText(part, error)),
    parts,
  );
}

function unreadText(part: string, error: CosError): string {
  const role = error.neededRole === undefined ? '' : ` It needs the role ${error.neededRole}.`;
  return `The ${part} could not be read, and cannot be changed here.${role}`;
}

function protectionParts(protection: Protection | undefined): readonly (readonly [string, unknown, string])[] {
  if (protection === undefined) return [];
  switch (protection.kind) {
    case 'retention':
      return [
        [
          'retention',
          { until: retentionText(protection.end) },
          'A later date, "indefinite" or "permanent". Never gets shorter.',
        ],
        ['legalHolds', protection.holds.map(({ id }) => id), 'Ids of legal holds: add or take away.'],
      ];
    case 'objectLock':
      return [['objectLock', lockValue(protection), lockComment]];
    case 'none':
      switch (protection.mechanism) {
        case 'retention':
          return [['legalHolds', [], 'Ids of legal holds: add or take away.']];
        case 'objectLock':
          return [['objectLock', lockValue(undefined), lockComment]];
        case 'none':
        case 'unknown':
          return [];
      }
  }
}

const lockComment = 'Object Lock of this version: "mode" is "GOVERNANCE", "COMPLIANCE" or null.';

/** The lock of a version as it stands in the document. */
export function lockValue(lock: Extract<Protection, { kind: 'objectLock' }> | undefined) {
  return {
    mode: lock?.mode ?? null,
    retainUntil: factDate(lock?.retainUntilMs) ?? null,
    legalHold: lock?.hasLegalHold ?? false,
  };
}

/** The end of a retention as it stands in the document. */
export function retentionText(end: RetentionEnd): string {
  return end.kind === 'until' ? new Date(end.untilMs).toISOString() : end.kind;
}

/** Facts of an object. Dates are absolute, so that the text does not depend on when it is printed. */
export function factsOf(state: PropertiesState): Facts {
  const { info, archive, protection } = state.object;
  const held = protection?.kind === 'retention' ? protection.holds : [];
  return {
    key: info.key,
    sizeBytes: info.sizeBytes,
    lastModified: factDate(info.modifiedAtMs),
    etag: info.etag,
    version: info.versionId,
    ...Object.fromEntries(Object.entries(info.checksums).map(([name, value]) => [`checksum${name}`, value])),
    checksumType: info.checksumType,
    storageClass: info.storageClass,
    storage: archiveText(archive),
    ...Object.fromEntries(
      held.map(({ id, placedAtMs }) => [`legalHold ${id}`, `placed ${factDate(placedAtMs) ?? 'at an unknown time'}`]),
    ),
    deletable: protection === undefined ? undefined : deletableText(deletability(protection, info.modifiedAtMs)),
  };
}

function archiveText(state: ArchiveState): string | undefined {
  switch (state.kind) {
    case 'active':
      return undefined;
    case 'archived':
      return 'archived: restore it to read it';
    case 'restoring':
      return 'being restored from archive';
    case 'restored':
      return state.expiresAtMs === undefined
        ? 'restored from archive'
        : `restored from archive until ${factDate(state.expiresAtMs) ?? ''}`;
  }
}

/** When an object can be deleted, as a fact that stays true: judged at its last change, dates that passed included. */
function deletableText(when: Deletability): string {
  switch (when.kind) {
    case 'now':
      return 'at any time';
    case 'at':
      return `from ${factDate(when.atMs) ?? ''}${when.canBypass ? ', or before with the bypass of GOVERNANCE' : ''}`;
    case 'held':
      return when.notBeforeMs === undefined
        ? 'when the legal holds are removed or an end is set'
        : `from ${factDate(when.notBeforeMs) ?? ''}, when the legal holds are removed`;
    case 'never':
      return 'never';
  }
}

/** What of a state an edit is made for: whoever else changes it, changes the object. */
export function editedPart({ object }: PropertiesState): unknown {
  const { info, tags, acl, protection } = object;
  const { etag, modifiedAtMs, headers, metadata, versionId } = info;
  return { etag, modifiedAtMs, headers, metadata, versionId, tags, acl, protection };
}

/** ACL as it may be asked for; `other` stays what it is. */
export function isCannedAcl(acl: unknown): acl is Exclude<ObjectAcl, 'other'> {
  return acl === 'private' || acl === 'public-read';
}
