import {
  controlServices,
  otherSignIns,
  type OtherSignIn,
  type AddressingStyle,
  type ChecksumBehaviour,
  type Connection,
  type ConnectionBase,
} from '../../model/connection';
import { connectionId, type ConnectionId } from '../../model/ids';
import type { EndpointNetwork } from '../../model/location';
import { endpointProblem } from './endpoint';

/** An entry of the setting that cannot be used. */
export interface ConnectionProblem {
  /** Position in the setting, from 0. */
  readonly index: number;
  readonly name: string | undefined;
  /** What is wrong, in English, e.g. `"endpoint" must be an https URL`. */
  readonly problem: string;
}

/** The setting `ibmcos.connections`, sorted into what can be used and what cannot. */
export interface ParsedConnections {
  readonly connections: readonly Connection[];
  readonly problems: readonly ConnectionProblem[];
}

class Unusable extends Error {}

/** Reads the setting, which people also write by hand: a bad entry costs itself, not its neighbours. */
export function parseConnections(setting: unknown): ParsedConnections {
  if (setting === undefined || setting === null) return { connections: [], problems: [] };
  if (!Array.isArray(setting)) {
    return { connections: [], problems: [{ index: 0, name: undefined, problem: 'the setting must be an array' }] };
  }
  const connections: Connection[] = [];
  const problems: ConnectionProblem[] = [];
  const ids = new Set<ConnectionId>();
  for (const [index, entry] of setting.entries() as IterableIterator<[number, unknown]>) {
    try {
      const connection = parseConnection(entry);
      if (ids.has(connection.id)) throw new Unusable(`"id" is taken by an entry before it`);
      ids.add(connection.id);
      connections.push(connection);
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      problems.push({ index, name: nameOf(entry), problem: error.message });
    }
  }
  return { connections, problems };
}

function parseConnection(entry: unknown): Connection {
  if (typeof entry !== 'object' || entry === null) throw new Unusable('the entry must be an object');
  const fields = entry as Readonly<Record<string, unknown>>;
  const base: ConnectionBase = {
    id: parseId(fields),
    name: text(fields, 'name'),
    ...defined('isReadOnly', optional(fields, 'isReadOnly', isBoolean, 'true or false')),
    ...defined('isProduction', optional(fields, 'isProduction', isBoolean, 'true or false')),
    ...defined('extraBuckets', optional(fields, 'extraBuckets', isTextArray, 'an array of bucket names')),
  };
  const network = optional(fields, 'network', isNetwork, '"public", "private" or "direct"');
  const reach = {
    endpoint: endpoint(fields, 'endpoint'),
    ...defined('network', network),
    ...defined('locationEndpoints', parseLocationEndpoints(fields)),
  };
  switch (fields['kind']) {
    case 'iam': {
      const iamEndpoint = fields['iamEndpoint'] === undefined ? undefined : endpoint(fields, 'iamEndpoint');
      const serviceInstanceId = text(fields, 'serviceInstanceId');
      const hosts = {
        ...defined('signIn', optional(fields, 'signIn', isSignIn, '"passcode", "token" or "profile"')),
        ...defined('iamEndpoint', iamEndpoint),
        ...defined('controlEndpoints', parseControlEndpoints(fields)),
      };
      return { ...base, ...reach, kind: 'iam', serviceInstanceId, ...hosts };
    }
    case 'hmac': {
      const addressingStyle = optional(fields, 'addressingStyle', isStyle, '"path" or "virtualHost"') ?? 'path';
      const checksums = optional(fields, 'checksums', isChecksums, '"learned", "always" or "never"');
      const region = text(fields, 'region');
      return { ...base, ...reach, kind: 'hmac', region, addressingStyle, ...defined('checksums', checksums) };
    }
    case 'anonymous':
      return { ...base, ...reach, kind: 'anonymous' };
    default:
      throw new Unusable('"kind" must be "iam", "hmac" or "anonymous"');
  }
}

function parseId(fields: Readonly<Record<string, unknown>>): ConnectionId {
  try {
    return connectionId(text(fields, 'id'));
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Unusable('"id" must be 1 to 63 lower-case letters, digits and inner "-"');
  }
}

function text(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value.trim() === '') throw new Unusable(`"${name}" must be a text`);
  return value;
}

function endpoint(
  fields: Readonly<Record<string, unknown>>,
  name: string,
  path: 'noPath' | 'anyPath' = 'noPath',
): string {
  const value = text(fields, name);
  const problem = endpointProblem(value);
  if (problem !== undefined && !(problem === 'hasPath' && path === 'anyPath')) {
    throw new Unusable(`"${name}" must be an https URL of a host (http on this machine only)`);
  }
  return value;
}

function parseLocationEndpoints(fields: Readonly<Record<string, unknown>>): Record<string, string> | undefined {
  const value = fields['locationEndpoints'];
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) throw new Unusable('"locationEndpoints" must be an object');
  const entries = value as Readonly<Record<string, unknown>>;
  return Object.fromEntries(Object.keys(entries).map((location) => [location, endpoint(entries, location)]));
}

function parseControlEndpoints(fields: Readonly<Record<string, unknown>>): Record<string, string> | undefined {
  const value = fields['controlEndpoints'];
  if (value === undefined) return undefined;
  if (typeof value !== 'object' || value === null) throw new Unusable('"controlEndpoints" must be an object');
  const entries = value as Readonly<Record<string, unknown>>;
  const unknown = Object.keys(entries).find((name) => !controlServices.some((service) => service === name));
  if (unknown !== undefined) {
    throw new Unusable(`"controlEndpoints" knows ${controlServices.join(', ')}, and not "${unknown}"`);
  }
  return Object.fromEntries(Object.keys(entries).map((service) => [service, endpoint(entries, service, 'anyPath')]));
}

function optional<T>(
  fields: Readonly<Record<string, unknown>>,
  name: string,
  is: (value: unknown) => value is T,
  wanted: string,
): T | undefined {
  const value = fields[name];
  if (value === undefined) return undefined;
  if (!is(value)) throw new Unusable(`"${name}" must be ${wanted}`);
  return value;
}

function defined<K extends string, T>(name: K, value: T | undefined): { readonly [_ in K]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [_ in K]?: T });
}

function nameOf(entry: unknown): string | undefined {
  if (typeof entry !== 'object' || entry === null || !('name' in entry)) return undefined;
  return typeof entry.name === 'string' ? entry.name : undefined;
}

const isBoolean = (value: unknown): value is boolean => typeof value === 'boolean';
const isTextArray = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === 'string');
const isNetwork = (value: unknown): value is EndpointNetwork =>
  value === 'public' || value === 'private' || value === 'direct';
const isStyle = (value: unknown): value is AddressingStyle => value === 'path' || value === 'virtualHost';
const isSignIn = (value: unknown): value is OtherSignIn => otherSignIns.some((one) => one === value);
const isChecksums = (value: unknown): value is ChecksumBehaviour =>
  value === 'learned' || value === 'always' || value === 'never';
