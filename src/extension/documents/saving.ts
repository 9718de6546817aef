import type { CosError, Result } from '../../model/cosError';
import type { ObjectAttributes, ObjectHeaders, ObjectInfo } from '../../model/objectInfo';
import type { WriteCondition, WriteOutcome } from '../../protocol/requests';
import type { Baseline } from './baselines';

/** Why a save would destroy what somebody else did. */
export type Conflict =
  | { readonly kind: 'changed'; readonly remote: ObjectInfo }
  | { readonly kind: 'exists'; readonly remote: ObjectInfo }
  | { readonly kind: 'deleted' };

/** What a person decided. `stop`: nothing is written, the document stays dirty. */
export type ConflictAnswer = 'overwrite' | 'stop';

/** What a save ended with. Only `written` changed anything. */
export type SaveResult =
  | { readonly kind: 'unchanged' }
  /** `info` is of the object that was replaced; absent for a new one. */
  | {
      readonly kind: 'written';
      readonly outcome: WriteOutcome;
      readonly info: ObjectInfo | undefined;
      readonly tags: Readonly<Record<string, string>>;
    }
  | { readonly kind: 'stopped'; readonly conflict: Conflict }
  /** Headers, metadata or tags could not be read, and writing without them would lose them. */
  | { readonly kind: 'attributesUnknown'; readonly error: CosError }
  | { readonly kind: 'failed'; readonly error: CosError };

/** What a save needs of the world. */
export interface SavePorts {
  head(): Promise<Result<ObjectInfo>>;
  getTags(): Promise<Result<Readonly<Record<string, string>>>>;
  write(
    attributes: ObjectAttributes | { readonly headers: ObjectHeaders },
    condition: WriteCondition,
  ): Promise<Result<WriteOutcome>>;
  resolve(conflict: Conflict): Promise<ConflictAnswer>;
}

/**
 * Writes a document back. The object must still be the one that was opened; its headers, metadata and tags are read just
 * before and sent again, so that what others set meanwhile is kept as well (an ETag does not change with them). What was
 * never opened must not exist. Everything else is a conflict that only a person decides.
 */
export async function saveObject(
  baseline: Baseline | undefined,
  bytesHash: string,
  ports: SavePorts,
): Promise<SaveResult> {
  if (baseline !== undefined && !baseline.isGone && baseline.opened.bytesHash === bytesHash) {
    return { kind: 'unchanged' };
  }
  let expectedEtag = baseline?.isToBeCreated === true ? undefined : baseline?.opened.etag;
  let refusedEtag: string | undefined;
  for (;;) {
    const remote = expectedEtag === undefined ? await createNew(baseline, ports) : await ports.head();
    if ('kind' in remote) {
      if (remote.kind !== 'conflict') return remote;
      if ((await ports.resolve(remote.conflict)) === 'stop') return { kind: 'stopped', conflict: remote.conflict };
      expectedEtag = remote.conflict.kind === 'deleted' ? undefined : remote.conflict.remote.etag;
      continue;
    }
    if (!remote.ok) {
      if (remote.error.kind !== 'notFound') return { kind: 'attributesUnknown', error: remote.error };
      const conflict: Conflict = { kind: 'deleted' };
      if ((await ports.resolve(conflict)) === 'stop') return { kind: 'stopped', conflict };
      expectedEtag = undefined;
      continue;
    }
    const info = remote.value;
    if (info.etag !== expectedEtag) {
      const conflict: Conflict = { kind: 'changed', remote: info };
      if ((await ports.resolve(conflict)) === 'stop') return { kind: 'stopped', conflict };
      expectedEtag = info.etag;
    }
    const tags = await readTags(ports);
    if (!tags.ok) return { kind: 'attributesUnknown', error: tags.error };
    const attributes = { headers: info.headers, metadata: info.metadata, tags: tags.value };
    // The time, too: whoever changes headers or metadata meanwhile leaves the ETag as it is.
    const condition = { kind: 'ifMatch', etag: expectedEtag, modifiedAtMs: info.modifiedAtMs } as const;
    const written = await ports.write(attributes, condition);
    if (written.ok) return { kind: 'written', outcome: written.value, info, tags: tags.value };
    const isOvertaken = written.error.kind === 'preconditionFailed' || written.error.kind === 'notFound';
    // A server that refuses the ETag it has just named would be asked forever.
    if (!isOvertaken || refusedEtag === expectedEtag) return { kind: 'failed', error: written.error };
    refusedEtag = expectedEtag;
  }
}

type Created = SaveResult | { readonly kind: 'conflict'; readonly conflict: Conflict };

/** Writes what must not exist yet; with what is left of the attributes when it was deleted after it was opened. */
async function createNew(baseline: Baseline | undefined, ports: SavePorts): Promise<Created> {
  const opened = baseline?.opened;
  const attributes =
    opened === undefined
      ? { headers: {} }
      : { headers: opened.info.headers, metadata: opened.info.metadata, tags: opened.tags ?? {} };
  const written = await ports.write(attributes, { kind: 'ifAbsent' });
  if (written.ok) return { kind: 'written', outcome: written.value, info: opened?.info, tags: opened?.tags ?? {} };
  if (!isTaken(written.error)) return { kind: 'failed', error: written.error };
  const remote = await ports.head();
  if (!remote.ok) return { kind: 'failed', error: remote.error };
  return { kind: 'conflict', conflict: { kind: 'exists', remote: remote.value } };
}

function isTaken(error: CosError): boolean {
  return error.kind === 'preconditionFailed' || error.reason === 'alreadyExists';
}

/** Tags of the object; none where the service has no such thing. */
async function readTags(ports: SavePorts): Promise<Result<Readonly<Record<string, string>>>> {
  const tags = await ports.getTags();
  return !tags.ok && tags.error.kind === 'unsupported' ? { ok: true, value: {} } : tags;
}
