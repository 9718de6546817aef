/** How far a location's data is spread (control-plane §5). */
export type LocationKind = 'crossRegion' | 'regional' | 'singleSite';

/** One location of the service that takes new buckets. */
export interface Location {
  readonly code: string;
  readonly kind: LocationKind;
  /** Empty where it is not known. */
  readonly city: string;
  /** Absent: all of them. */
  readonly networks?: readonly EndpointNetwork[];
}

/** Locations of control-plane §5. Codes that are not here are not an error: hosts follow the same pattern. */
export const locations: readonly Location[] = [
  { code: 'us', kind: 'crossRegion', city: 'United States' },
  { code: 'eu', kind: 'crossRegion', city: 'Europe' },
  { code: 'ap', kind: 'crossRegion', city: 'Asia Pacific' },
  { code: 'us-south', kind: 'regional', city: 'Dallas' },
  { code: 'us-east', kind: 'regional', city: 'Washington DC' },
  { code: 'eu-gb', kind: 'regional', city: 'London' },
  { code: 'eu-de', kind: 'regional', city: 'Frankfurt' },
  { code: 'eu-es', kind: 'regional', city: 'Madrid' },
  { code: 'au-syd', kind: 'regional', city: 'Sydney' },
  { code: 'jp-tok', kind: 'regional', city: 'Tokyo' },
  { code: 'jp-osa', kind: 'regional', city: 'Osaka' },
  { code: 'ca-tor', kind: 'regional', city: 'Toronto' },
  { code: 'ca-mon', kind: 'regional', city: 'Montréal' },
  { code: 'br-sao', kind: 'regional', city: 'São Paulo' },
  { code: 'in-che', kind: 'regional', city: 'Chennai' },
  { code: 'in-mum', kind: 'regional', city: 'Mumbai' },
  { code: 'ams03', kind: 'singleSite', city: 'Amsterdam' },
  { code: 'che01', kind: 'singleSite', city: 'Chennai' },
  { code: 'mon01', kind: 'singleSite', city: 'Montréal' },
  { code: 'par01', kind: 'singleSite', city: 'Paris' },
  { code: 'sjc04', kind: 'singleSite', city: 'San Jose' },
  { code: 'sng01', kind: 'singleSite', city: 'Singapore' },
];

/** Storage classes a new bucket can have (data-plane §3.3); `onerate_active` only in One-Rate instances. */
export const storageClasses = ['smart', 'standard', 'vault', 'cold', 'onerate_active'] as const;
/** A storage class of a new bucket. */
export type StorageClass = (typeof storageClasses)[number];

/** Which of a location's three networks to reach it over (data-plane §1.1). */
export type EndpointNetwork = 'public' | 'private' | 'direct';

/** Location and class of a LocationConstraint; either is absent when it cannot be told. Both are open strings. */
export interface ProvisioningCode {
  readonly location?: string;
  readonly storageClass?: string;
}

/**
 * Splits a LocationConstraint such as `us-south-standard` at its class (control-plane §5: strip the longest known
 * suffix; accept an optional `-geo` after a cross-region name). Text without a known class is all location.
 */
export function parseProvisioningCode(locationConstraint: string): ProvisioningCode {
  const text = locationConstraint.trim();
  if (text === '') return {};
  const match = /^(.+)-(standard|vault|cold|smart|flex|onerate_active)$/.exec(text);
  const location = (match?.[1] ?? text).replace(/-geo$/, '');
  return match?.[2] === undefined ? { location } : { location, storageClass: match[2] };
}

/**
 * Whether a text has the shape of a location's code: `us`, `us-south`, `ams03`. What a service calls a location becomes part of the
 * name of a host that gets credentials.
 */
export function isLocationCode(text: string): boolean {
  return /^(?:[a-z]{2}|[a-z]{2}-[a-z]{2,12}\d{0,2}|[a-z]{3}\d{2})$/.test(text);
}

/** S3 endpoint URL of a location (data-plane §1.1 host patterns), for known and unknown codes alike. */
export function endpointOfLocation(location: string, network: EndpointNetwork = 'public'): string {
  const insert = network === 'public' ? '' : `${network}.`;
  return `https://s3.${insert}${location}.cloud-object-storage.appdomain.cloud`;
}

/** The location that one of IBM's S3 hosts serves, or undefined for any other host. */
export function locationOfHost(host: string): string | undefined {
  return /^s3\.(?:private\.|direct\.)?([a-z0-9-]+(?:\.[a-z]{2})?)\.cloud-object-storage\.appdomain\.cloud$/.exec(
    host.toLowerCase(),
  )?.[1];
}
