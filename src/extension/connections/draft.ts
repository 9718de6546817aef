import type {
  AddressingStyle,
  AnonymousConnection,
  Connection,
  Credential,
  IamConnection,
  OtherSignIn,
} from '../../model/connection';
import type { ConnectionId } from '../../model/ids';
import { endpointOfLocation, locationOfHost, type EndpointNetwork } from '../../model/location';
import type { HmacPair } from '../../model/serviceCredential';
import { normalisedEndpoint } from './endpoint';
import { normalisedInstanceId } from './instanceId';

/** What the steps of adding or editing an API key connection have collected. */
export interface IamDraft {
  readonly kind: 'iam';
  readonly apiKey: string;
  /** Another way to sign in than with an API key, with its secret unless that stays as it is. */
  readonly other?: { readonly signIn: OtherSignIn; readonly credential?: Credential };
  readonly serviceInstanceId: string;
  /** Empty: an endpoint of its own. */
  readonly location: string;
  readonly endpoint: string;
  /** Only asked for beside an endpoint of its own. Empty: IBM Cloud's. */
  readonly iamEndpoint: string;
  readonly network: EndpointNetwork;
  /** What the picked instance is called. Empty: it was typed. */
  readonly instanceName: string;
  readonly name: string;
}

/** What the steps of adding or editing an HMAC connection have collected. */
export interface HmacDraft {
  readonly kind: 'hmac';
  readonly endpoint: string;
  readonly region: string;
  readonly addressingStyle: AddressingStyle;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary keys that were found, which nobody types. */
  readonly sessionToken?: string;
  readonly name: string;
}

export type Draft = IamDraft | HmacDraft;

/** Where new connections find the services around the object storage, unless that is IBM's public hosts. */
export type SignInHosts = Pick<IamConnection, 'iamEndpoint' | 'controlEndpoints'>;

/** A draft that says nothing yet. */
export function emptyDraft(kind: Draft['kind'], { iamEndpoint = '' }: SignInHosts = {}): Draft {
  switch (kind) {
    case 'iam':
      return {
        kind,
        apiKey: '',
        serviceInstanceId: '',
        location: '',
        endpoint: '',
        iamEndpoint,
        network: 'public',
        instanceName: '',
        name: '',
      };
    case 'hmac':
      return {
        kind,
        endpoint: '',
        region: '',
        addressingStyle: 'path',
        accessKeyId: '',
        secretAccessKey: '',
        name: '',
      };
  }
}

/** A draft of what is saved. Secrets stay empty, which means: as they are. */
export function draftOf(connection: Exclude<Connection, AnonymousConnection>): Draft {
  const { name, endpoint } = connection;
  switch (connection.kind) {
    case 'iam': {
      const network = connection.network ?? 'public';
      const location = locationOfHost(new URL(endpoint).host);
      const isPlain = location !== undefined && endpointOfLocation(location, network) === endpoint;
      const { serviceInstanceId, iamEndpoint = '', signIn } = connection;
      return {
        kind: 'iam',
        apiKey: '',
        ...(signIn === undefined ? {} : { other: { signIn } }),
        serviceInstanceId,
        location: isPlain && iamEndpoint === '' ? location : '',
        endpoint,
        iamEndpoint,
        network,
        instanceName: '',
        name,
      };
    }
    case 'hmac': {
      const { region, addressingStyle } = connection;
      return { kind: 'hmac', endpoint, region, addressingStyle, accessKeyId: '', secretAccessKey: '', name };
    }
  }
}

/** The settings that a draft asks for; what the steps do not ask of `before` stays. */
export function connectionOf(
  draft: Draft,
  id: ConnectionId,
  before: Connection | undefined,
  hosts: SignInHosts = {},
): Connection {
  const name = draft.name.trim();
  switch (draft.kind) {
    case 'iam': {
      const { iamEndpoint: _asked, ...kept } = before?.kind === 'iam' ? before : hosts;
      const isPlain = draft.location !== '';
      const endpoint = isPlain ? endpointOfLocation(draft.location, draft.network) : normalisedEndpoint(draft.endpoint);
      const iamEndpoint = isPlain ? (hosts.iamEndpoint ?? '') : draft.iamEndpoint.trim();
      const serviceInstanceId = normalisedInstanceId(draft.serviceInstanceId);
      const signIn = draft.other === undefined ? {} : { signIn: draft.other.signIn };
      const asked = { id, name, serviceInstanceId, endpoint, network: draft.network, ...signIn };
      const saved = { ...kept, kind: 'iam', ...asked } as const;
      return iamEndpoint === '' ? saved : { ...saved, iamEndpoint: normalisedEndpoint(iamEndpoint) };
    }
    case 'hmac': {
      const kept = before?.kind === 'hmac' ? before : undefined;
      const { addressingStyle } = draft;
      const endpoint = normalisedEndpoint(draft.endpoint);
      return { ...kept, kind: 'hmac', id, name, endpoint, region: draft.region.trim(), addressingStyle };
    }
  }
}

/** The secret that a draft holds, or undefined when it is to stay as it is. */
export function credentialOf(draft: Draft): Credential | undefined {
  switch (draft.kind) {
    case 'iam':
      if (draft.other !== undefined) return draft.other.credential;
      return draft.apiKey === '' ? undefined : { kind: 'apiKey', apiKey: draft.apiKey.trim() };
    case 'hmac':
      return draft.accessKeyId === ''
        ? undefined
        : {
            kind: 'hmac',
            accessKeyId: draft.accessKeyId.trim(),
            secretAccessKey: draft.secretAccessKey.trim(),
            ...(draft.sessionToken === undefined ? {} : { sessionToken: draft.sessionToken }),
          };
  }
}

/** A new credential with the HMAC pair that was given or kept beside the API key, which an API key alone would lose. */
export function withPair(entered: Credential, kept: Credential | undefined, given: HmacPair | undefined): Credential {
  if (entered.kind !== 'apiKey') return entered;
  const hmac = given ?? (kept?.kind === 'apiKey' ? kept.hmac : undefined);
  return hmac === undefined ? entered : { ...entered, hmac };
}
