import { parseIni } from './iniFile';
import { iamBase, readServiceCredential, type CredentialTextProblem, type HmacPair } from './serviceCredential';

/** Where a credential was found. For people: never its value. */
export type CredentialPlace =
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'cosFile'; readonly fsPath: string }
  | { readonly kind: 'awsProfile'; readonly profile: string; readonly fsPath: string };

/** A credential of this machine with what was found beside it. An API key, an HMAC pair, or both. Secret. */
export interface SourceCredential {
  readonly place: CredentialPlace;
  readonly apiKey?: string;
  readonly hmac?: HmacPair;
  readonly name?: string;
  readonly serviceInstanceId?: string;
  /** Base URL of IAM. */
  readonly iamEndpoint?: string;
  readonly endpoint?: string;
  /** Endpoints by location, of a local server. */
  readonly locationEndpoints?: Readonly<Record<string, string>>;
  readonly region?: string;
}

/** Why a place that is there gives no credential. */
export type SourceProblem =
  | { readonly kind: 'halfPair'; readonly set: string; readonly missing: string }
  | { readonly kind: 'temporary'; readonly variable: string }
  | { readonly kind: 'cosFile'; readonly fsPath: string; readonly problem: CredentialTextProblem }
  | { readonly kind: 'swappedNames'; readonly profile: string; readonly fsPath: string }
  | { readonly kind: 'unreadable'; readonly fsPath: string; readonly why: string };

/** One place that was looked at. */
export type Discovery =
  | { readonly kind: 'found'; readonly credential: SourceCredential }
  | { readonly kind: 'problem'; readonly problem: SourceProblem };

/** What is looked through. */
export interface CredentialSources {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Where the machine says that the home folder is, if the environment does not. */
  readonly homeFolder: string;
  join(...parts: readonly string[]): string;
  /** Text of a file, undefined where there is none; throws an `Error` where it cannot be read. */
  read(fsPath: string): string | undefined;
}

/**
 * Credentials of this machine in the order of credentials.md §2.3 and §3.5: environment, cos_credentials, AWS files. Nothing is
 * looked at before the caller asks for it. With a profile the first two are passed over; `all` goes through every profile of the
 * AWS files, those with an API key first.
 */
export function* discoverCredentials(
  sources: CredentialSources,
  profile: string | undefined | { readonly kind: 'all' },
): Generator<Discovery> {
  if (typeof profile === 'string') {
    yield* fromProfile(sources, profile);
    return;
  }
  yield* fromEnvironment(sources.environment);
  yield* fromCosFile(sources);
  const { AWS_PROFILE: wanted, AWS_DEFAULT_PROFILE: other } = sources.environment;
  if (profile === undefined) yield* fromProfile(sources, nonEmpty(wanted) ?? nonEmpty(other) ?? 'default');
  else yield* fromAllProfiles(sources);
}

function* fromEnvironment(environment: CredentialSources['environment']): Generator<Discovery> {
  const get = (name: string) => nonEmpty(environment[name]);
  const place = (variable: string): CredentialPlace => ({ kind: 'environment', variable });
  const region = optional({ region: get('AWS_REGION') ?? get('AWS_DEFAULT_REGION') });
  const iam = optional({
    serviceInstanceId: get('IBM_SERVICE_INSTANCE_ID'),
    iamEndpoint: iamBaseOf(get('IBM_AUTH_ENDPOINT')),
  });
  const apiKey = get('IBM_API_KEY_ID');
  if (apiKey !== undefined) yield found({ place: place('IBM_API_KEY_ID'), apiKey, ...iam, ...region });
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
      yield problem({ kind: 'halfPair', set, missing });
    } else if (idName === 'AWS_ACCESS_KEY_ID' && get('AWS_SESSION_TOKEN') !== undefined) {
      yield problem({ kind: 'temporary', variable: 'AWS_SESSION_TOKEN' });
    } else {
      yield found({ place: place(idName), hmac: { accessKeyId, secretAccessKey }, ...region });
    }
  }
  const cliKey = get('IBMCLOUD_API_KEY');
  if (cliKey !== undefined) yield found({ place: place('IBMCLOUD_API_KEY'), apiKey: cliKey, ...iam, ...region });
}

/** `cos_credentials` (credentials.md §3.1): the credentials object, the whole resource key, or the CLI's array of them. */
function* fromCosFile(sources: CredentialSources): Generator<Discovery> {
  const fsPath =
    nonEmpty(sources.environment['COS_CREDENTIALS_FILE']) ??
    sources.join(homeOf(sources), '.bluemix', 'cos_credentials');
  const text = readFile(sources, fsPath);
  if (typeof text === 'object') yield text;
  if (typeof text !== 'string') return;
  const read = readServiceCredential(text);
  if (read.kind === 'found') yield found({ place: { kind: 'cosFile', fsPath }, ...read.credential });
  else yield problem({ kind: 'cosFile', fsPath, problem: read });
}

