import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credential } from '../model/connection';
import { discoverCredentials, signInOf } from '../model/credentialSources';
import type { CredentialPlace, SignInChoice, SourceCredential, SourceProblem } from '../model/sourceCredential';
import type { CredentialTextProblem } from '../model/serviceCredential';
import { encodingOf } from '../model/textFile';
import { UsageError } from './exitCode';

/** A credential with where it was found, and what else was found beside it. */
export interface FoundCredential extends Omit<SourceCredential, 'place' | 'apiKey' | 'hmac' | 'name'> {
  readonly credential: Extract<Credential, { kind: 'apiKey' | 'hmac' | 'anonymous' }>;
  /** For people: the variable or file, never the value. */
  readonly source: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** What the command line says of credentials. */
export interface CredentialChoice {
  readonly profile: string | undefined;
  /** Which key of a source that holds both; undefined: the one that IBM's tools take. */
  readonly auth: SignInChoice | undefined;
}

/**
 * The first credential in the order of credentials §2.3 and §3.5: environment, cos_credentials, AWS files. A profile
 * that is named explicitly skips the first two. With `auth`, the first that has such a key.
 */
export function findCredential(environment: Environment, { profile, auth }: CredentialChoice): FoundCredential {
  const sources = { environment, homeFolder: homedir(), join, read: readIfThere };
  let passedOver: string | undefined;
  for (const one of discoverCredentials(sources, profile)) {
    if (one.kind === 'problem') throw new UsageError(problemSentence(one.problem));
    const found = usedOf(one.credential, auth ?? signInOf(one.credential));
    if (found !== undefined) return found;
    passedOver ??= sourceText(one.credential.place);
  }
  if (passedOver !== undefined) {
    const wanted = auth === 'hmac' ? 'HMAC pair' : 'API key';
    throw new UsageError(`--auth ${auth ?? ''} needs an ${wanted}, and ${passedOver} holds none`);
  }
  throw new UsageError(
    'no credentials were found; set IBM_API_KEY_ID, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or save a service credential as ~/.bluemix/cos_credentials; public buckets are read with --no-sign-request',
  );
}

function usedOf(credential: SourceCredential, auth: SignInChoice): FoundCredential | undefined {
  const { place, apiKey, hmac, name: _name, serviceInstanceId, iamEndpoint, ...extras } = credential;
  const source = sourceText(place);
  if (auth === 'hmac')
    return hmac === undefined ? undefined : { credential: { kind: 'hmac', ...hmac }, source, ...extras };
  if (apiKey === undefined) return undefined;
  return {
    credential: { kind: 'apiKey', apiKey },
    source,
    ...(serviceInstanceId === undefined ? {} : { serviceInstanceId }),
    ...(iamEndpoint === undefined ? {} : { iamEndpoint }),
    ...extras,
  };
}

function sourceText(place: CredentialPlace): string {
  switch (place.kind) {
    case 'environment':
      return place.variable;
    case 'cosFile':
      return place.fsPath;
    case 'awsProfile':
      return `profile "${place.profile}" of ${place.fsPath}`;
  }
}

function problemSentence(problem: SourceProblem): string {
  switch (problem.kind) {
    case 'halfPair': {
      const { profile, fsPath = '' } = problem;
      const where = profile === undefined ? '' : ` in profile "${profile}" of ${fsPath}`;
      return `${problem.set} is set but ${problem.missing} is not${where}; an HMAC pair needs both`;
    }
    case 'noProfile':
      return problem.known.length === 0
        ? `there is no profile "${problem.profile}": the AWS files are missing or hold none`
        : `there is no profile "${problem.profile}" in the AWS files; there are ${problem.known.map((name) => `"${name}"`).join(', ')}`;
    case 'noKeys':
      return `the AWS files hold no credentials for profile "${problem.profile}"`;
    case 'otherSignIn':
      return `profile "${problem.profile}" of ${problem.fsPath} signs in by ${problem.option}, which cos cannot; give it aws_access_key_id and aws_secret_access_key, or ibm_api_key_id`;
    case 'unreadableLine':
      return `line ${problem.line} of "${problem.fsPath}" is neither a [section] nor "key = value"`;
    case 'cosFile':
      return cosFileProblem(problem.fsPath, problem.problem);
    case 'swappedNames':
      return `profile "${problem.profile}" of ${problem.fsPath} holds an API key and instance id under the names of an HMAC pair; rename them to ibm_api_key_id and ibm_service_instance_id`;
    case 'unreadable':
      return `"${problem.fsPath}" cannot be read: ${problem.why}`;
  }
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

function readIfThere(fsPath: string): string | undefined {
  try {
    const bytes = readFileSync(fsPath);
    return new TextDecoder(encodingOf(bytes)).decode(bytes);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined;
    }
    throw error;
  }
}
