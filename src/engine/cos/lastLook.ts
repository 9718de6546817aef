import { isDeepStrictEqual } from 'node:util';
import type { EngineClock } from '../clock';
import { CosFailure } from '../failure';
import type { AclOperations } from './acl';
import type { CosClient, ObjectAddress } from './client';
import type { WholeState } from './objectState';

/** Whether a rewrite sets the tags that were read, or lets the service carry them over as they are by then. */
export type TagsOfRewrite = 'written' | 'carried';

/** How a rewrite makes sure that it overwrites nobody else's change. */
export interface LastLook {
  /**
   * Waits while the time of the last change cannot tell a next one from it: dates on the wire have whole seconds, so one
   * that is as young as the answer it came with proves nothing (RFC 9110, 8.8.2.2).
   */
  settle(state: WholeState, signal: AbortSignal): Promise<void>;
  /**
   * Reads what a rewrite would write back, and throws `changedMeanwhile` unless it is as it was read. Tags that are
   * carried over may have changed.
   */
  requireSame(
    op: string,
    address: ObjectAddress,
    state: WholeState,
    tags: TagsOfRewrite,
    signal: AbortSignal,
  ): Promise<void>;
  /**
   * Looks at the version that was written over, where there is one: what somebody changed of it at the last moment is
   * not in the new one. Throws `changedMeanwhile` then.
   */
  requireUntouched(
    op: string,
    address: ObjectAddress,
    state: WholeState,
    tags: TagsOfRewrite,
    signal: AbortSignal,
  ): Promise<void>;
}

/** What looking is made of. */
export type LookParts = Pick<CosClient, 'headObject' | 'getTags'> & Pick<AclOperations, 'getAcl'>;

/** Looks over the client's own parts. */
export function createLastLook(clock: EngineClock, parts: LookParts): LastLook {
  return {
    async settle({ info: { modifiedAtMs }, readAtMs = clock.nowMs() }, signal) {
      if (Math.floor(modifiedAtMs / 1000) >= Math.floor(readAtMs / 1000)) await clock.sleep(1000, signal);
    },

    async requireSame(op, { bucket, key }, state, tags, signal) {
      const address = { bucket, key };
      // What no condition of the service covers comes last: the less time passes before the write, the better.
      const info = await parts.headObject(address, signal);
      const tagsNow = tags === 'written' ? await parts.getTags(address, signal) : state.tags;
      const acl = await parts.getAcl(address, signal);
      const { etag, modifiedAtMs, versionId, headers, metadata, protection } = state.info;
      const before = { etag, modifiedAtMs, versionId, headers, metadata, protection, acl: state.acl, tags: state.tags };
      const now = {
        etag: info.etag,
        modifiedAtMs: info.modifiedAtMs,
        versionId: info.versionId,
        headers: info.headers,
        metadata: info.metadata,
        protection: info.protection,
        acl,
        tags: tagsNow,
      };
      if (!isDeepStrictEqual(plain(now), plain(before))) {
        throw changedMeanwhile(op, address, `"${key}" was changed meanwhile. Nothing was changed.`);
      }
    },

    async requireUntouched(op, { bucket, key }, state, tags, signal) {
      const { versionId } = state.info;
      if (versionId === undefined) return;
      const version = { bucket, key, versionId };
      const read = Promise.all([
        parts.getAcl(version, signal),
        parts.headObject(version, signal),
        tags === 'written' ? parts.getTags(version, signal) : state.tags,
      ]);
      // A version that is gone or cannot be asked for cannot be compared; the new one was written all the same.
      const old = await read.catch(() => undefined);
      if (old === undefined) return;
      const [acl, info, tagsNow] = old;
      const before = [state.acl, state.info.protection, state.tags];
      if (isDeepStrictEqual(plain([acl, info.protection, tagsNow]), plain(before))) return;
      const detail = `Somebody changed the access list, tags or lock of "${key}" while it was written anew. Their change is on the version ${versionId} and not on the current one.`;
      throw changedMeanwhile(op, { bucket, key }, detail);
    },
  };
}

/** That an object is no longer the one that was read. */
export function changedMeanwhile(op: string, { bucket, key }: ObjectAddress, detail: string): CosFailure {
  const reason = 'changedMeanwhile';
  return new CosFailure({ kind: 'preconditionFailed', op, reason, bucket, key, retry: 'never', detail });
}

/** Values as JSON has them: without undefined fields and prototypes, which are no difference. */
function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value)) as unknown;
}