interface AwsFiles {
  readonly credentialsPath: string;
  readonly configPath: string;
  /** What cannot be read. */
  readonly problems: readonly Discovery[];
  readonly credentials: ReadonlyMap<string, ReadonlyMap<string, string>>;
  readonly config: ReadonlyMap<string, ReadonlyMap<string, string>>;
}

/** AWS shared files (credentials.md §3.2). */
function awsFiles(sources: CredentialSources): AwsFiles {
  const folder = sources.join(homeOf(sources), '.aws');
  const { environment } = sources;
  const credentialsPath = nonEmpty(environment['AWS_SHARED_CREDENTIALS_FILE']) ?? sources.join(folder, 'credentials');
  const configPath = nonEmpty(environment['AWS_CONFIG_FILE']) ?? sources.join(folder, 'config');
  const texts = [credentialsPath, configPath].map((fsPath) => readFile(sources, fsPath));
  const [credentials, config] = texts.map((text) => parseIni(typeof text === 'string' ? text : ''));
  const problems = texts.filter((text): text is Discovery => typeof text === 'object');
  const none = parseIni('');
  return { credentialsPath, configPath, problems, credentials: credentials ?? none, config: config ?? none };
}

/** The credentials file before the config file. */
function* fromProfile(sources: CredentialSources, profile: string): Generator<Discovery> {
  const files = awsFiles(sources);
  yield* files.problems;
  yield* inProfile(files, profile);
}

function* fromAllProfiles(sources: CredentialSources): Generator<Discovery> {
  const files = awsFiles(sources);
  yield* files.problems;
  const names = [...files.credentials.keys(), ...[...files.config.keys()].map((name) => name.replace(/^profile /, ''))];
  // What the second file says of a profile is what the first one did not.
  const each = [...new Set(names)].flatMap((name) => [...inProfile(files, name)].slice(0, 1));
  const hasKey = (one: Discovery): boolean => one.kind === 'found' && one.credential.apiKey !== undefined;
  yield* each.filter(hasKey);
  yield* each.filter((one) => !hasKey(one));
}

function* inProfile(files: AwsFiles, profile: string): Generator<Discovery> {
  const { credentialsPath, configPath } = files;
  const none = new Map<string, string>();
  const config = files.config.get(profile === 'default' ? profile : `profile ${profile}`) ?? none;
  yield* inSection({ profile, fsPath: credentialsPath }, files.credentials.get(profile) ?? none, config);
  yield* inSection({ profile, fsPath: configPath }, config, config);
}

function* inSection(
  where: { readonly profile: string; readonly fsPath: string },
  section: ReadonlyMap<string, string>,
  config: ReadonlyMap<string, string>,
): Generator<Discovery> {
  const get = (key: string) => nonEmpty(section.get(key));
  const place = { kind: 'awsProfile', ...where } as const;
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
    yield found({ place, apiKey, ...iam, ...extras });
    return;
  }
  const accessKeyId = get('aws_access_key_id');
  const secretAccessKey = get('aws_secret_access_key');
  if (accessKeyId === undefined || secretAccessKey === undefined) return;
  if (secretAccessKey.startsWith('crn:v1:')) yield problem({ kind: 'swappedNames', ...where });
  else yield found({ place, hmac: { accessKeyId, secretAccessKey }, ...extras });
}

/** Whether an access key id is one of Amazon Web Services, which IBM's services do not know (credentials.md §3.2). */
export function isAmazonKey(accessKeyId: string): boolean {
  return /^(?:AKIA|ASIA)/.test(accessKeyId);
}

function readFile(sources: CredentialSources, fsPath: string): string | undefined | Discovery {
  try {
    return sources.read(fsPath);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return problem({ kind: 'unreadable', fsPath, why });
  }
}

function homeOf({ environment, homeFolder }: CredentialSources): string {
  const { HOMEDRIVE: drive, HOMEPATH: path } = environment;
  return (
    nonEmpty(environment['HOME']) ??
    nonEmpty(environment['USERPROFILE']) ??
    (drive !== undefined && path !== undefined ? `${drive}${path}` : homeFolder)
  );
}

function found(credential: SourceCredential): Discovery {
  return { kind: 'found', credential };
}

function problem(what: SourceProblem): Discovery {
  return { kind: 'problem', problem: what };
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
