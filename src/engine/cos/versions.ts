import { objectKey, type BucketName } from '../../model/ids';
import type { ObjectVersion, VersionPage } from '../../model/objectVersion';
import { obstaclesOf } from '../../model/protection';
import type { EngineClock } from '../clock';
import { CosFailure } from '../failure';
import { versionPages } from '../pages';
import type { ObjectAddress, VersionQuery } from './client';
import { sendControl, type ControlAnswer } from './control';
import { assertListed } from './listedNames';
import { decodeListed } from './listing';
import { strongEtag } from './etag';
import { momentMs } from './moment';
import { unquoted } from './objectHeaders';
import type { ProtectionOperations } from './protection';
import { describeObstacles, refused } from './refusal';
import type { Wire } from './wire';
import { childElements, childText, type XmlElement } from './xml';

/** A version of an object. */
export type VersionAddress = ObjectAddress & { readonly versionId: string };

/** Versions of objects (data-plane §4.3, §5.4, §10). */
export interface VersionOperations {
  /** One page of versions and delete markers, in one request. */
  listVersions(bucket: BucketName, query: VersionQuery, signal: AbortSignal): Promise<VersionPage>;
  /**
   * Permanently deletes one version, or a delete marker. `held` where Object Lock or a retention forbids it; with
   * `bypassGovernance` that needs a permission (`denied`). Versions that are not there are deleted already.
   */
  deleteVersion(
    address: VersionAddress,
    options: { readonly bypassGovernance: boolean },
    signal: AbortSignal,
  ): Promise<{ readonly wasDeleteMarker: boolean }>;
  /**
   * Makes a deleted object visible again by deleting the markers on top of its newest version. `notFound`/`noSuchKey`
   * where no version is left; nothing is done for an object that is there.
   */
  undeleteObject(
    address: ObjectAddress,
    signal: AbortSignal,
  ): Promise<{ readonly versionId: string; readonly removedMarkers: number }>;
}

/** Operations over a wire. `protection` tells a lock from a missing role, since both are refused with 403. */
export function createVersions(
  wire: Wire,
  clock: EngineClock,
  protection: Pick<ProtectionOperations, 'getProtection'>,
): VersionOperations {
  async function listVersions(bucket: BucketName, query: VersionQuery, signal: AbortSignal): Promise<VersionPage> {
    const [keyMarker, versionIdMarker] = readCursor(query.cursor);
    const answer = await sendControl(
      wire,
      {
        op: 'ListObjectVersions',
        method: 'GET',
        bucket,
        query: {
          versions: undefined,
          'encoding-type': 'url',
          prefix: query.prefix,
          ...(query.delimiter === '' ? {} : { delimiter: query.delimiter }),
          ...(query.maxKeys === undefined ? {} : { 'max-keys': query.maxKeys }),
          ...(keyMarker === undefined ? {} : { 'key-marker': keyMarker }),
          ...(versionIdMarker === undefined ? {} : { 'version-id-marker': versionIdMarker }),
        },
        repeatable: 'always',
      },
      signal,
    );
    return versionPage(answer, bucket, query);
  }

  const deleteVersion: VersionOperations['deleteVersion'] = async (address, { bypassGovernance }, signal) => {
    const op = 'DeleteObjectVersion';
    const { bucket, key, versionId } = address;
    const headers: Record<string, string> = bypassGovernance ? { 'x-amz-bypass-governance-retention': 'true' } : {};
    try {
      const request = {
        op,
        method: 'DELETE',
        bucket,
        key,
        query: { versionId },
        headers,
        repeatable: 'always',
      } as const;
      const answer = await sendControl(wire, request, signal);
      return { wasDeleteMarker: answer.headers['x-amz-delete-marker']?.toLowerCase() === 'true' };
    } catch (error) {
      const isRefusal =
        error instanceof CosFailure && (error.error.httpStatus === 403 || error.error.httpStatus === 451);
      if (!isRefusal) throw error;
      const current = await protection.getProtection(address, signal).catch(() => {
        throw error; // who may not look either gets the first refusal
      });
      const obstacles = obstaclesOf(current, clock.nowMs());
      const isOnlyGovernance = obstacles.every((each) => each.kind === 'locked' && each.mode === 'GOVERNANCE');
      // With the bypass, GOVERNANCE does not stand in the way: the permission is missing.
      if (obstacles.length === 0 || (isOnlyGovernance && bypassGovernance)) throw error;
      const detail = `The version "${versionId}" of "${key}" cannot be deleted: ${describeObstacles(obstacles)}.`;
      const refusal = isOnlyGovernance ? 'lockNeedsBypass' : 'protected';
      throw refused(op, address, { kind: 'held', refusal, detail }, error);
    }
  };

  return {
    listVersions,
    deleteVersion,
    async undeleteObject({ bucket, key }, signal) {
      const markers: string[] = [];
      let newest: string | undefined;
      const pages = versionPages(bucket, { prefix: key, delimiter: '' }, (query) =>
        listVersions(bucket, query, signal),
      );
      for await (const page of pages) {
        // The key itself comes before every longer one that begins with it.
        const own = page.versions.filter((version) => version.key === key);
        for (const version of own) {
          if (newest !== undefined) break;
          if (version.kind === 'version') newest = version.versionId;
          else markers.push(version.versionId);
        }
        if (newest !== undefined || own.length < page.versions.length) break;
      }
      if (newest === undefined) {
        throw new CosFailure({
          kind: 'notFound',
          op: 'UndeleteObject',
          reason: 'noSuchKey',
          bucket,
          key,
          retry: 'never',
          detail: `No version of "${key}" is left that could come back.`,
        });
      }
      for (const versionId of markers) {
        await deleteVersion({ bucket, key, versionId }, { bypassGovernance: false }, signal);
      }
      return { versionId: newest, removedMarkers: markers.length };
    },
  };
}

