import type { CancellationToken } from 'vscode';
import type { Result } from '../../model/cosError';
import type { BucketName, ConnectionId, ObjectKey } from '../../model/ids';
import type { ObjectVersion } from '../../model/objectVersion';
import { versionPages } from '../pages';
import type { EngineClient } from '../services';
import type { FolderRef } from '../nodes/treeNode';

/** Pages of a folder's versions that are read to find what was deleted in it. */
const maxPages = 10;

/** An object of one bucket. */
export interface VersionedObject {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
  readonly key: ObjectKey;
}

/** All versions and delete markers of one object, newest first. Asked for by a person, never while listing. */
export async function versionsOf(
  engine: Pick<EngineClient, 'send'>,
  { connectionId, bucket, key }: VersionedObject,
  token?: CancellationToken,
): Promise<Result<readonly ObjectVersion[]>> {
  const found: ObjectVersion[] = [];
  for await (const page of versionPages(engine, { connectionId, bucket, prefix: key, delimiter: '' }, token)) {
    if (!page.ok) return page;
    const own = page.value.versions.filter((version) => version.key === key);
    found.push(...own);
    // The key itself sorts before everything that it is the beginning of.
    if (own.length < page.value.versions.length) break;
  }
  return { ok: true, value: found };
}

/** Objects of a folder whose newest version is a delete marker. */
export async function deletedIn(
  engine: Pick<EngineClient, 'send'>,
  { connectionId, bucket, prefix }: FolderRef,
): Promise<Result<{ readonly markers: readonly ObjectVersion[]; readonly isComplete: boolean }>> {
  const markers: ObjectVersion[] = [];
  let read = 0;
  for await (const page of versionPages(engine, { connectionId, bucket, prefix, delimiter: '/' })) {
    if (!page.ok) return page;
    read += 1;
    markers.push(...page.value.versions.filter(({ kind, isLatest }) => kind === 'deleteMarker' && isLatest));
    const isMore = page.value.nextCursor !== undefined;
    if (isMore && read >= maxPages) return { ok: true, value: { markers, isComplete: false } };
  }
  return { ok: true, value: { markers, isComplete: true } };
}
