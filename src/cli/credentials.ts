import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Credential } from '../model/connection';
import {
  discoverCredentials,
  type CredentialPlace,
  type SourceCredential,
  type SourceProblem,
} from '../model/credentialSources';
import type { CredentialTextProblem } from '../model/serviceCredential';
import { UsageError } from './exitCode';

/** A credential with where it was found, and what else was found beside it. */
export interface FoundCredential extends Omit<SourceCredential, 'place' | 'apiKey' | 'hmac' | 'name'> {
  readonly credential: Extract<Credential, { kind: 'apiKey' | 'hmac' }>;
  /** For people: the variable or file, never the value. */
  readonly source: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The first credential in the order of credentials.md §2.3 and §3.5: environment, cos_credentials, AWS files. A profile
 * that is named explicitly skips the first two. In any one source an API key comes before an HMAC pair.
 */
export function findCredential(environment: Environment, profile: string | undefined): FoundCredential {
  const sources = { environment, homeFolder: homedir(), join, read: readIfThere };
  const [first] = discoverCredentials(sources, profile);
  if (first === undefined) {
    throw new UsageError(
      profile === undefined
        ? 'no credentials were found; set IBM_API_KEY_ID, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or save a service credential as ~/.bluemix/cos_credentials'
        : `the AWS files hold no credentials for profile "${profile}"`,
    );
  }
  if (first.kind === 'problem') throw new UsageError(problemSentence(first.problem));
  const { place, apiKey, hmac, name: _name, serviceInstanceId, iamEndpoint, ...extras } = first.credential;
  const source = sourceText(place);
  if (apiKey !== undefined) {
    return {
      credential: { kind: 'apiKey', apiKey },
      source,
      ...(serviceInstanceId === undefined ? {} : { serviceInstanceId }),
      ...(iamEndpoint === undefined ? {} : { iamEndpoint }),
      ...extras,
    };
  }
  if (hmac === undefined) throw new UsageError(`${source} holds neither an API key nor an HMAC pair`);
  return { credential: { kind: 'hmac', ...hmac }, source, ...extras };
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
    case 'halfPair':
      return `${problem.set} is set but ${problem.missing} is not; an HMAC pair needs both`;
    case 'temporary':
      return `${problem.variable} is set; temporary credentials are not supported, use an HMAC pair`;
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
    return readFileSync(fsPath, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) {
      return undefined;
    }
    throw error;
  }
}
