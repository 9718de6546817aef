import type { ObjectAddress } from '../cos/client';
import { CosFailure } from '../failure';

/** The object is not the one that was planned. */
export function objectChanged(address: ObjectAddress): CosFailure {
  return new CosFailure({
    kind: 'preconditionFailed',
    op: 'GetObject',
    reason: 'changedMeanwhile',
    bucket: address.bucket,
    key: address.key,
    retry: 'later',
    detail: `"${address.key}" changed while it was being downloaded; nothing of it was kept`,
  });
}

/** What arrived is not the object. */
export function notIntact(address: ObjectAddress, what: string): CosFailure {
  return new CosFailure({
    kind: 'network',
    op: 'GetObject',
    reason: 'integrity',
    bucket: address.bucket,
    key: address.key,
    retry: 'later',
    detail: `"${address.key}" did not arrive intact: ${what}; nothing of it was kept`,
  });
}
