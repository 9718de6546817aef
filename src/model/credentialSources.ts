import { inProfile, profileNames, readAwsFiles, unreadableLines, type AwsFiles } from './awsFiles';
import { iamBase, readServiceCredential } from './serviceCredential';
import type {
  CredentialPlace,
  CredentialSources,
  Discovery,
  SignInChoice,
  SourceCredential,
  SourceProblem,
} from './sourceCredential';

/**
 * Credentials of this machine in the order of credentials §2.3 and §3.5: environment, cos_credentials, AWS files. Nothing is
 * looked at before the caller asks for it. With a profile the first two are passed over, and a profile that the environment
 * names comes before cos_credentials: it was chosen. `all` goes through every profile of the AWS files, those with an API key
 * first.
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
  const { AWS_PROFILE: wanted, AWS_DEFAULT_PROFILE: other } = sources.environment;
  const named = nonEmpty(wanted) ?? nonEmpty(other);
  if (profile === undefined && named !== undefined) {
    yield* fromProfile(sources, named);
    return;
  }
  yield* fromCosFile(sources);
  if (profile === undefined) yield* fromDefaultProfile(sources);
  else yield* fromAllProfiles(sources);
}

/** Which of its two keys a source signs in with where nobody chose: what IBM's own tools take (credentials §2.1, §2.3). */
export function signInOf({ place, apiKey, hmac }: SourceCredential): SignInChoice {
  if (apiKey === undefined) return 'hmac';
  return hmac !== undefined && place.kind === 'cosFile' ? 'hmac' : 'iam';
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
    } else {
      const isAws = idName === 'AWS_ACCESS_KEY_ID';
      const token = optional({
        sessionToken: isAws ? (get('AWS_SESSION_TOKEN') ?? get('AWS_SECURITY_TOKEN')) : undefined,
      });
      yield found({ place: place(idName), hmac: { accessKeyId, secretAccessKey, ...token }, ...region });
    }
  }
  const cliKey = get('IBMCLOUD_API_KEY');
  if (cliKey !== undefined) yield found({ place: place('IBMCLOUD_API_KEY'), apiKey: cliKey, ...iam, ...region });
}

/** `cos_credentials` (credentials §3.1): the credentials object, the whole resource key, or the CLI's array of them. */
function* fromCosFile(sources: CredentialSources): Generator<Discovery> {
  const named = nonEmpty(sources.environment['COS_CREDENTIALS_FILE']);
  const fsPath = named ?? sources.join(homeOf(sources), '.bluemix', 'cos_credentials');
  const text = readFile(sources, fsPath);
  if (typeof text === 'object') yield text;
  if (text === undefined && named !== undefined) {
    yield problem({ kind: 'unreadable', fsPath, why: 'COS_CREDENTIALS_FILE names it, and there is no such file' });
  }
  if (typeof text !== 'string') return;
  const read = readServiceCredential(text);
  if (read.kind === 'found') yield found({ place: { kind: 'cosFile', fsPath }, ...read.credential });
  else yield problem({ kind: 'cosFile', fsPath, problem: read });
}

function awsFiles(sources: CredentialSources): AwsFiles {
  return readAwsFiles(sources, sources.join(homeOf(sources), '.aws'));
}

/** A profile that was asked for by name: where it gives no credential, why. */
function* fromProfile(sources: CredentialSources, profile: string): Generator<Discovery> {
  const files = awsFiles(sources);
  for (const one of files.problems) yield problem(one);
  const known = profileNames(files);
  if (!known.includes(profile)) {
    yield* unreadableLines(files);
    yield problem({ kind: 'noProfile', profile, known });
    return;
  }
  yield* inProfile(files, profile);
  yield problem({ kind: 'noKeys', profile });
}

function* fromDefaultProfile(sources: CredentialSources): Generator<Discovery> {
  const files = awsFiles(sources);
  for (const one of files.problems) yield problem(one);
  yield* inProfile(files, 'default');
}

function* fromAllProfiles(sources: CredentialSources): Generator<Discovery> {
  const files = awsFiles(sources);
  for (const one of files.problems) yield problem(one);
  const isLine = (one: Discovery): boolean => one.kind === 'problem' && one.problem.kind === 'unreadableLine';
  // What the second file says of a profile is what the first one did not; lines are named once, at the end.
  const each = profileNames(files).flatMap((name) =>
    [...inProfile(files, name)].filter((one) => !isLine(one)).slice(0, 1),
  );
  const hasKey = (one: Discovery): boolean => one.kind === 'found' && one.credential.apiKey !== undefined;
  yield* each.filter(hasKey);
  yield* each.filter((one) => !hasKey(one));
  yield* unreadableLines(files);
}

/** Whether an access key id is one of Amazon Web Services, which IBM's services do not know (credentials §3.2). */
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
