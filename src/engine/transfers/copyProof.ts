import { createHash } from 'node:crypto';
import type { ObjectInfo } from '../../model/objectInfo';
import type { BodySink, ObjectAddress } from '../cos/client';
import { CosFailure } from '../failure';
import { inConnection, type TransferContext, type TransferEnd } from './context';

/** An object and its copy. */
export interface CopyPair {
  readonly source: ObjectInfo;
  readonly from: ObjectAddress;
  readonly target: ObjectAddress;
}

/**
 * Proves that the copy holds the source's bytes: by size and a checksum that both have over the whole object, or by the
 * MD5 that both ETags are. Where neither tells, a move reads both (nothing is deleted on trust), and so does a copy whose
 * bytes came through the engine unproven; a copy that the service made itself is then believed.
 */
export async function proveCopy(
  context: TransferContext,
  sourceEnd: TransferEnd,
  pair: CopyPair,
  how: { readonly isProven: boolean; readonly isMove: boolean },
): Promise<void> {
  const { client, signal } = context;
  const { source, from, target } = pair;
  const copy = await inConnection(context, signal, () => client.headObject(target, signal));
  if (copy.sizeBytes !== source.sizeBytes) throw differs(pair, 'size');
  const algorithm = isWhole(source) && isWhole(copy) ? commonAlgorithm(source, copy) : undefined;
  if (algorithm !== undefined) {
    if (source.checksums[algorithm] !== copy.checksums[algorithm]) throw differs(pair, `${algorithm} checksum`);
    return;
  }
  if (how.isProven || (source.etag === copy.etag && isMd5(source.etag))) return;
  if (!how.isMove && sourceEnd === context) return;
  const [wanted, made] = await Promise.all([
    digest(context, sourceEnd, from, source.etag),
    digest(context, context, target, copy.etag),
  ]);
  if (wanted !== made) throw differs(pair, 'content');
}

/** Deletes the source of a move, unless it is another one by now. */
export async function deleteUnchanged(
  { signal }: TransferContext,
  end: TransferEnd,
  address: ObjectAddress,
  was: ObjectInfo,
): Promise<void> {
  const { client } = end;
  const is = await inConnection(end, signal, () => client.headObject(address, signal));
  // Headers and metadata are changed by a copy onto itself, which renews the time alone.
  if (is.etag !== was.etag || is.sizeBytes !== was.sizeBytes || is.modifiedAtMs !== was.modifiedAtMs) {
    throw new CosFailure({
      kind: 'preconditionFailed',
      op: 'DeleteObject',
      reason: 'changedMeanwhile',
      bucket: address.bucket,
      key: address.key,
      retry: 'later',
      detail: `"${address.key}" changed after it was copied, so it was not deleted; the copy holds what it was before`,
    });
  }
  await inConnection(end, signal, () => client.deleteObject(address, signal));
}

/** Whether an ETag can be the MD5 of a whole object; those of multipart uploads are not (data-plane.md §6). */
export function isMd5(etag: string): boolean {
  return /^[0-9a-f]{32}$/i.test(etag);
}

function isWhole(info: ObjectInfo): boolean {
  return info.checksumType !== 'COMPOSITE';
}

function commonAlgorithm(source: ObjectInfo, copy: ObjectInfo): string | undefined {
  return Object.keys(source.checksums).find((algorithm) => copy.checksums[algorithm] !== undefined);
}

async function digest(
  { signal }: TransferContext,
  end: TransferEnd,
  address: ObjectAddress,
  etag: string,
): Promise<string> {
  const sha256 = createHash('sha256');
  const take: BodySink = (bytes) => {
    sha256.update(bytes);
  };
  await inConnection(end, signal, () => end.client.readObject(address, { ifMatch: etag }, take, signal));
  return sha256.digest('hex');
}

function differs({ from, target }: CopyPair, what: string): CosFailure {
  return new CosFailure({
    kind: 'internal',
    op: 'CopyObject',
    reason: 'integrity',
    bucket: target.bucket,
    key: target.key,
    retry: 'later',
    detail: `the copy "${target.key}" has another ${what} than "${from.key}"; the source was left as it is`,
  });
}
