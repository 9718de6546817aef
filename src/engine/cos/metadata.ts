import type { AttributeChange, AttributeOutcome, AttributeStep, CannedAcl, ObjectAcl } from '../../model/objectState';
import { metadataProblems, metadataSizeBytes, type MetadataProblem } from '../../model/metadataRules';
import type { ObjectAttributes, ObjectHeaders, ObjectInfo } from '../../model/objectInfo';
import type { WriteCondition, WriteOutcome } from '../../protocol/requests';
import { asFailure } from '../failure';
import type { AclOperations } from './acl';
import type { CosClient, ObjectAddress } from './client';
import { shownMetadata, storedMetadata } from '../../system/headerWords';
import { changedMeanwhile, type LastLook } from './lastLook';
import { isSameEtag, noEtag, strongEtag } from './etag';
import type { ReadWholeState, WholeState } from './objectState';
import { refused } from './refusal';
import type { Rewrite, RewriteMethod, Rewritten } from './rewrite';
import { requireValidTags, type TagOperations } from './tags';

/** The object that a change was made for. All but the ETag tells it from one with the same bytes. */
export interface SeenObject {
  readonly etag: string;
  readonly modifiedAtMs?: number;
  readonly headers?: ObjectHeaders;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly tags?: Readonly<Record<string, string>>;
  readonly acl?: ObjectAcl;
}

/** Changing what is not the bytes of an object. */
export interface MetadataOperations {
  /**
   * Changes headers, metadata, tags and ACL of the current object and keeps everything else: content, other attributes,
   * ACL, retention, lock. Headers and metadata are changed by writing the object anew (data-plane §5.3): copied onto
   * itself, in parts above 5 GiB, or sent from here. Tags and ACL alone need no rewrite and can be changed on protected
   * objects. `preconditionFailed` where the object is no longer the one seen (any, without one); `held` under Immutable protection;
   * `conflict` in archive; `invalid` for what is against the rules; what could not be read fails. In all these cases
   * nothing was written. Where a later step fails, the outcome says which were applied.
   */
  changeAttributes(
    address: ObjectAddress,
    seen: SeenObject | undefined,
    change: AttributeChange,
    options: { readonly method: RewriteMethod; readonly lock: 'keep' | 'bucketDefault' },
    signal: AbortSignal,
  ): Promise<AttributeOutcome>;
  /**
   * Makes an old version the current one by copying it over: bytes, headers, metadata, tags and ACL. The new version gets
   * the bucket's default lock, or with `keep` the old one's as far as it is in force.
   */
  restoreVersion(
    source: ObjectAddress & { readonly versionId: string },
    options: { readonly condition: WriteCondition; readonly lock: 'keep' | 'bucketDefault' },
    signal: AbortSignal,
  ): Promise<WriteOutcome>;
}

/** What changing is made of. */
export type MetadataParts = Pick<CosClient, 'headObject' | 'getTags'> &
  TagOperations &
  AclOperations & { readonly readWhole: ReadWholeState; readonly rewrite: Rewrite; readonly look: LastLook };

const op = 'ChangeAttributes';

