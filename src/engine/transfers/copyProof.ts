import { createHash } from 'node:crypto';
import type { ObjectInfo } from '../../model/objectInfo';
import type { BodySink, ObjectAddress } from '../cos/client';
import type { Verdict } from '../../model/verdict';
import type { IncomparableCopies } from '../../protocol/requests';
import { CosFailure } from '../failure';
import { compareWith } from '../proof/arrival';
import { arrivalUnknown } from '../proof/arrivalUnknown';
import { mayHaveActed } from '../http/httpClient';
import { sentObject } from '../proof/sentBytes';
import { inConnection, type TransferContext, type TransferEnd } from './context';
import { findObject } from '../cos/absence';
import { isSameEtag } from '../cos/etag';

/** An object and its copy. */
export interface CopyPair {
  readonly source: ObjectInfo;
  readonly from: ObjectAddress;
  readonly target: ObjectAddress;
}

/** What to do where the checksums of both sides cannot be compared. */
export interface ProofWishes {
  readonly isMove: boolean;
  readonly incomparable: IncomparableCopies | undefined;
  /** What vouches for bytes that were compared on their way through the engine. */
  readonly proven?: Verdict;
  /** Whether it is known that the copy at the target was made of this source. */
  readonly isKnown: boolean;
}

/**
 * Proves that a copy holds the source's bytes, by the checksums of both sides. Where these cannot be compared a move reads both,
 * unless the service is to be trusted; a copy that the service made itself is trusted, and one whose bytes came through the
 * engine unproven is read. What may be somebody else's copy is never trusted.
 */
export async function proveCopy(
  context: TransferContext,
  sourceEnd: TransferEnd,
  pair: CopyPair,
  wishes: ProofWishes,
): Promise<Verdict> {
  const { client, signal } = context;
  const { source, from, target } = pair;
  const copy = await inConnection(context, signal, () => client.headObject(target, signal));
  if (copy.sizeBytes !== source.sizeBytes) throw differs(pair, 'size');
  const compared = await compareWith(copy, sentObject(source));
  if (compared.arrival === 'ours') return compared.verdict;
  if (compared.arrival !== 'cannotTell') throw differs(pair, 'checksum');
  if (wishes.proven !== undefined) return wishes.proven;
  const isTrusted = wishes.incomparable === 'trust' || (!wishes.isMove && sourceEnd === context);
  if (isTrusted && !wishes.isKnown) throw arrivalUnknown('CopyObject', target, compared.why, '', undefined);
  if (isTrusted) return { kind: 'trusted', why: 'copiedByService' };
  const [wanted, made] = await Promise.all([
    digest(context, sourceEnd, from, source.etag),
    digest(context, context, target, copy.etag),
  ]);
  if (wanted !== made) throw differs(pair, 'content');
  return { kind: 'verified', by: 'SHA256', of: 'whole' };
}

const mostDeletions = 5;

/**
 * Deletes the source of a move, unless it is another one by now. Where the answer is lost it is looked at again: what is gone is
 * deleted, and what somebody else wrote there meanwhile stays.
 */
export async function deleteUnchanged(
  { signal }: TransferContext,
  end: TransferEnd,
  address: ObjectAddress,
  was: ObjectInfo,
): Promise<void> {
  const { client } = end;
  for (let attempt = 1; ; attempt++) {
    const is = await inConnection(end, signal, () => findObject(client, address, signal));
    if (is === undefined && attempt > 1) return;
    // Headers and metadata are changed by a copy onto itself, which renews the time alone.
    const isSame =
      is !== undefined &&
      isSameEtag(is.etag, was.etag) &&
      is.sizeBytes === was.sizeBytes &&
      is.modifiedAtMs === was.modifiedAtMs;
    if (!isSame) throw changedSince(address);
    try {
      return await inConnection(end, signal, () => client.deleteObject(address, signal));
    } catch (thrown) {
      const isLost = thrown instanceof CosFailure && mayHaveActed(thrown) && thrown.error.retry === 'later';
      if (!isLost || attempt === mostDeletions || signal.aborted) throw thrown;
    }
  }
}

function changedSince({ bucket, key }: ObjectAddress): CosFailure {
  return new CosFailure({
    kind: 'preconditionFailed',
    op: 'DeleteObject',
    reason: 'changedMeanwhile',
    bucket,
    key,
    retry: 'later',
    detail: `"${key}" changed after it was copied, so it was not deleted; the copy holds what it was before`,
  });
}

/** Whether an ETag can be the MD5 of a whole object; those of multipart uploads are not (data-plane §6). */
export function isMd5(etag: string): boolean {
  return /^[0-9a-f]{32}$/i.test(etag);
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
