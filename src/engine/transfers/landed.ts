import type { ObjectInfo } from '../../model/objectInfo';
import type { Part } from '../../model/partPlan';
import type { Verdict } from '../../model/verdict';
import type { NewObjectAttributes, ObjectAddress } from '../cos/client';
import { CosFailure } from '../failure';
import { compareWith, type Compared, type SentBytes } from '../proof/arrival';
import { arrivalUnknown, notAsked } from '../proof/arrivalUnknown';
import { sentFile } from '../proof/sentBytes';
import { carriesAll } from './carriedAttributes';
import type { TransferContext } from './context';
import { findObject } from '../cos/absence';
import type { SourceFile } from './sourceFile';

/** How long asking what became of a write may take; a file is read for it. */
const askMs = 10 * 60_000;

/** The bytes of a file, sent whole or in parts. */
export function sentOf(file: SourceFile, parts?: readonly Part[]): SentBytes {
  return sentFile((...stretch) => file.read(...stretch), parts);
}

/**
 * Whether an object is ours: it holds the bytes that were sent, by a checksum, and all else that it was to get. The old one of
 * a replacement often has the same bytes. Throws where the service cannot be asked.
 */
export async function arrivalAt(
  context: Pick<TransferContext, 'client' | 'nowMs'>,
  address: ObjectAddress,
  sent: SentBytes,
  attributes: NewObjectAttributes,
  signal: AbortSignal = AbortSignal.timeout(askMs),
): Promise<Compared> {
  const found = await findObject(context.client, address, signal);
  const compared = await compareWith(found, sent);
  if (compared.arrival !== 'ours' || found === undefined) return compared;
  return (await carriesAll(context, address, found, attributes, signal)) ? compared : { arrival: 'notOurs' };
}

/** Whether an object has all that one gets which is written with these attributes. */
export function carrying(
  context: Pick<TransferContext, 'client' | 'nowMs'>,
  address: ObjectAddress,
  attributes: NewObjectAttributes,
): (found: ObjectInfo, signal: AbortSignal) => Promise<boolean> {
  return (found, signal) => carriesAll(context, address, found, attributes, signal);
}

/**
 * Ends a PUT that failed: with what vouches for its object where that has arrived all the same; throws where it has not, or
 * where that cannot be told. A PUT that was refused has not happened.
 */
export async function endOfPut(
  thrown: unknown,
  address: ObjectAddress,
  look: () => Promise<Compared>,
): Promise<Verdict> {
  if (!(thrown instanceof CosFailure) || !['network', 'throttled', 'cancelled'].includes(thrown.error.kind))
    throw thrown;
  let looked: Compared;
  try {
    looked = await look();
  } catch {
    throw notAsked(thrown, address);
  }
  if (looked.arrival === 'cannotTell') throw arrivalUnknown('PutObject', address, looked.why, '', thrown);
  if (looked.arrival !== 'ours') throw thrown;
  return looked.verdict;
}
