import type { PasscodeSession } from '../model/account';
import type { Connection, Credential } from '../model/connection';
import type { Diagnosis } from '../model/diagnosis';
import type { BucketName, ConnectionId, ObjectKey } from '../model/ids';
import type { InstanceSummary } from '../model/instance';
import type { Location } from '../model/location';
import type { HmacPair } from '../model/serviceCredential';

/** Requests about what an account holds, for settings that may not be saved yet. */
export interface AccountRequests {
  /**
   * Allows changes through a production connection, until there was none for 15 minutes, the connection is edited or the engine
   * ends. `invalid`/`notConfirmed` where `typedName` is not its name.
   */
  'connection/allowChanges': {
    params: { readonly connectionId: ConnectionId; readonly typedName: string };
    result: null;
  };
  /**
   * Examines a saved connection step by step: network, certificate, clock, login, and one harmless request for each permission,
   * in the bucket or the first one listed. Changes nothing, and fails only when it is cancelled or there is no such connection.
   */
  'connection/diagnose': {
    params: { readonly connectionId: ConnectionId; readonly bucket?: BucketName; readonly key?: ObjectKey };
    result: Diagnosis;
  };
  /** Locations of IBM's catalogue of endpoints, or of the one named, or the built-in ones where it cannot be had soon. */
  'locations/list': { params: { readonly catalogueEndpoint?: string }; result: readonly Location[] };
  /** The web page on which a person finds a one-time passcode. */
  'accounts/findPasscodePage': { params: { readonly iamEndpoint?: string }; result: string };
  /** Signs in with a one-time passcode; `signInNeeded`/`passcodeRefused` where it is wrong, used or too old. */
  'accounts/redeemPasscode': {
    params: { readonly passcode: string; readonly iamEndpoint?: string; readonly accountsEndpoint?: string };
    result: PasscodeSession;
  };
  /**
   * The Cloud Object Storage instances that an API key sees, of its account, by name (control-plane §2.1). Empty also where
   * the identity may see none. The connection's instance is not used; its hosts are.
   */
  'accounts/listInstances': {
    params: { readonly connection: Connection; readonly credential: Credential };
    result: readonly InstanceSummary[];
  };
  /**
   * Creates a service credential of the connection's instance with an HMAC pair, and answers the pair, which is secret
   * (control-plane §2.3). `denied` where the identity may not, or may not see its secrets.
   */
  'accounts/createHmacKey': {
    params: { readonly connectionId: ConnectionId; readonly name: string; readonly role: 'Reader' | 'Writer' };
    result: HmacPair;
  };
}