/** Operations over those of the client. */
export function createMetadata(parts: MetadataParts): MetadataOperations {
  return {
    async changeAttributes({ bucket, key }, seen, change, { method, lock }, signal) {
      const address = { bucket, key };
      const state = await parts.readWhole(op, address, signal);
      if (seen !== undefined) requireSeen(address, state, seen);
      const wanted = changed(state, change);
      requireValid(address, state, change, wanted);
      const isRewrite = !isSame(wanted.headers, state.info.headers) || !isSame(wanted.metadata, state.info.metadata);
      const acl = change.acl ?? state.acl;
      let written: Rewritten | undefined;
      const steps: readonly Step[] = [
        {
          name: 'attributes',
          isNeeded: isRewrite,
          run: async () => {
            const { etag, modifiedAtMs } = state.info;
            const condition = { kind: 'ifMatch', etag, modifiedAtMs } as const;
            const plan = { attributes: wanted, acl: canned(acl), lock, condition };
            written = await parts.rewrite(address, state, plan, method, signal);
          },
        },
        {
          name: 'tags',
          isNeeded: !isSame(wanted.tags, state.tags),
          run: async () => {
            const now = isRewrite ? await parts.getTags(address, signal) : state.tags;
            // Tags that somebody set meanwhile stay. None at all: the server does not take them with a copy.
            const tags = patched(Object.keys(now).length === 0 ? state.tags : now, change.tags);
            if (!isSame(now, tags)) await parts.putTags(address, tags, signal);
          },
        },
        {
          name: 'acl',
          isNeeded: acl !== state.acl,
          isDone: async () => isRewrite && (await parts.getAcl(address, signal)) === acl,
          run: async () => await parts.putAcl(address, canned(acl), signal),
        },
      ];
      const outcome = await runSteps(steps, isRewrite && Object.keys(wanted.tags).length > 0);
      const info = await parts.headObject(address, signal).catch(() => undefined); // what was applied is said all the same
      const told = { ...outcome, ...(info === undefined ? {} : { info }) };
      if (written === undefined || told.failed !== undefined) return told;
      try {
        await parts.look.requireUntouched(op, address, state, written.tags, signal);
        verify(address, info, wanted, written.outcome);
        return told;
      } catch (thrown) {
        return { ...told, failed: { step: 'attributes', error: asFailure(thrown, op).error } };
      }
    },

    async restoreVersion(source, { condition, lock }, signal) {
      const state = await parts.readWhole('RestoreVersion', source, signal);
      const { headers, metadata } = state.info;
      const plan = { attributes: { headers, metadata, tags: state.tags }, acl: canned(state.acl), lock, condition };
      const { outcome } = await parts.rewrite(source, state, plan, 'copy', signal);
      const address = { bucket: source.bucket, key: source.key };
      if (Object.keys(state.tags).length > 0 && !isSame(await parts.getTags(address, signal), state.tags)) {
        await parts.putTags(address, state.tags, signal);
      }
      return outcome;
    },
  };
}

interface Step {
  readonly name: AttributeStep;
  readonly isNeeded: boolean;
  /** Whether an earlier step has done it already. */
  readonly isDone?: () => Promise<boolean>;
  readonly run: () => Promise<void>;
}

/** Runs what is needed, in order. The first step that is run throws; a later one ends the outcome. */
async function runSteps(steps: readonly Step[], hasTagsToKeep: boolean): Promise<AttributeOutcome> {
  const applied: AttributeStep[] = [];
  for (const { name, isNeeded, isDone, run } of steps) {
    const isKept = name === 'tags' && hasTagsToKeep;
    if (!isNeeded && !isKept) continue;
    try {
      if ((await isDone?.()) !== true) await run();
      if (isNeeded) applied.push(name);
    } catch (thrown) {
      if (applied.length === 0) throw thrown;
      return { applied, failed: { step: name, error: asFailure(thrown, op).error } };
    }
  }
  return { applied };
}

/** Throws where the service stored something else than was sent. What somebody wrote since is theirs. */
function verify(
  address: ObjectAddress,
  info: ObjectInfo | undefined,
  wanted: ObjectAttributes,
  written: WriteOutcome,
): void {
  const isTheirs = info !== undefined && Math.floor(info.modifiedAtMs / 1000) > Math.floor(written.modifiedAtMs / 1000);
  if (info === undefined || isTheirs) return;
  const headers = Object.keys(wanted.headers) as (keyof ObjectHeaders)[];
  const differs = [
    ...headers.filter((name) => info.headers[name] !== wanted.headers[name]),
    ...(isSame(info.metadata, wanted.metadata) ? [] : ['metadata']),
  ];
  if (differs.length === 0) return;
  const detail = `The service stored something else than was sent for "${address.key}": ${differs.join(', ')}.`;
  throw refused(op, address, { kind: 'unsupported', detail });
}

/** A list that goes beyond the canned ones never gets this far: the rewrite refuses it. */
function canned(acl: CannedAcl | 'other'): CannedAcl {
  return acl === 'other' ? 'private' : acl;
}

