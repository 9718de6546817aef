import type { BucketName, ConnectionId, ObjectKey, TransferId } from '../../model/ids';
import type { UndoneDeletion } from '../../protocol/requests';
import type { CosClient, DeletedKey } from '../cos/client';
import type { CosError } from '../../model/cosError';
import { CosFailure } from '../failure';
import { batchKeys, keyError } from './deleteBatch';
import { findObject } from '../cos/absence';

/** Delete markers that are remembered at most, of all deletions together. */
const mostMarkers = 100_000;
/** HEADs that are under way at once. */
const headsAtOnce = 16;

interface Marker {
  readonly key: ObjectKey;
  readonly versionId: string;
}

/** What the service answered to a deletion. */
interface Deletion {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
  markers: readonly Marker[];
  /** Objects that are gone without a marker. */
  unmarked: number;
  isComplete: boolean;
}

/** Which delete markers the deletions of this engine have made, by the service's own answers. */
export class Deletions {
  readonly #deletions = new Map<TransferId, Deletion>();
  #markers = 0;

  /** Remembers what a deletion has deleted. */
  note(transferId: TransferId, place: Pick<Deletion, 'connectionId' | 'bucket'>, deleted: readonly DeletedKey[]): void {
    const deletion = this.#deletions.get(transferId) ?? { ...place, markers: [], unmarked: 0, isComplete: true };
    this.#deletions.set(transferId, deletion);
    const markers = deleted.flatMap(({ key, markerId }) =>
      markerId === undefined ? [] : [{ key, versionId: markerId }],
    );
    deletion.unmarked += deleted.length - markers.length;
    this.#markers += markers.length;
    deletion.markers = [...deletion.markers, ...markers];
    for (const [, oldest] of this.#deletions) {
      if (this.#markers <= mostMarkers) break;
      this.#markers -= oldest.markers.length;
      oldest.markers = [];
      oldest.isComplete = false;
    }
  }

  /** Where a deletion took place, if it is known. */
  placeOf(transferId: TransferId): Pick<Deletion, 'connectionId' | 'bucket'> | undefined {
    return this.#deletions.get(transferId);
  }

  /**
   * Deletes the markers that a deletion made, and looks whether the objects are there then: somebody else may have deleted
   * them, too. What is undone is not undone again; what failed can be tried again.
   */
  async undo(transferId: TransferId, client: CosClient, signal: AbortSignal): Promise<UndoneDeletion> {
    const deletion = this.#deletions.get(transferId);
    if (deletion === undefined) return { kind: 'impossible', cause: 'notKnown' };
    if (!deletion.isComplete) return { kind: 'impossible', cause: 'tooMany' };
    if (deletion.markers.length === 0)
      return { kind: 'impossible', cause: deletion.unmarked > 0 ? 'noVersions' : 'used' };
    const { bucket, unmarked } = deletion;
    const undone = { there: 0, hidden: 0, failures: [] as { key: string; error: CosError }[] };
    const waiting = deletion.markers;
    for (let at = 0; at < waiting.length; at += batchKeys) {
      const batch = waiting.slice(at, at + batchKeys);
      const removed: DeletedKey[] = [];
      const answered = await client.deleteVersions(bucket, batch, signal, (deleted) => removed.push(...deleted));
      // Somebody else has removed it already, and that is no failure.
      const failures = answered.filter(({ code }) => code !== 'NoSuchVersion');
      const failed = new Set(failures.map(({ versionId }) => versionId));
      undone.failures.push(...failures.map((failure) => ({ key: failure.key, error: keyError(bucket, failure) })));
      const done = new Set(batch.filter(({ versionId }) => !failed.has(versionId)));
      deletion.markers = deletion.markers.filter((marker) => !done.has(marker));
      this.#markers -= done.size;
      const isThere = await this.#areThere(client, bucket, removed, signal);
      undone.there += isThere.filter(Boolean).length;
      undone.hidden += isThere.filter((is) => !is).length;
    }
    const isNothing = undone.there + undone.hidden + undone.failures.length === 0;
    return isNothing ? { kind: 'impossible', cause: 'used' } : { kind: 'undone', ...undone, withoutMarker: unmarked };
  }

  /** Only what was a marker has been brought back. */
  async #areThere(
    client: CosClient,
    bucket: BucketName,
    removed: readonly DeletedKey[],
    signal: AbortSignal,
  ): Promise<readonly boolean[]> {
    const markers = removed.filter(({ markerId }) => markerId !== undefined);
    const there: boolean[] = [];
    for (let at = 0; at < markers.length; at += headsAtOnce) {
      const some = markers.slice(at, at + headsAtOnce);
      there.push(
        ...(await Promise.all(
          some.map(async ({ key }) => {
            try {
              return (await findObject(client, { bucket, key }, signal)) !== undefined;
            } catch (thrown) {
              // Who may not look is told what was done.
              if (thrown instanceof CosFailure && thrown.error.kind === 'denied') return true;
              throw thrown;
            }
          }),
        )),
      );
    }
    return there;
  }
}
