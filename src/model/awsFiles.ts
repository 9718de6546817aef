import { parseIni, type IniFile } from './iniFile';
import { iamBase } from './serviceCredential';
import type { CredentialSources, Discovery, SourceProblem } from './sourceCredential';

type Section = ReadonlyMap<string, string>;

interface AwsFile {
  readonly fsPath: string;
  readonly ini: IniFile;
  /** Sections by the name of their profile. */
  readonly profiles: ReadonlyMap<string, Section>;
}

/** AWS shared files (credentials §3.2). */
export interface AwsFiles {
  readonly credentials: AwsFile;
  readonly config: AwsFile;
  /** What cannot be read at all. */
  readonly problems: readonly SourceProblem[];
}

/** Reads both files; one that is not there holds nothing. */
export function readAwsFiles(sources: CredentialSources, folder: string): AwsFiles {
  const { environment } = sources;
  const problems: SourceProblem[] = [];
  const read = (variable: string, name: string): { readonly fsPath: string; readonly ini: IniFile } => {
    const fsPath = nonEmpty(environment[variable]) ?? sources.join(folder, name);
    try {
      return { fsPath, ini: parseIni(sources.read(fsPath) ?? '') };
    } catch (error) {
      problems.push({ kind: 'unreadable', fsPath, why: error instanceof Error ? error.message : String(error) });
      return { fsPath, ini: parseIni('') };
    }
  };
  const credentials = read('AWS_SHARED_CREDENTIALS_FILE', 'credentials');
  const config = read('AWS_CONFIG_FILE', 'config');
  return {
    credentials: { ...credentials, profiles: credentials.ini.sections },
    config: { ...config, profiles: configProfiles(config.ini) },
    problems,
  };
}

/** In the config file, profiles other than the default are sections `[profile name]`, the name perhaps in quotes. */
function configProfiles({ sections }: IniFile): ReadonlyMap<string, Section> {
  const profiles = new Map<string, Section>();
  for (const [title, section] of sections) {
    const [, double, single, plain] = /^profile\s+(?:"([^"]+)"|'([^']+)'|(\S.*))$/.exec(title) ?? [];
    const name = double ?? single ?? plain ?? (title === 'default' ? title : undefined);
    if (name !== undefined) profiles.set(name, section);
  }
  return profiles;
}

/** Names of all profiles, those of the credentials file first. */
export function profileNames({ credentials, config }: AwsFiles): readonly string[] {
  return [...new Set([...credentials.profiles.keys(), ...config.profiles.keys()])];
}

/**
 * The credentials of a profile: those of the credentials file before those of the config file. Where there is none, why: lines
 * that cannot be read, half a pair, or another way to sign in.
 */
export function* inProfile(files: AwsFiles, profile: string): Generator<Discovery> {
  let hasFound = false;
  for (const file of [files.credentials, files.config]) {
    const section = file.profiles.get(profile);
    if (section === undefined) continue;
    const read = inSection({ profile, fsPath: file.fsPath }, section, extrasOf(files, profile));
    if (read?.kind === 'found') hasFound = true;
    if (read !== undefined) yield read;
  }
  if (hasFound) return;
  yield* unreadableLines(files);
  const sections = [files.credentials, files.config].flatMap((file) => {
    const section = file.profiles.get(profile);
    return section === undefined ? [] : [{ section, fsPath: file.fsPath }];
  });
  const other = sections.flatMap(({ section, fsPath }) =>
    otherSignIns.filter((key) => section.has(key)).map((key) => ({ key, fsPath })),
  )[0];
  if (other !== undefined) yield problem({ kind: 'otherSignIn', profile, fsPath: other.fsPath, option: other.key });
}

/** Ways to sign in to Amazon's services that none of ours has. */
const otherSignIns = ['credential_process', 'role_arn', 'web_identity_token_file', 'sso_session', 'sso_start_url'];

/** Lines that no tool can read, of both files. */
export function* unreadableLines(files: AwsFiles): Generator<Discovery> {
  for (const { fsPath, ini } of [files.credentials, files.config]) {
    const [line] = ini.unreadableLines;
    if (line !== undefined) yield problem({ kind: 'unreadableLine', fsPath, line });
  }
}

type Extras = { readonly endpoint?: string; readonly region?: string };

/** What both files say of a profile beside its keys; an endpoint of its `services` section counts before its own. */
function extrasOf(files: AwsFiles, profile: string): Extras {
  const sections = [files.credentials, files.config].map(({ profiles }) => profiles.get(profile));
  const get = (key: string) =>
    sections.map((section) => nonEmpty(section?.get(key))).find((value) => value !== undefined);
  const services = get('services');
  const ofService =
    services === undefined
      ? undefined
      : [files.config, files.credentials]
          .map(({ ini }) => nonEmpty(ini.sections.get(`services ${services}`)?.get('s3.endpoint_url')))
          .find((url) => url !== undefined);
  const isIgnored = get('ignore_configured_endpoint_urls')?.toLowerCase() === 'true';
  const endpoint = isIgnored ? undefined : (ofService ?? get('endpoint_url'));
  const region = get('region');
  return { ...(endpoint === undefined ? {} : { endpoint }), ...(region === undefined ? {} : { region }) };
}

function inSection(
  where: { readonly profile: string; readonly fsPath: string },
  section: Section,
  extras: Extras,
): Discovery | undefined {
  const get = (key: string) => nonEmpty(section.get(key));
  const place = { kind: 'awsProfile', ...where } as const;
  const apiKey = get('ibm_api_key_id');
  const hmac = pairIn(get);
  if (apiKey !== undefined) {
    const serviceInstanceId = get('ibm_service_instance_id');
    const tokenUrl = get('ibm_auth_endpoint');
    const iam = {
      ...(serviceInstanceId === undefined ? {} : { serviceInstanceId }),
      ...(tokenUrl === undefined ? {} : { iamEndpoint: iamBase(tokenUrl) }),
    };
    return { kind: 'found', credential: { place, apiKey, ...(hmac === undefined ? {} : { hmac }), ...iam, ...extras } };
  }
  if (hmac === undefined) {
    const [id, secret] = ['aws_access_key_id', 'aws_secret_access_key'] as const;
    const set = [id, secret].find((key) => get(key) !== undefined);
    if (set === undefined) return undefined;
    return problem({ kind: 'halfPair', set, missing: set === id ? secret : id, ...where });
  }
  if (hmac.secretAccessKey.startsWith('crn:v1:')) return problem({ kind: 'swappedNames', ...where });
  return { kind: 'found', credential: { place, hmac, ...extras } };
}

function pairIn(get: (key: string) => string | undefined) {
  const accessKeyId = get('aws_access_key_id');
  const secretAccessKey = get('aws_secret_access_key');
  const sessionToken = get('aws_session_token') ?? get('aws_security_token');
  if (accessKeyId === undefined || secretAccessKey === undefined) return undefined;
  return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
}

function problem(what: SourceProblem): Discovery {
  return { kind: 'problem', problem: what };
}

function nonEmpty(text: string | undefined): string | undefined {
  const trimmed = text?.trim();
  return trimmed === '' ? undefined : trimmed;
}