function requireSeen(address: ObjectAddress, { info, tags, acl }: WholeState, seen: SeenObject): void {
  if (info.etag === '' || strongEtag(seen.etag) === '') throw noEtag(op, address);
  const isOther =
    !isSameEtag(info.etag, strongEtag(seen.etag)) ||
    (seen.modifiedAtMs !== undefined && seen.modifiedAtMs !== info.modifiedAtMs) ||
    (seen.headers !== undefined && !isSame(seen.headers, info.headers)) ||
    (seen.metadata !== undefined && !isSame(seen.metadata, info.metadata)) ||
    (seen.tags !== undefined && !isSame(seen.tags, tags)) ||
    (seen.acl !== undefined && seen.acl !== acl);
  if (!isOther) return;
  throw changedMeanwhile(op, address, `"${address.key}" was changed meanwhile. Nothing was changed.`);
}

/** All attributes after the change. */
function changed(state: WholeState, change: AttributeChange): ObjectAttributes {
  return {
    headers: patched(state.info.headers as Readonly<Record<string, string>>, change.headers),
    metadata: patched(state.info.metadata, newEntries(state.info.metadata, change.metadata)),
    tags: patched(state.tags, change.tags),
  };
}

/** What is new, as it is stored. A value that reads as the one that is there stays as somebody wrote it. */
function newEntries(
  before: Readonly<Record<string, string>>,
  change: AttributeChange['metadata'],
): AttributeChange['metadata'] {
  if (change === undefined) return undefined;
  const entries = Object.entries(change).map(([name, value]) => {
    const old = before[name];
    if (value === null) return [name, null] as const;
    const isSame = old !== undefined && (old === value || shownMetadata(old) === value);
    return [name, isSame ? old : storedMetadata(value)] as const;
  });
  return Object.fromEntries(entries);
}

function patched(
  before: Readonly<Record<string, string>>,
  change: Readonly<Record<string, string | null | undefined>> | undefined,
): Record<string, string> {
  const after: Record<string, string> = { ...before };
  for (const [name, value] of Object.entries(change ?? {})) {
    if (value === null) delete after[name];
    else if (value !== undefined) after[name] = value;
  }
  return after;
}

function isSame(left: object, right: object): boolean {
  const [before, after] = [Object.entries(left), new Map(Object.entries(right))];
  return before.length === after.size && before.every(([name, value]) => after.get(name) === value);
}

/** Throws `invalid` for what was edited against the rules; what was there before is left as it is. */
function requireValid(
  address: ObjectAddress,
  state: WholeState,
  change: AttributeChange,
  wanted: ObjectAttributes,
): void {
  if (change.tags !== undefined) requireValidTags(op, address, wanted.tags);
  const edited = Object.fromEntries(
    Object.keys(change.metadata ?? {}).flatMap((name) => {
      const value = wanted.metadata[name];
      return value === undefined ? [] : [[name, value]];
    }),
  );
  const [problem] = metadataProblems(edited);
  const hasGrown = metadataSizeBytes(wanted.metadata) > metadataSizeBytes(state.info.metadata);
  const tooLarge = hasGrown ? metadataProblems(wanted.metadata).find(({ kind }) => kind === 'tooLarge') : undefined;
  const found = problem ?? tooLarge;
  if (found !== undefined) throw refused(op, address, { kind: 'invalid', detail: sentenceOf(found) });
}

function sentenceOf({ kind, name = '', character = '', sizeBytes = 0 }: MetadataProblem): string {
  switch (kind) {
    case 'emptyName':
      return 'A metadata entry needs a name.';
    case 'nameCharacter':
      return `"${name}" cannot name a metadata entry: it holds "${character}". Letters, digits and - . _ are allowed.`;
    case 'nameCase':
      return `Names of metadata entries are stored in lower case: write "${name.toLowerCase()}" for "${name}".`;
    case 'valueCharacter':
      return `The metadata entry "${name}" holds the control character U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}, which cannot be stored.`;
    case 'valueBlankAtEnd':
      return `The metadata entry "${name}" begins or ends with a blank, which would be lost.`;
    case 'tooLarge':
      return `The metadata takes ${sizeBytes} bytes; 2048 is the most that works everywhere.`;
  }
}
