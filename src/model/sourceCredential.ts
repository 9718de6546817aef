import type { CredentialTextProblem, HmacPair } from './serviceCredential';

/** Where a credential was found. For people: never its value. */
export type CredentialPlace =
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'cosFile'; readonly fsPath: string }
  | { readonly kind: 'awsProfile'; readonly profile: string; readonly fsPath: string };

/** How a source that holds both an API key and an HMAC pair signs in. */
export type SignInChoice = 'iam' | 'hmac';

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
  /** In the environment, or in a profile of a file. */
  | {
      readonly kind: 'halfPair';
      readonly set: string;
      readonly missing: string;
      readonly profile?: string;
      readonly fsPath?: string;
    }
  /** A profile that was asked for, among those that there are. */
  | { readonly kind: 'noProfile'; readonly profile: string; readonly known: readonly string[] }
  /** A profile that says nothing of keys. */
  | { readonly kind: 'noKeys'; readonly profile: string }
  /** A profile that signs in by something that only Amazon's services have. */
  | { readonly kind: 'otherSignIn'; readonly profile: string; readonly fsPath: string; readonly option: string }
  | { readonly kind: 'unreadableLine'; readonly fsPath: string; readonly line: number }
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
