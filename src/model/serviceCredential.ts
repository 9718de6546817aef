import { credentialAssignments } from './credentialAssignments';

/** The keys of an HMAC pair. */
export interface HmacPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary keys: sent and signed with each request. */
  readonly sessionToken?: string;
}

/** A service credential (service-credentials.md): an API key, an HMAC pair, or both. Secret. */
export interface ServiceCredential {
  /** What it is called, of a whole resource key or by its API key. */
  readonly name?: string;
  readonly apiKey?: string;
  readonly hmac?: HmacPair;
  /** CRN of the instance. */
  readonly serviceInstanceId?: string;
  /** Base URL of IAM, where it is not IBM Cloud's (credentials §3.1). */
  readonly iamEndpoint?: string;
  /** Endpoints that the local server writes beside its own credential (docs/local-server.md). */
  readonly endpoint?: string;
  readonly locationEndpoints?: Readonly<Record<string, string>>;
}

/** Why a text is not taken as a service credential. */
export type CredentialTextProblem =
  /** Neither JSON nor the terminal's text. `at` says where JSON breaks, and quotes nothing. */
  | { readonly kind: 'malformed'; readonly at?: string }
  | { readonly kind: 'notACredential' }
  /** The viewer may not see secrets (control-plane §2.3). */
  | { readonly kind: 'redacted' }
  /** Of an HMAC pair, only one half. */
  | { readonly kind: 'halfPair' };

/** What a text holds. */
export type CredentialText = { readonly kind: 'found'; readonly credential: ServiceCredential } | CredentialTextProblem;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Reads a pasted or saved service credential (credentials §3.1, §3.4): the credentials object, the whole resource key, the
 * array that the command line prints, or its text with `access_key_id:` lines. Of several, the first that has secrets.
 */
export function readServiceCredential(text: string): CredentialText {
  const trimmed = text.trim();
  if (!looksLikeJson(trimmed)) return readTerminalText(trimmed);
  let parsed: unknown;
  try {
    parsed = JSON.parse(trimmed);
  } catch (error) {
    // The parser's own message may quote the text, and the text holds secrets.
    const at = error instanceof Error ? /line \d+ column \d+|position \d+/.exec(error.message)?.[0] : undefined;
    return { kind: 'malformed', ...(at === undefined ? {} : { at }) };
  }
  const found = (Array.isArray(parsed) ? parsed : [parsed]).map(readEntry);
  return found.find(({ kind }) => kind === 'found') ?? found[0] ?? { kind: 'notACredential' };
}

function readEntry(entry: unknown): CredentialText {
  if (!isFields(entry)) return { kind: 'notACredential' };
  const inside = entry['credentials'];
  return isFields(inside) ? readFields(inside, textAt(entry, 'name')) : readFields(entry, undefined);
}

function readFields(fields: Fields, keyName: string | undefined): CredentialText {
  if ('REDACTED' in fields || Object.values(fields).some(isRedacted)) return { kind: 'redacted' };
  const keys = fields['cos_hmac_keys'];
  const accessKeyId = isFields(keys) ? textAt(keys, 'access_key_id') : undefined;
  const secretAccessKey = isFields(keys) ? textAt(keys, 'secret_access_key') : undefined;
  const apiKey = textAt(fields, 'apikey');
  const hmac =
    accessKeyId === undefined || secretAccessKey === undefined ? undefined : { accessKeyId, secretAccessKey };
  if (apiKey === undefined && hmac === undefined) {
    return { kind: accessKeyId === secretAccessKey ? 'notACredential' : 'halfPair' };
  }
  const iamUrl = textAt(fields, 'iam_auth_endpoint');
  const credential: ServiceCredential = {
    ...defined('name', keyName ?? textAt(fields, 'iam_apikey_name')),
    ...defined('apiKey', apiKey),
    ...defined('hmac', hmac),
    ...defined('serviceInstanceId', textAt(fields, 'resource_instance_id')),
    ...defined('iamEndpoint', iamUrl === undefined ? undefined : iamBase(iamUrl)),
    ...localEndpoints(fields['localServer']),
  };
  return { kind: 'found', credential };
}

