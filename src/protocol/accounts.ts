import type { Connection, Credential } from '../model/connection';
import type { InstanceSummary } from '../model/instance';

/** Requests about what an account holds, for settings that may not be saved yet. */
export interface AccountRequests {
  /**
   * The Cloud Object Storage instances that an API key sees, of its account, by name (control-plane.md §2.1). Empty also where
   * the identity may see none. The connection's instance is not used; its hosts are.
   */
  'accounts/listInstances': {
    params: { readonly connection: Connection; readonly credential: Credential };
    result: readonly InstanceSummary[];
  };
}
