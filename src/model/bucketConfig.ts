/** A bucket as the Resource Configuration API shows it (control-plane §3.2). */
export interface BucketConfig {
  /** What a change is made for; absent where the service names none. */
  readonly etag?: string;
  readonly crn?: string;
  readonly createdAtMs?: number;
  readonly updatedAtMs?: number;
  readonly usage: BucketUsage;
  /** Most bytes that the bucket may hold; 0 or absent is no limit. */
  readonly quotaBytes?: number;
  /** Absent where there is none, and where the identity may not see it, which needs the Manager role. */
  readonly firewall?: BucketFirewall;
  /** Absent where nothing is tracked, and where the identity may not see it. */
  readonly activityTracking?: ActivityTracking;
  /** Absent where nothing is measured, and where the identity may not see it. */
  readonly metricsMonitoring?: MetricsMonitoring;
}

/**
 * What a bucket holds, as the service counted it some time ago. Numbers above 2^53 are rounded: they are for reading. Absent
 * where the service does not say.
 */
export interface BucketUsage {
  readonly objects?: number;
  readonly sizeBytes?: number;
  readonly noncurrentObjects?: number;
  readonly noncurrentSizeBytes?: number;
  readonly deleteMarkers?: number;
}

/** Kinds of endpoints that a bucket can be limited to. */
export const networkTypes = ['public', 'private', 'direct'] as const;

/** Who reaches a bucket, by address. Empty lists filter nothing. */
export interface BucketFirewall {
  readonly allowedAddresses: readonly string[];
  readonly deniedAddresses: readonly string[];
  readonly allowedNetworks: readonly string[];
}

/** Which events of a bucket are sent to Activity Tracker. */
export interface ActivityTracking {
  readonly readDataEvents: boolean;
  readonly writeDataEvents: boolean;
  readonly managementEvents: boolean;
  /** Instance that events go to, of before events were routed by the account. Management events are always sent then. */
  readonly activityTrackerCrn?: string;
}

/** Which metrics of a bucket are sent to IBM Cloud Monitoring. */
export interface MetricsMonitoring {
  readonly usageMetrics: boolean;
  readonly requestMetrics: boolean;
  /** Instance that metrics go to, of before metrics were routed by the account. */
  readonly monitoringCrn?: string;
}

/** Most addresses of each list of a firewall. */
export const maxFirewallAddresses = 1000;

/** Number of bytes that a text such as `500 GB` or `1.5 TiB` means; undefined for what is no size, or too large to count. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(?:([kmgtp])(i?)b?|b|bytes?)?$/i.exec(text.trim());
  const number = Number(match?.[1]);
  if (match === null || !Number.isFinite(number)) return undefined;
  const [, , prefix, binary] = match;
  const power = prefix === undefined ? 0 : 'kmgtp'.indexOf(prefix.toLowerCase()) + 1;
  const sizeBytes = number * (binary === undefined || binary === '' ? 1000 : 1024) ** power;
  const rounded = Math.round(sizeBytes);
  const isWhole = Math.abs(sizeBytes - rounded) < 1e-6 * Math.max(1, rounded);
  return isWhole && Number.isSafeInteger(rounded) ? rounded : undefined;
}
