import { isIP } from 'node:net';
import { isObject, ServiceError } from '../jsonService';

/** The members of a bucket that the Resource Configuration API can change, as on the wire (control-plane §3.2). */
export interface BucketSettings {
  readonly hard_quota?: number;
  readonly firewall?: {
    readonly allowed_ip?: readonly string[];
    readonly denied_ip?: readonly string[];
    readonly allowed_network_type?: readonly string[];
  };
  readonly activity_tracking?: {
    readonly read_data_events?: boolean;
    readonly write_data_events?: boolean;
    readonly management_events?: boolean;
    readonly activity_tracker_crn?: string;
  };
  readonly metrics_monitoring?: {
    readonly usage_metrics_enabled?: boolean;
    readonly request_metrics_enabled?: boolean;
    readonly metrics_monitoring_crn?: string;
  };
}

export type SettingName = keyof BucketSettings;

/** The members that PATCH takes, in the order of the documentation. */
export const settingNames: readonly SettingName[] = [
  'hard_quota',
  'firewall',
  'activity_tracking',
  'metrics_monitoring',
];

const maximumAddresses = 1000;
const networkTypes = ['public', 'private', 'direct'];

/** Checks settings after a patch was merged into them. Throws `ServiceError` 400 that names the member. */
export function checkSettings(settings: Record<string, unknown>): BucketSettings {
  const unknown = Object.keys(settings).find((name) => !settingNames.some((known) => known === name));
  if (unknown !== undefined) throw invalid(`The member "${unknown}" is unknown or cannot be changed.`);
  const { hard_quota: hardQuota, firewall, activity_tracking: tracking, metrics_monitoring: metrics } = settings;
  if (hardQuota !== undefined && (!Number.isSafeInteger(hardQuota) || Number(hardQuota) < 0)) {
    throw invalid('hard_quota must be an integer number of bytes, 0 or more.');
  }
  if (firewall !== undefined) checkFirewall(firewall);
  if (tracking !== undefined) {
    checkMembers('activity_tracking', tracking, {
      read_data_events: 'boolean',
      write_data_events: 'boolean',
      management_events: 'boolean',
      activity_tracker_crn: 'string',
    });
  }
  if (metrics !== undefined) {
    checkMembers('metrics_monitoring', metrics, {
      usage_metrics_enabled: 'boolean',
      request_metrics_enabled: 'boolean',
      metrics_monitoring_crn: 'string',
    });
  }
  return settings;
}

/** An empty list of addresses removes the filter, so it is not kept. */
export function withoutEmptyLists(settings: BucketSettings): BucketSettings {
  if (settings.firewall === undefined) return settings;
  const { firewall, ...rest } = settings;
  const lists = Object.entries(firewall).filter(([, list]) => list.length > 0);
  return lists.length === 0 ? rest : { ...rest, firewall: Object.fromEntries(lists) };
}

function checkFirewall(firewall: unknown): void {
  if (!isObject(firewall)) throw invalid('firewall must be an object.');
  for (const [name, list] of Object.entries(firewall)) {
    if (!Array.isArray(list)) throw invalid(`firewall.${name} must be a list.`);
    if (name === 'allowed_network_type') {
      if (!list.every((type) => networkTypes.includes(type as string))) {
        throw invalid(`firewall.allowed_network_type knows ${networkTypes.join(', ')}.`);
      }
    } else if (name === 'allowed_ip' || name === 'denied_ip') {
      if (list.length > maximumAddresses)
        throw invalid(`firewall.${name} takes at most ${maximumAddresses} addresses.`);
      const bad: unknown = list.find((address) => !isAddressOrRange(address));
      if (bad !== undefined)
        throw invalid(`firewall.${name} holds ${JSON.stringify(bad)}, which is no IP address or CIDR.`);
    } else throw invalid(`The member "firewall.${name}" is unknown.`);
  }
}

function isAddressOrRange(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  const [address = '', bits, ...rest] = value.split('/');
  const version = isIP(address);
  if (version === 0 || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= (version === 4 ? 32 : 128));
}

function checkMembers(where: string, value: unknown, types: Record<string, 'boolean' | 'string'>): void {
  if (!isObject(value)) throw invalid(`${where} must be an object.`);
  for (const [name, member] of Object.entries(value)) {
    const type = types[name];
    if (type === undefined) throw invalid(`The member "${where}.${name}" is unknown.`);
    if (typeof member !== type) throw invalid(`${where}.${name} must be a ${type}.`);
  }
}

function invalid(message: string): ServiceError {
  return new ServiceError(400, 'invalid_request', message);
}
