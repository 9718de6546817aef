/** Every member that a test looks at in an answer of some service; which ones are there depends on what was asked. */
export interface Body {
  // IAM
  readonly access_token: string;
  readonly refresh_token: string;
  readonly delegated_refresh_token: string;
  readonly expiration: number;
  readonly token_endpoint: string;
  readonly passcode_endpoint: string;
  readonly account_id: string;
  readonly errorCode: string;
  readonly errorMessage: string;
  readonly context: { readonly requestId: string };
  readonly requirements: { readonly error: string };
  // Lists of the Resource Controller, Key Protect and accounts
  readonly rows_count: number;
  readonly next_url: string | null;
  readonly resources: readonly Resource[];
  readonly metadata: { readonly collectionType: string; readonly collectionTotal: number };
  // Resource Controller
  readonly name: string;
  readonly url: string;
  readonly crn: string;
  readonly credentials: Credentials;
  readonly status_code: number;
  readonly error_code: string;
  readonly transaction_id: string;
  // Resource Configuration
  readonly errors: readonly { readonly code: string; readonly message: string }[];
  readonly trace: string;
  readonly time_created: string;
  readonly time_updated: string;
  readonly firewall: unknown;
  readonly hard_quota: number;
  readonly bytes_used: number;
  readonly object_count: number;
  readonly activity_tracking: unknown;
  readonly metrics_monitoring: unknown;
  // Endpoint catalogue: section, location, network, name
  readonly 'service-endpoints': Readonly<Record<string, Record<string, Record<string, Record<string, string>>>>>;
  readonly 'identity-endpoints': { readonly 'iam-token': string };
  readonly 'resource-configuration-endpoints': { readonly global: { readonly public: string } };
  // Admin
  readonly id: string | number;
  readonly passcode: string;
  readonly keys: readonly AdminKey[];
  readonly apiKey: string;
  readonly state: string;
  readonly nowMs: number;
  readonly offsetMs: number;
  readonly faults: readonly { readonly id: number; readonly firedCount: number; readonly matchedCount: number }[];
  readonly firedCount: number;
  readonly total: number;
  readonly byOperation: Readonly<Record<string, number>>;
  readonly recent: readonly { readonly operation: string; readonly method: string }[];
  readonly error: { readonly code: string; readonly message: string };
  readonly shuffledListings: boolean;
}

interface Resource {
  readonly id: string;
  readonly guid: string;
  readonly crn: string;
  readonly name: string;
  readonly url: string;
  readonly resource_plan_id: string;
  readonly credentials: Credentials;
  readonly metadata: { readonly guid: string; readonly url: string };
  readonly entity: { readonly name: string; readonly state: string };
  readonly errorMsg: string;
  readonly reasons: readonly { readonly code: string }[];
}

interface Credentials {
  readonly apikey: string;
  readonly cos_hmac_keys: { readonly access_key_id: string; readonly secret_access_key: string };
  readonly endpoints: string;
  readonly iam_role_crn: string;
  readonly resource_instance_id: string;
}

interface AdminKey {
  readonly id: string;
  readonly name: string;
  readonly role: string;
  readonly apiKey: string;
  readonly owner: string;
}
