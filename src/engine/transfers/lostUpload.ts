import type { ObjectAddress } from '../cos/client';
import { CosFailure } from '../failure';
import { isUnclear } from '../proof/arrivalUnknown';
import type { TransferContext } from './context';

/**
 * What an upload may have left that was asked for and whose id never came. Nobody aborts it: an empty upload of the same key
 * and time may as well be one that another machine has just begun, and without parts it costs nothing.
 */
export function emptyUploadText({ bucket, key }: ObjectAddress): string {
  return (
    `The service may have begun an upload of "${key}" in bucket "${bucket}" before its answer was lost. It has no parts, costs ` +
    `nothing and was left there, since it may be somebody else's: "Show Incomplete Uploads" on the bucket, in VS Code, finds it`
  );
}

/** The failure to begin an upload, which says what it may have left; undefined where the service has begun none. */
export function lostBeginning(thrown: unknown, address: ObjectAddress): CosFailure | undefined {
  if (!(thrown instanceof CosFailure) || !isUnclear(thrown) || wasNotSent(thrown)) return undefined;
  const detail = `${thrown.error.detail.replace(/\.$/, '')}. ${emptyUploadText(address)}.`;
  return new CosFailure({ ...thrown.error, detail }, { cause: thrown });
}

function wasNotSent({ error: { reason } }: CosFailure): boolean {
  return reason === 'hostUnknown' || reason === 'connectionRefused' || reason === 'proxyRefused';
}

/** Tells what an earlier attempt at an item may have begun, before it begins anew. */
export function forgetLost({ notes, warn }: TransferContext, name: string): void {
  const note = notes.findItem(name);
  if (note?.kind !== 'beginning') return;
  warn(emptyUploadText(note));
  notes.removeItem(name);
}
