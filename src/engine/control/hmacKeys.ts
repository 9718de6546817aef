import type { HmacPair } from '../../model/serviceCredential';
import { CosFailure } from '../failure';
import type { ControlClient } from './controlClient';

const op = 'CreateResourceKey';

/** What a new service credential is to be. */
export interface HmacKeyWish {
  readonly name: string;
  /** CRN or guid of the instance that it is for. */
  readonly serviceInstanceId: string;
  readonly role: 'Reader' | 'Writer';
}

/**
 * Creates a service credential with an HMAC pair (control-plane §2.3) and answers the pair, which the service may never
 * show again. A lost answer is not repeated: there could be two credentials then. Throws `denied` where secrets are hidden.
 */
export async function createHmacKey(
  control: ControlClient,
  { name, serviceInstanceId, role }: HmacKeyWish,
  signal: AbortSignal,
): Promise<HmacPair> {
  const { json } = await control.send(
    {
      op,
      service: 'resourceController',
      method: 'POST',
      path: ['v2', 'resource_keys'],
      body: { name, source: serviceInstanceId, role, parameters: { HMAC: true } },
    },
    signal,
  );
  const pair = fieldsAt(fieldsAt(json, 'credentials'), 'cos_hmac_keys');
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey } = pair;
  if (typeof accessKeyId === 'string' && typeof secretAccessKey === 'string') return { accessKeyId, secretAccessKey };
  throw new CosFailure({
    kind: 'denied',
    op,
    retry: 'never',
    detail: `The service credential "${name}" was created, but its secrets are not shown to this identity.`,
  });
}

function fieldsAt(value: unknown, name: string): Readonly<Record<string, unknown>> {
  const inside = isRecord(value) ? value[name] : undefined;
  return isRecord(inside) ? inside : {};
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
