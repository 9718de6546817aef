import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credential } from '../model/connection';
import { iamBase, readServiceCredential, type CredentialTextProblem } from '../model/serviceCredential';
import { UsageError } from './exitCode';
import { parseIni } from './iniFile';

/** A credential with where it was found, and what else was found beside it. */
export interface FoundCredential {
  readonly credential: Credential;
  /** For people: the variable or file, never the value. */
  readonly source: string;
  readonly serviceInstanceId?: string;
  /** Base URL of IAM. */
  readonly iamEndpoint?: string;
  readonly endpoint?: string;
  /** Endpoints by location, of a local server. */
  readonly locationEndpoints?: Readonly<Record<string, string>>;
  readonly region?: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The first credential in the order of credentials.md §2.3 and §3.5: environment, cos_credentials, AWS files. A profile
 * that is named explicitly skips the first two. In any one source an API key comes before an HMAC pair.
 */
export function findCredential(environment: Environment, profile: string | undefined): FoundCredential {
  const found =
    profile === undefined
      ? (fromEnvironment(environment) ?? fromCosFile(environment) ?? fromAwsFiles(environment, undefined))
      : fromAwsFiles(environment, profile);
  if (found !== undefined) return found;
  throw new UsageError(
    profile === undefined
      ? 'no credentials were found; set IBM_API_KEY_ID, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or save a service credential as ~/.bluemix/cos_credentials'
      : `the AWS files hold no credentials for profile "${profile}"`,
  );
}

function fromEnvironment(environment: Environment): FoundCredential | undefined {
  const get = (name: string) => nonEmpty(environment[name]);
  const extras = optional({ region: get('AWS_REGION') ?? get('AWS_DEFAULT_REGION') });
  const apiKey = get('IBM_API_KEY_ID');
  if (apiKey !== undefined) return { ...apiKeyOf(apiKey, 'IBM_API_KEY_ID', get), ...extras };
  const pairs = [
    ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'],
    ['COS_HMAC_ACCESS_KEY_ID', 'COS_HMAC_SECRET_ACCESS_KEY'],
  ] as const;
  for (const [idName, secretName] of pairs) {
    const accessKeyId = get(idName);
    const secretAccessKey = get(secretName);
    if (accessKeyId === undefined && secretAccessKey === undefined) continue;
    if (accessKeyId === undefined || secretAccessKey === undefined) {
      const [set, missing] = accessKeyId === undefined ? [secretName, idName] : [idName, secretName];
      throw new UsageError(`${set} is set but ${missing} is not; an HMAC pair needs both`);
    }
    if (idName === 'AWS_ACCESS_KEY_ID' && get('AWS_SESSION_TOKEN') !== undefined) {
      throw new UsageError('AWS_SESSION_TOKEN is set; temporary credentials are not supported, use an HMAC pair');
    }
    return { credential: { kind: 'hmac', accessKeyId, secretAccessKey }, source: idName, ...extras };
  }
  const cliKey = get('IBMCLOUD_API_KEY');
  return cliKey === undefined ? undefined : { ...apiKeyOf(cliKey, 'IBMCLOUD_API_KEY', get), ...extras };
}

function apiKeyOf(apiKey: string, source: string, get: (name: string) => string | undefined): FoundCredential {
  return {
    credential: { kind: 'apiKey', apiKey },
    source,
    ...optional({
      serviceInstanceId: get('IBM_SERVICE_INSTANCE_ID'),
      iamEndpoint: iamBaseOf(get('IBM_AUTH_ENDPOINT')),
    }),
  };
}

/** `cos_credentials` (credentials.md §3.1): the credentials object, the whole resource key, or the CLI's array of them. */
function fromCosFile(environment: Environment): FoundCredential | undefined {
  const fsPath =
    nonEmpty(environment['COS_CREDENTIALS_FILE']) ?? join(homeOf(environment), '.bluemix', 'cos_credentials');
  const text = readIfThere(fsPath);
  if (text === undefined) return undefined;
  const read = readServiceCredential(text);
  if (read.kind !== 'found') throw new UsageError(cosFileProblem(fsPath, read));
  const { apiKey, hmac, serviceInstanceId, iamEndpoint, endpoint, locationEndpoints } = read.credential;
  const places = { ...optional({ endpoint }), ...(locationEndpoints === undefined ? {} : { locationEndpoints }) };
  if (apiKey !== undefined) {
    const extras = optional({ serviceInstanceId, iamEndpoint });
    return { credential: { kind: 'apiKey', apiKey }, source: fsPath, ...extras, ...places };
  }
  return hmac === undefined ? undefined : { credential: { kind: 'hmac', ...hmac }, source: fsPath, ...places };
}

function cosFileProblem(fsPath: string, problem: CredentialTextProblem): string {
  switch (problem.kind) {
    case 'malformed':
      return `"${fsPath}" is not valid JSON${problem.at === undefined ? '' : ` (at ${problem.at})`}`;
    case 'redacted':
      return `"${fsPath}" was saved by someone who may not see its secrets; they are REDACTED`;
    case 'halfPair':
    case 'notACredential':
      return `"${fsPath}" holds neither "apikey" nor a complete "cos_hmac_keys" pair`;
  }
}

/** AWS shared files (credentials.md §3.2): the credentials file before the config file. */
function fromAwsFiles(environment: Environment, profile: string | undefined): FoundCredential | undefined {
  const name =
    profile ?? nonEmpty(environment['AWS_PROFILE']) ?? nonEmpty(environment['AWS_DEFAULT_PROFILE']) ?? 'default';
  const folder = join(homeOf(environment), '.aws');
  const credentialsPath = nonEmpty(environment['AWS_SHARED_CREDENTIALS_FILE']) ?? join(folder, 'credentials');
  const configPath = nonEmpty(environment['AWS_CONFIG_FILE']) ?? join(folder, 'config');
  const config = sectionOf(configPath, name === 'default' ? name : `profile ${name}`);
  return (
    fromSection(credentialsPath, name, sectionOf(credentialsPath, name), config) ??
    fromSection(configPath, name, config, config)
  );
}

function fromSection(
  fsPath: string,
  profile: string,
  section: ReadonlyMap<string, string>,
  config: ReadonlyMap<string, string>,
): FoundCredential | undefined {
  const get = (key: string) => nonEmpty(section.get(key));
  const source = `profile "${profile}" of ${fsPath}`;
  const extras = optional({
    endpoint: get('endpoint_url') ?? nonEmpty(config.get('endpoint_url')),
    region: get('region') ?? nonEmpty(config.get('region')),
  });
  const apiKey = get('ibm_api_key_id');
  if (apiKey !== undefined) {
    const iam = optional({
      serviceInstanceId: get('ibm_service_instance_id'),
      iamEndpoint: iamBaseOf(get('ibm_auth_endpoint')),
    });
    return { credential: { kind: 'apiKey', apiKey }, source, ...iam, ...extras };
  }
  const accessKeyId = get('aws_access_key_id');
  const secretAccessKey = get('aws_secret_access_key');
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  if (secretAccessKey.startsWith('crn:v1:')) {
    throw new UsageError(
      `${source} holds an API key and instance id under the names of an HMAC pair; rename them to ibm_api_key_id and ibm_service_instance_id`,
    );
  }
  return { credential: { kind: 'hmac', accessKeyId, secretAccessKey }, source, ...extras };
}

function sectionOf(fsPath: string, name: string): ReadonlyMap<string, string> {
  const text = readIfThere(fsPath);
  return (text === undefined ? undefined : parseIni(text).get(name)) ?? new Map<string, string>();
}

function readIfThere(fsPath: string): string | undefined {
  try {
    return readFileSync(fsPath, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined;
    }
    throw new UsageError(`"${fsPath}" cannot be read: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function homeOf(environment: Environment): string {
  const { HOMEDRIVE: drive, HOMEPATH: path } = environment;
  return (
    nonEmpty(environment['HOME']) ??
    nonEmpty(environment['USERPROFILE']) ??
    (drive !== undefined && path !== undefined ? `${drive}${path}` : homedir())
  );
}

/** IBM's variables hold the whole token URL. */
function iamBaseOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : iamBase(url);
}

function nonEmpty(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined> };

function optional<T extends Record<string, string | undefined>>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>;
}
