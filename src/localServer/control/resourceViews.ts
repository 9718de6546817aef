import type { Role } from '../contracts';
import type { CosInstance, KmsInstance } from '../iam/accounts';
import type { Identities } from '../iam/identities';
import type { AccessKey } from '../iam/identityFile';

const cosResourceId = 'dff97f5c-bc5e-4455-b470-411c3edbe49c';
const kmsResourceId = 'ee41347f-b18e-4ca6-bf80-b5467c63f9a6';
/** IBM's pages name no catalogue id for Hyper Protect: clients must tell it by its CRN. */
const hyperProtectResourceId = '00000000-0000-0000-0000-00000000c0de';
const planIds = {
  standard: '744bfc56-d12c-4866-88d5-dac9139e0e5d',
  lite: '2fdf0c08-2d32-4f46-84b5-32e0c92fffd8',
  onerate: '1e4e33e4-cfa6-4f12-9016-be594a6d5f87',
};
/** Key Protect's tiered-pricing plan. */
const kmsPlanId = 'eedd3585-90c6-4c8f-be3d-062069e99fc3';

/** An instance as the Resource Controller shows it (control-plane §2.1). */
export function describeInstance(instance: CosInstance | KmsInstance, createdBy: string) {
  const isCos = 'plan' in instance;
  const createdAt = new Date(instance.createdAtMs).toISOString();
  const url = `/v2/resource_instances/${encodeURIComponent(instance.crn)}`;
  const resourceGroupId = instance.accountId.split('').reverse().join('');
  return {
    id: instance.crn,
    guid: instance.guid,
    crn: instance.crn,
    url,
    name: instance.name,
    account_id: instance.accountId,
    region_id: isCos ? 'global' : instance.region,
    resource_id: isCos ? cosResourceId : keyResourceId(instance),
    resource_plan_id: isCos ? planIds[instance.plan] : kmsPlanId,
    resource_group_id: resourceGroupId,
    resource_group_crn: `crn:v1:bluemix:public:resource-controller::a/${instance.accountId}::resource-group:${resourceGroupId}`,
    target_crn: `crn:v1:bluemix:public:globalcatalog::::deployment:${isCos ? planIds[instance.plan] : kmsPlanId}`,
    state: isCos ? instance.state : 'active',
    type: 'service_instance',
    sub_type: '',
    last_operation: {
      type: 'create',
      state: 'succeeded',
      async: false,
      description: 'Completed create instance operation',
    },
    parameters: {},
    resource_keys_url: `${url}/resource_keys`,
    resource_bindings_url: `${url}/resource_bindings`,
    resource_aliases_url: `${url}/resource_aliases`,
    dashboard_url: null,
    onetime_credentials: false,
    locked: false,
    allow_cleanup: false,
    migrated: false,
    created_at: createdAt,
    created_by: createdBy,
    updated_at: createdAt,
    updated_by: createdBy,
    deleted_at: null,
    deleted_by: '',
  };
}

function keyResourceId({ crn }: KmsInstance): string {
  return crn.includes(':hs-crypto:') ? hyperProtectResourceId : kmsResourceId;
}

/** What showing a key needs to know. */
export interface KeyContext {
  readonly identities: Identities;
  readonly catalogueUrl: () => string;
}

/**
 * A service credential. Its secrets are shown once, to the Manager who makes it; other users of the machine can reach the
 * port, and a session must not open every key (control-plane §2.3).
 */
export function describeKey(key: AccessKey, secrets: 'shown' | 'hidden', context: KeyContext) {
  const createdAt = new Date(key.createdAtMs).toISOString();
  const sourceCrn = context.identities.findInstance(key.instanceGuid)?.crn ?? '';
  const crn = sourceCrn.replace(/::$/, `:resource-key:${key.id}`);
  const roleCrn = roleCrnOf(key.role);
  return {
    id: crn,
    guid: key.id,
    url: `/v2/resource_keys/${key.id}`,
    crn,
    name: key.name,
    account_id: key.accountId,
    resource_group_id: key.accountId.split('').reverse().join(''),
    source_crn: sourceCrn,
    resource_id: cosResourceId,
    role: roleCrn,
    state: 'active',
    iam_compatible: true,
    onetime_credentials: true,
    migrated: false,
    resource_instance_url: `/v2/resource_instances/${encodeURIComponent(sourceCrn)}`,
    created_at: createdAt,
    created_by: context.identities.person.iamId,
    updated_at: createdAt,
    updated_by: '',
    credentials:
      secrets === 'shown'
        ? {
            apikey: key.apiKey,
            ...(key.hmac === undefined
              ? {}
              : {
                  cos_hmac_keys: {
                    access_key_id: key.hmac.accessKeyId,
                    secret_access_key: key.hmac.secretAccessKey,
                  },
                }),
            endpoints: context.catalogueUrl(),
            iam_apikey_description: `Auto-generated for key ${crn}`,
            iam_apikey_id: `ApiKey-${key.id}`,
            iam_apikey_name: key.name,
            iam_role_crn: roleCrn,
            iam_serviceid_crn: `crn:v1:bluemix:public:iam-identity::a/${key.accountId}::serviceid:${key.iamId.replace(/^iam-/, '')}`,
            resource_instance_id: sourceCrn,
          }
        : { REDACTED: 'REDACTED' },
  };
}

function roleCrnOf(role: Role): string {
  const service = role === 'Reader' || role === 'Writer' || role === 'Manager' ? 'iam' : 'cloud-object-storage';
  return `crn:v1:bluemix:public:${service}::::serviceRole:${role}`;
}