function readCursor(cursor: string | undefined): readonly [string?, string?] {
  return cursor === undefined ? [] : (JSON.parse(cursor) as [string, string?]);
}

/** `ListVersionsResult`, as IBM calls it; S3 writes `ListVersionsResult` too, but some servers `ListObjectVersionsResult`. */
function versionPage(answer: ControlAnswer, bucket: BucketName, { prefix, cursor }: VersionQuery): VersionPage {
  const root = answer.findRoot('ListObjectVersionsResult') ?? answer.root('ListVersionsResult');
  const isEncoded = childText(root, 'EncodingType')?.trim() === 'url';
  const decode = (text: string): string => (isEncoded ? decodeListed(text) : text);
  const versions = inOrder(
    answer.text,
    childElements(root, 'Version').map((element) => versionOf(element, decode)),
    childElements(root, 'DeleteMarker').map((element) => markerOf(element, decode)),
  );
  const folders = childElements(root, 'CommonPrefixes').map((element) => decode(childText(element, 'Prefix') ?? ''));
  assertListed('ListObjectVersions', bucket, prefix, versions, folders);
  if (childText(root, 'IsTruncated')?.trim() !== 'true') return { folders, versions };
  const last = versions.at(-1);
  const nextKey = childText(root, 'NextKeyMarker');
  // Some servers do not encode the marker although they encode the keys (radosgw).
  const isLast = last !== undefined && (nextKey === last.key || nextKey === undefined || nextKey === '');
  const key = isLast ? last.key : nextKey === undefined ? undefined : decode(nextKey);
  const version =
    childText(root, 'NextVersionIdMarker')?.trim() ?? (nextKey === undefined ? last?.versionId : undefined);
  const nextCursor = JSON.stringify(version === undefined || version === '' ? [key] : [key, version]);
  if (key === undefined || nextCursor === cursor) {
    const detail = `The server says that the list of versions of "${bucket}" goes on, but not where.`;
    throw refused('ListObjectVersions', { bucket }, { kind: 'unsupported', detail });
  }
  return { folders, versions, nextCursor };
}

/** Versions and markers in the order of the document: the parser gives them in two groups, and dates may be equal. */
function inOrder(
  text: string,
  versions: readonly ObjectVersion[],
  markers: readonly ObjectVersion[],
): readonly ObjectVersion[] {
  const left = { Version: [...versions].reverse(), DeleteMarker: [...markers].reverse() };
  const merged: ObjectVersion[] = [];
  for (const [, name] of text.matchAll(/<(?:\w+:)?(Version|DeleteMarker)[\s>]/g)) {
    const next = left[name as keyof typeof left].pop();
    if (next !== undefined) merged.push(next);
  }
  return merged;
}

function common(element: XmlElement, decode: (text: string) => string) {
  return {
    key: objectKey(decode(childText(element, 'Key') ?? '')),
    versionId: childText(element, 'VersionId')?.trim() ?? '',
    isLatest: childText(element, 'IsLatest')?.trim() === 'true',
    modifiedAtMs: momentMs(childText(element, 'LastModified')) ?? Number.NaN,
  };
}

function markerOf(element: XmlElement, decode: (text: string) => string): ObjectVersion {
  return { kind: 'deleteMarker', ...common(element, decode) };
}

function versionOf(element: XmlElement, decode: (text: string) => string): ObjectVersion {
  const storageClass = unquoted(childText(element, 'StorageClass'));
  return {
    kind: 'version',
    ...common(element, decode),
    sizeBytes: Number(childText(element, 'Size')?.trim() || Number.NaN),
    etag: strongEtag(childText(element, 'ETag')),
    ...(storageClass === undefined || storageClass === '' ? {} : { storageClass }),
  };
}
