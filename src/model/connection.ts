import type { ConnectionId } from './ids';
import type { EndpointNetwork } from './location';
import type { HmacPair } from './serviceCredential';

/** How buckets appear in request URLs. */
export type AddressingStyle = 'path' | 'virtualHost';

/** Whether uploads carry a flexible checksum header. `learned`: sent until a server refuses it, then remembered. */
export type ChecksumBehaviour = 'learned' | 'always' | 'never';

/** Services around the data plane that speak JSON (control-plane §0). */
export const controlServices = [
  'configuration',
  'resourceController',
  'endpointCatalogue',
  'keyProtect',
  'accounts',
] as const;
/** One of them. */
export type ControlService = (typeof controlServices)[number];

/** What every connection has. Nothing here is secret: it is stored in user settings. */
export interface ConnectionBase {
  readonly id: ConnectionId;
  readonly name: string;
  /** The engine refuses every write through this connection. */
  readonly isReadOnly?: boolean;
  /** The engine refuses every write until the person has typed the connection's name. */
  readonly isProduction?: boolean;
  /** Buckets added by name, for identities that may not list buckets. */
  readonly extraBuckets?: readonly string[];
}

/** Ways to sign in to IAM other than with an API key. */
export const otherSignIns = ['passcode', 'token', 'profile'] as const;
/** One of them. */
export type OtherSignIn = (typeof otherSignIns)[number];

/** IBM Cloud Object Storage by IAM API key. */
export interface IamConnection extends ConnectionBase {
  readonly kind: 'iam';
  /** Full CRN or guid of the service instance (control-plane §2.2); needed to list and create buckets. */
  readonly serviceInstanceId: string;
  /** S3 endpoint URL to start from; buckets elsewhere are reached at their own location's endpoint. */
  readonly endpoint: string;
  readonly network?: EndpointNetwork;
  /** How a person signs in again; absent: with an API key. */
  readonly signIn?: OtherSignIn;
  /** Base URL of IAM; default `https://iam.cloud.ibm.com`. */
  readonly iamEndpoint?: string;
  /** Endpoints by location that replace IBM's host pattern, for private clouds and the local server. */
  readonly locationEndpoints?: Readonly<Record<string, string>>;
  /** Base URLs of services other than IBM's public ones; `configuration` ends in `/v1`, `endpointCatalogue` in `/v2`. */
  readonly controlEndpoints?: Readonly<Partial<Record<ControlService, string>>>;
}

/** COS or any S3-compatible service by HMAC key pair. */
export interface HmacConnection extends ConnectionBase {
  readonly kind: 'hmac';
  readonly endpoint: string;
  /** Region of the credential scope; COS accepts any. */
  readonly region: string;
  readonly addressingStyle: AddressingStyle;
  readonly checksums?: ChecksumBehaviour;
  readonly network?: EndpointNetwork;
  readonly locationEndpoints?: Readonly<Record<string, string>>;
}

/** Public buckets, without signing in. Buckets cannot be listed: they are those added by name. */
export interface AnonymousConnection extends ConnectionBase {
  readonly kind: 'anonymous';
  readonly endpoint: string;
  readonly network?: EndpointNetwork;
  readonly locationEndpoints?: Readonly<Record<string, string>>;
}

/** One place that buckets are reached through. */
export type Connection = IamConnection | HmacConnection | AnonymousConnection;

/** The secret half of a connection. Lives in the keychain and in memory, nowhere else. */
export type Credential =
  | {
      readonly kind: 'apiKey';
      readonly apiKey: string;
      /** Signs links, which tokens cannot. */ readonly hmac?: HmacPair;
    }
  /** A person who signed in with a one-time passcode; the refresh token brings access tokens of the account. */
  | { readonly kind: 'session'; readonly refreshToken: string; readonly accountId?: string }
  /** An access token from elsewhere, which cannot be renewed. */
  | { readonly kind: 'token'; readonly accessToken: string }
  /** A trusted profile, which a compute resource takes on with the token in a file that its platform renews. */
  | { readonly kind: 'profile'; readonly profileId: string; readonly tokenFsPath: string }
  /** Nothing is proved: requests go unsigned. */
  | { readonly kind: 'anonymous' }
  | ({ readonly kind: 'hmac' } & HmacPair);
