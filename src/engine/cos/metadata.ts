import type { AttributeChange, AttributeOutcome, AttributeStep, CannedAcl } from '../../model/objectState';
import { metadataProblems, metadataSizeBytes, type MetadataProblem } from '../../model/metadataRules';
import type { ObjectAttributes, ObjectHeaders, ObjectInfo } from '../../model/objectInfo';
import type { WriteCondition, WriteOutcome } from '../../protocol/requests';
import { asFailure, CosFailure } from '../failure';
import type { AclOperations } from './acl';
import type { CosClient, ObjectAddress } from './client';
import { unquoted } from './objectHeaders';
import type { ReadWholeState, WholeState } from './objectState';
import { refused } from './refusal';
import type { Rewrite, RewriteMethod } from './rewrite';
import { requireValidTags, type TagOperations } from './tags';

/** The object that a change was made for. `modifiedAtMs` tells it from one with the same bytes and other metadata. */
export interface SeenObject {
  readonly etag: string;
  readonly modifiedAtMs?: number;
}

/** Changing what is not the bytes of an object. */
export interface MetadataOperations {
  /**
   * Changes headers, metadata, tags and ACL of the current object and keeps everything else: content, other attributes,
   * ACL, retention, lock. Headers and metadata are changed by writing the object anew (data-plane.md §5.3): copied onto
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
  AclOperations & { readonly readWhole: ReadWholeState; readonly rewrite: Rewrite };

const op = 'ChangeAttributes';

/** Operations over those of the client. */
export function createMetadata(parts: MetadataParts): MetadataOperations {
  return {
    async changeAttributes({ bucket, key }, seen, change, { method, lock }, signal) {
      const address = { bucket, key };
      const state = await parts.readWhole(op, address, signal);
      if (seen !== undefined) requireSeen(address, state.info, seen);
      const wanted = changed(state, change);
      requireValid(address, state, change, wanted);
      const isRewrite = !isSame(wanted.headers, state.info.headers) || !isSame(wanted.metadata, state.info.metadata);
      const acl = change.acl ?? state.acl;
      const steps: readonly Step[] = [
        {
          name: 'attributes',
          isNeeded: isRewrite,
          run: async () => {
            await requireStill(parts, address, state, signal);
            const condition = { kind: 'ifMatch', etag: state.info.etag } as const;
            const plan = { attributes: wanted, acl: canned(acl), lock, condition };
            await parts.rewrite(address, state, plan, method, signal);
          },
        },
        {
          name: 'tags',
          isNeeded: !isSame(wanted.tags, state.tags),
          // The rewrite has written them, unless the server does not take tags with a copy.
          isDone: async () => isRewrite && isSame(await parts.getTags(address, signal), wanted.tags),
          run: async () => await parts.putTags(address, wanted.tags, signal),
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
      return verified(address, { ...outcome, ...(info === undefined ? {} : { info }) }, wanted);
    },

    async restoreVersion(source, { condition, lock }, signal) {
      const state = await parts.readWhole('RestoreVersion', source, signal);
      const { headers, metadata } = state.info;
      const plan = { attributes: { headers, metadata, tags: state.tags }, acl: canned(state.acl), lock, condition };
      const outcome = await parts.rewrite(source, state, plan, 'copy', signal);
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

/** Says so where the service stored something else than was sent. */
function verified(address: ObjectAddress, outcome: AttributeOutcome, wanted: ObjectAttributes): AttributeOutcome {
  const { info, applied, failed } = outcome;
  if (info === undefined || failed !== undefined || !applied.includes('attributes')) return outcome;
  const headers = Object.keys(wanted.headers) as (keyof ObjectHeaders)[];
  const differs = [
    ...headers.filter((name) => info.headers[name] !== wanted.headers[name]),
    ...(isSame(info.metadata, wanted.metadata) ? [] : ['metadata']),
  ];
  if (differs.length === 0) return outcome;
  const detail = `The service stored something else than was sent for "${address.key}": ${differs.join(', ')}.`;
  return {
    ...outcome,
    failed: { step: 'attributes', error: refused(op, address, { kind: 'unsupported', detail }).error },
  };
}

/** A list that goes beyond the canned ones never gets this far: the rewrite refuses it. */
function canned(acl: CannedAcl | 'other'): CannedAcl {
  return acl === 'other' ? 'private' : acl;
}

function requireSeen(address: ObjectAddress, info: ObjectInfo, seen: SeenObject): void {
  const isOther =
    info.etag !== unquoted(seen.etag) || (seen.modifiedAtMs !== undefined && seen.modifiedAtMs !== info.modifiedAtMs);
  if (isOther) throw changedMeanwhile(address);
}

function changedMeanwhile(address: ObjectAddress): CosFailure {
  return new CosFailure({
    kind: 'preconditionFailed',
    op,
    reason: 'changedMeanwhile',
    bucket: address.bucket,
    key: address.key,
    retry: 'never',
    detail: `"${address.key}" was changed meanwhile. Nothing was changed.`,
  });
}

/**
 * Looks once more, right before the object is written anew: a change of attributes alone keeps the ETag, so that no condition
 * of the write notices it, and what was read before would be written over it.
 */
async function requireStill(
  parts: MetadataParts,
  address: ObjectAddress,
  { info, tags }: WholeState,
  signal: AbortSignal,
): Promise<void> {
  const [now, tagsNow] = await Promise.all([parts.headObject(address, signal), parts.getTags(address, signal)]);
  requireSeen(address, now, info);
  const isUnchanged = isSame(info.headers, now.headers) && isSame(info.metadata, now.metadata) && isSame(tags, tagsNow);
  if (!isUnchanged) throw changedMeanwhile(address);
}

/** All attributes after the change. */
function changed(state: WholeState, change: AttributeChange): ObjectAttributes {
  return {
    headers: patched(state.info.headers as Readonly<Record<string, string>>, change.headers),
    metadata: patched(state.info.metadata, change.metadata),
    tags: patched(state.tags, change.tags),
  };
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
