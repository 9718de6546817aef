import { CosFailure } from '../failure';
import type { ObjectAddress } from './client';

/**
 * An ETag as the engine keeps it: the text between the quotes of a strong one, and '' where there is none to rely on. A weak one
 * says only that two states are as good as the same, and no condition of a write or a read holds for it (RFC 9110 §8.8.1, §13.1.1);
 * what cannot stand between quotes is none either.
 */
export function strongEtag(text: string | undefined): string {
  const inside = text?.trim().replace(/^"(.*)"$/, '$1') ?? '';
  return /^(?!W\/)[\x21\x23-\x7e]+$/i.test(inside) ? inside : '';
}

/** Whether two ETags name the same state. One that is missing is not the same as another one that is missing. */
export function isSameEtag(one: string | undefined, other: string | undefined): boolean {
  return one !== undefined && one !== '' && one === other;
}

/** An ETag as a condition says it; the only way into one. Throws `unsupported` where there is none to rely on. */
export function quotedEtag(op: string, address: ObjectAddress, etag: string): string {
  if (strongEtag(etag) !== etag || etag === '') throw noEtag(op, address);
  return `"${etag}"`;
}

/** The failure of work that has to be tied to a state of an object that nothing tells from another. */
export function noEtag(op: string, { bucket, key }: ObjectAddress): CosFailure {
  const detail = `The server gives "${key}" no ETag that tells its state from any other: it sends none, an empty one or a weak one. So nobody could tell whether it stays the same meanwhile, and nothing was done.`;
  return new CosFailure({ kind: 'unsupported', op, bucket, key, retry: 'never', detail });
}