/** Best effort for what `ibmcloud resource service-key` prints: lines of a name, a colon, a value. */
function readTerminalText(text: string): CredentialText {
  const at = (name: string) => new RegExp(`^[ \\t]*"?${name}"?[ \\t]*:[ \\t]*"?([^\\s",]+)`, 'im').exec(text)?.[1];
  const fields = {
    apikey: at('apikey'),
    resource_instance_id: at('resource_instance_id'),
    iam_apikey_name: at('iam_apikey_name'),
    cos_hmac_keys: { access_key_id: at('access_key_id'), secret_access_key: at('secret_access_key') },
  };
  const read = readFields(fields, undefined);
  if (read.kind === 'found') return read;
  const assigned = readAssignments(text);
  if (assigned.kind === 'found') return assigned;
  return read.kind === 'notACredential' ? { kind: 'malformed' } : read;
}

/** What `.env` files, YAML, INI, Terraform and shells assign. */
function readAssignments(text: string): CredentialText {
  const found = credentialAssignments(text);
  const at = (role: (typeof found)[number]['role']) => found.find((one) => one.role === role)?.value;
  const fields = {
    apikey: at('apiKey'),
    resource_instance_id: at('instance'),
    cos_hmac_keys: { access_key_id: at('accessKeyId'), secret_access_key: at('secretAccessKey') },
  };
  return readFields(fields, undefined);
}

/** A bracket begins JSON, or a section of an INI file. */
function looksLikeJson(trimmed: string): boolean {
  return /^[[{]/.test(trimmed) && !/^\[[\w .:"-]+\][ \t]*(?:[#;].*)?\r?\n/.test(trimmed);
}

/** Members of a service credential (service-credentials.md). */
const credentialMembers = /^(?:apikey|cos_hmac_keys|endpoints|iam_\w+|resource_instance_id|localServer)$/;

/**
 * Whether a JSON text is one credential of Cloud Object Storage and nothing else, so that nothing is lost with it. A resource
 * key counts: all else in it is IBM Cloud's description.
 */
export function isNothingButCredential(text: string): boolean {
  const read = readServiceCredential(text);
  if (read.kind !== 'found' || !/^[[{]/.test(text.trim())) return false;
  const parsed: unknown = JSON.parse(text);
  const entries: readonly unknown[] = Array.isArray(parsed) ? parsed : [parsed];
  const [only] = entries;
  if (entries.length !== 1 || !isFields(only)) return false;
  const isKey = isFields(only['credentials']) && textAt(only, 'source_crn') !== undefined;
  const fields = isFields(only['credentials']) ? only['credentials'] : only;
  const isBare = fields === only || Object.keys(only).every((name) => ['name', 'credentials'].includes(name));
  return (isKey || isBare) && Object.keys(fields).every((name) => credentialMembers.test(name));
}

/** Where the secrets of a Cloud Object Storage credential are in a text; nowhere for keys of other services. */
export function secretPlaces(text: string): readonly { readonly offset: number; readonly length: number }[] {
  if (!looksLikeJson(text.trim())) {
    return credentialAssignments(text)
      .filter(({ role }) => role === 'apiKey' || role === 'secretAccessKey')
      .map(({ offset, value }) => ({ offset, length: value.length }));
  }
  if (!/"cos_hmac_keys"|:cloud-object-storage:/.test(text) || readServiceCredential(text).kind !== 'found') return [];
  return [...text.matchAll(/"(?:apikey|secret_access_key)"\s*:\s*"([^"\\]+)"/g)].map((match) => {
    const length = (match[1] ?? '').length;
    return { offset: match.index + match[0].length - 1 - length, length };
  });
}

/** IBM's files hold the whole token URL; connections hold what comes before its path. */
export function iamBase(url: string): string {
  return url.replace(/\/+(?:identity\/token|oidc\/token)?\/*$/, '');
}

/** Where the local server that wrote a credential answers: one endpoint for each location. */
function localEndpoints(local: unknown): Pick<ServiceCredential, 'endpoint' | 'locationEndpoints'> {
  if (!isFields(local)) return {};
  const endpoint = textAt(local, 'endpoint');
  const { endpoints } = local;
  if (endpoint === undefined || !isFields(endpoints)) return {};
  const known = Object.entries(endpoints).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return { endpoint, locationEndpoints: Object.fromEntries(known) };
}

function isRedacted(value: unknown): boolean {
  return value === 'REDACTED' || value === 'REDACTED_EXPLICIT';
}

function textAt(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

function defined<K extends string, T>(name: K, value: T | undefined): { readonly [_ in K]?: T } {
  return value === undefined ? {} : ({ [name]: value } as { readonly [_ in K]?: T });
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
