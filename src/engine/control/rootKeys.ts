import type { EndpointNetwork } from '../../model/location';
import { parseKeyCrn, type KeyCrn, type KeyInstance, type RootKey } from '../../model/rootKey';
import { CosFailure } from '../failure';
import type { ControlClient } from './controlClient';
import { listResourceInstances } from './instances';

const op = 'ListRootKeys';
/** What the service pages by where nothing is asked (control-plane §4.2). */
const pageSize = 200;

/**
 * Instances of Key Protect and Hyper Protect Crypto Services that the identity sees, by name (control-plane §4.1). They are
 * told by their CRN: only the first has a known catalogue id.
 */
export async function listKeyInstances(control: ControlClient, signal: AbortSignal): Promise<readonly KeyInstance[]> {
  const listed = await listResourceInstances(control, {}, signal);
  const found = listed.flatMap(({ crn, name }): KeyInstance[] => {
    const parsed = parseKeyCrn(crn);
    return parsed === undefined ? [] : [{ crn, name, service: parsed.service, region: parsed.region }];
  });
  return found.toSorted((one, other) => one.name.localeCompare(other.name));
}

/** Active root keys of an instance, by name (control-plane §4.2). Throws `invalid` for a CRN of anything else. */
export async function listRootKeys(
  control: ControlClient,
  instanceCrn: string,
  signal: AbortSignal,
): Promise<readonly RootKey[]> {
  const instance = parseKeyCrn(instanceCrn);
  if (instance === undefined) {
    const detail = `"${instanceCrn}" is not the CRN of a Key Protect or Hyper Protect Crypto Services instance.`;
    throw new CosFailure({ kind: 'invalid', op, retry: 'never', detail });
  }
  const found = new Map<string, RootKey>();
  for (let offset = 0; ; offset += pageSize) {
    const query = { extractable: 'false', state: '1', limit: String(pageSize), offset: String(offset) };
    const { json } = await control.send(
      {
        op,
        service: 'keyProtect',
        method: 'GET',
        path: ['api', 'v2', 'keys'],
        query,
        headers: { 'bluemix-instance': instance.instanceGuid, accept: 'application/vnd.ibm.collection+json' },
        baseUrl: hostOfKeys(instance, control.network),
      },
      signal,
    );
    const page = keysOf(json);
    const before = found.size;
    for (const key of page) found.set(key.crn, key);
    // A page that brings nothing new would be sent forever.
    if (page.length < pageSize || found.size === before) break;
  }
  return [...found.values()]
    .filter(({ crn }) => parseKeyCrn(crn)?.keyId !== undefined)
    .toSorted((one, other) => one.name.localeCompare(other.name));
}

/** Key Protect has a host for each region, Hyper Protect one for each instance. Neither has a third network. */
function hostOfKeys({ service, region, instanceGuid }: KeyCrn, network: EndpointNetwork | undefined): string {
  const isPrivate = network === 'private' || network === 'direct';
  switch (service) {
    case 'keyProtect':
      return `https://${isPrivate ? 'private.' : ''}${region}.kms.cloud.ibm.com`;
    case 'hpcs':
      return `https://${instanceGuid}.api.${isPrivate ? 'private.' : ''}${region}.hs-crypto.appdomain.cloud`;
  }
}

/** The list may be missing where there is nothing (control-plane §4.2). */
function keysOf(page: unknown): readonly RootKey[] {
  if (!isRecord(page)) {
    const detail = 'The key service answered without a list of keys.';
    throw new CosFailure({ kind: 'internal', op, retry: 'never', detail });
  }
  const list: unknown = page['resources'] ?? [];
  if (!Array.isArray(list)) return [];
  return list.filter(isRecord).map((key) => {
    const id = textAt(key, 'id');
    const aliases: unknown = key['aliases'];
    return {
      crn: textAt(key, 'crn'),
      id,
      name: textAt(key, 'name') || id,
      aliases: Array.isArray(aliases) ? aliases.filter((alias) => typeof alias === 'string') : [],
    };
  });
}

function textAt(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
