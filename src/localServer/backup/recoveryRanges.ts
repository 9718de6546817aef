import type { RecoveryRange, Stored } from '../store/backupRecords';
import type { ListedVersion } from '../store/listing';
import type { ObjectVersion } from '../store/objects';
import type { Store } from '../store/store';

const dayMs = 86_400_000;
/** How far the start of a range moves on before what lies before it is looked for. */
export const purgeEveryMs = 3_600_000;
const versionsPerStep = 500;

/** The time for which a range can restore, in milliseconds since the epoch. */
export interface Window {
  readonly startMs: number;
  readonly endMs: number;
}

/** The window of a range at `nowMs`; undefined while the initial sync runs, and once retention has emptied it. */
export function windowOf(range: RecoveryRange, nowMs: number): Window | undefined {
  if (range.startedAtMs === undefined) return undefined;
  const retainedSinceMs = range.retentionDays < 0 ? -Infinity : nowMs - range.retentionDays * dayMs;
  const startMs = Math.min(Math.max(range.startedAtMs, retainedSinceMs), range.syncedUntilMs);
  if (range.state === 'closed' && retainedSinceMs >= range.syncedUntilMs) return undefined;
  return { startMs, endMs: range.syncedUntilMs };
}

/** Removes what a range no longer needs, and a closed range that retention has emptied. */
export async function purgeRange(store: Store, range: Stored<RecoveryRange>, nowMs: number): Promise<void> {
  const window = windowOf(range, nowMs);
  const isOver = range.state === 'closed' && window === undefined;
  const startMs = isOver ? Infinity : window?.startMs;
  if (startMs === undefined || startMs < range.purgedUntilMs + purgeEveryMs) return;
  let walk: PurgeWalk | undefined = { after: undefined, key: undefined, needed: 'newest' };
  while (walk !== undefined) {
    const from: PurgeWalk = walk;
    walk = await store.write(() => purgePage(store, range.rowId, startMs, from));
  }
  await store.write(() => {
    const current = store.backups.findRangeById(range.rowId);
    if (current === undefined) return;
    if (isOver) store.backups.removeRange(range.rowId);
    else store.backups.saveRange({ ...current, purgedUntilMs: startMs });
  });
}

interface PurgeWalk {
  readonly after: { readonly key: string; readonly versionId: string } | undefined;
  readonly key: string | undefined;
  /** Of the key's versions that are not newer than the start, the newest is still needed, the others are not. */
  readonly needed: 'newest' | 'none';
}

function purgePage(store: Store, rangeRowId: number, startMs: number, walk: PurgeWalk): PurgeWalk | undefined {
  const bucketId = -rangeRowId;
  const page = store.listing.versions(
    { bucketId, prefix: '', delimiter: '', limit: versionsPerStep },
    walk.after === undefined ? { kind: 'beginning' } : { kind: 'afterVersion', ...walk.after },
  );
  let { key, needed, after } = walk;
  for (const entry of page.entries) {
    if (entry.kind === 'prefix') continue;
    const { item } = entry;
    after = { key: item.key, versionId: item.versionId };
    if (item.key !== key) needed = 'newest';
    key = item.key;
    if (item.modifiedAtMs > startMs) continue;
    // A marker that was current at the start says no more than the absence of the key.
    if (needed === 'none' || item.isMarker || startMs === Infinity) removeListed(store, rangeRowId, item);
    needed = 'none';
  }
  return page.isTruncated ? { after, key, needed } : undefined;
}

function removeListed(store: Store, rangeRowId: number, item: ListedVersion): void {
  const version = store.objects.findVersion(-rangeRowId, item.key, item.versionId);
  if (version === undefined) return;
  store.objects.remove(version);
  store.backups.addRangeSize(rangeRowId, -version.sizeBytes);
}

/** Removes a range with everything in it. */
export async function dropRange(store: Store, range: Stored<RecoveryRange>): Promise<void> {
  let walk: PurgeWalk | undefined = { after: undefined, key: undefined, needed: 'none' };
  while (walk !== undefined) {
    const from: PurgeWalk = walk;
    walk = await store.write(() => purgePage(store, range.rowId, Infinity, from));
  }
  await store.write(() => store.backups.removeRange(range.rowId));
}

/** A page of the versions that were current at a point in time, and where the next one begins. */
export interface CurrentPage {
  readonly versions: readonly ObjectVersion[];
  readonly visitedCount: number;
  readonly after: { readonly key: string; readonly versionId: string } | undefined;
}

/** Walks a range for what was current at `pointInTimeMs`, delete markers included. */
export function currentAt(
  store: Store,
  rangeRowId: number,
  pointInTimeMs: number,
  after: CurrentPage['after'],
  limit: number,
): CurrentPage {
  const bucketId = -rangeRowId;
  const page = store.listing.versions(
    { bucketId, prefix: '', delimiter: '', limit },
    after === undefined ? { kind: 'beginning' } : { kind: 'afterVersion', ...after },
  );
  const versions: ObjectVersion[] = [];
  // The page before has dealt with the newest version of this key unless all it saw was written later.
  let doneKey = after !== undefined && isDecided(store, bucketId, after, pointInTimeMs) ? after.key : undefined;
  let last = after;
  for (const entry of page.entries) {
    if (entry.kind === 'prefix') continue;
    const { key, versionId, modifiedAtMs } = entry.item;
    last = { key, versionId };
    if (key === doneKey || modifiedAtMs > pointInTimeMs) continue;
    doneKey = key;
    const version = store.objects.findVersion(bucketId, key, versionId);
    if (version !== undefined) versions.push(version);
  }
  return { versions, visitedCount: page.entries.length, after: page.isTruncated ? last : undefined };
}

function isDecided(
  store: Store,
  bucketId: number,
  { key, versionId }: { key: string; versionId: string },
  pointInTimeMs: number,
): boolean {
  const version = store.objects.findVersion(bucketId, key, versionId);
  return version !== undefined && version.modifiedAtMs <= pointInTimeMs;
}
