import type { Connection } from '../../model/connection';
import type { Link, LinkWish } from '../../model/link';
import type { EngineClock } from '../clock';
import { CosFailure } from '../failure';
import { requestAddress } from './address';
import type { Authorizer } from './authorizer';
import type { ObjectAddress } from './client';
import type { Wire } from './wire';
import type { WriteGuard } from './writeGuard';

/** Links that carry their own signature (data-plane §17). */
export interface LinkOperations {
  /** Makes a link; nothing is asked of the service. `unsupported` for API keys, `denied` to upload where nothing may change. */
  createLink(address: ObjectAddress, wish: LinkWish, signal: AbortSignal): Promise<Link>;
}

/** Makes links for the objects of a connection. */
export function createLinks(
  connection: Connection,
  wire: Wire,
  authorizer: Authorizer,
  clock: EngineClock,
  guard: WriteGuard,
): LinkOperations {
  return {
    async createLink(address, wish, signal) {
      const { method, expiresSeconds } = wish;
      const refusal = method === 'PUT' ? guard('links/create') : undefined;
      if (refusal !== undefined) throw refusal;
      if (!Number.isSafeInteger(expiresSeconds) || expiresSeconds < 1)
        throw badLink(address, 'A link needs a whole number of seconds, at least 1, until it expires.');
      if (/(^|\/)\.{1,2}(\/|$)/.test(address.key)) {
        // However they are encoded (WHATWG URL Standard): the link would open, or write, something else.
        throw badLink(address, 'The key has a part "." or "..", which browsers and many tools drop from any URL.');
      }
      const place = requestAddress(
        await wire.originOf(address.bucket, signal),
        connection,
        address.bucket,
        address.key,
      );
      // Cut to the second, as the signature is, so that the link expires no earlier than it says.
      const nowMs = Math.floor(clock.nowMs() / 1000) * 1000;
      const url = await authorizer.presign({ method, ...place, query: queryOf(address, wish) }, expiresSeconds, signal);
      return { url, expiresAtMs: nowMs + expiresSeconds * 1000 };
    },
  };
}

function queryOf({ versionId }: ObjectAddress, wish: LinkWish): Record<string, string> {
  const query: Record<string, string> = {};
  if (wish.method === 'PUT') return query;
  if (versionId !== undefined) query['versionId'] = versionId;
  if (wish.contentDisposition !== undefined) query['response-content-disposition'] = wish.contentDisposition;
  if (wish.contentType !== undefined) query['response-content-type'] = wish.contentType;
  return query;
}

function badLink({ bucket, key }: ObjectAddress, detail: string): CosFailure {
  return new CosFailure({ kind: 'invalid', op: 'links/create', bucket, key, retry: 'never', detail });
}
