import type { Location } from './location';

/** The two services whose root keys can encrypt a bucket (control-plane §4.1). */
export type KeyService = 'keyProtect' | 'hpcs';

/** An instance of Key Protect or Hyper Protect Crypto Services. */
export interface KeyInstance {
  readonly crn: string;
  readonly name: string;
  readonly service: KeyService;
  readonly region: string;
}

/** A root key that can encrypt buckets (control-plane §4.2). */
export interface RootKey {
  /** Full CRN, which is what the service wants. */
  readonly crn: string;
  readonly id: string;
  readonly name: string;
  readonly aliases: readonly string[];
}

/** The parts of a CRN of a key service or of one of its keys. */
export interface KeyCrn {
  readonly service: KeyService;
  readonly region: string;
  readonly instanceGuid: string;
  /** Absent in the CRN of an instance. */
  readonly keyId?: string;
}

const services: Readonly<Record<string, KeyService>> = { kms: 'keyProtect', 'hs-crypto': 'hpcs' };

/** Reads the CRN of a key, or of an instance that has keys; undefined for anything else (control-plane §2.2, §4.1). */
export function parseKeyCrn(text: string): KeyCrn | undefined {
  const parts = text.trim().split(':');
  const [scheme, , , , name = '', region = '', , instanceGuid = '', kind, keyId = ''] = parts;
  const service = services[name];
  if (scheme !== 'crn' || parts.length !== 10 || service === undefined) return undefined;
  // Both become part of a host name.
  if (!/^[a-z0-9-]+$/.test(region) || !/^[0-9a-z-]+$/i.test(instanceGuid)) return undefined;
  return { service, region, instanceGuid, ...(kind === 'key' && keyId !== '' ? { keyId } : {}) };
}

/** Why a text cannot name the root key of a bucket. */
export type RootKeyProblem =
  | { readonly kind: 'notAKey' }
  /** Buckets at cross-region locations take keys of one region only. */
  | { readonly kind: 'otherRegion'; readonly region: string };

/** Why a text cannot name the root key of a bucket at a location, or undefined. */
export function rootKeyProblem(text: string, location: Location | undefined): RootKeyProblem | undefined {
  const crn = parseKeyCrn(text);
  if (crn?.keyId === undefined) return { kind: 'notAKey' };
  const region = location === undefined ? undefined : keyRegion(location);
  return region === undefined || region === crn.region ? undefined : { kind: 'otherRegion', region };
}

const crossRegionKeys: Readonly<Record<string, string>> = { us: 'us-south', eu: 'eu-de', ap: 'jp-tok' };

/** The only region whose keys a location takes; undefined where any will do (control-plane §4.3). */
export function keyRegion(location: Location): string | undefined {
  return crossRegionKeys[location.code];
}

/** Whether buckets at a location can have a root key: those at a single site cannot (control-plane §4.3). */
export function takesRootKey(location: Location): boolean {
  return location.kind !== 'singleSite';
}
