import { randomBytes, randomUUID } from 'node:crypto';
import type { Role, ServiceInstance } from '../contracts';
import { cosInstanceCrn, kmsInstanceCrn } from './crn';

/** An account that the person of this server belongs to. */
export interface Account {
  /** 32 hexadecimal digits. */
  readonly id: string;
  readonly name: string;
  readonly type: 'PAYG' | 'SUBSCRIPTION' | 'TRIAL';
  readonly state: 'ACTIVE' | 'SUSPENDED';
  /** What the person may do in it. */
  readonly role: Role;
}

/** A COS instance with what the Resource Controller tells about it. */
export interface CosInstance extends ServiceInstance {
  readonly state: 'active' | 'pending_reclamation';
  readonly createdAtMs: number;
}

/** An instance of Key Protect or of Hyper Protect Crypto Services, as its CRN says. Its keys are made from its guid, see control/rootKeys.ts. */
export interface KmsInstance {
  readonly guid: string;
  readonly crn: string;
  readonly name: string;
  readonly accountId: string;
  readonly region: string;
  readonly createdAtMs: number;
  readonly contents: 'few' | 'many';
}

/** The accounts and instances that a new data folder starts with. */
export interface Directory {
  readonly accounts: readonly Account[];
  readonly cosInstances: readonly CosInstance[];
  readonly kmsInstances: readonly KmsInstance[];
}

/**
 * Makes the accounts and instances of a new data folder: two usable accounts, because a client must let people choose, and
 * one suspended; instances of every plan, and one that waits for reclamation and must not be listed by default.
 */
export function createDirectory(nowMs: number): Directory {
  const account = (name: string, type: Account['type'], state: Account['state'], role: Role): Account => ({
    id: randomBytes(16).toString('hex'),
    name,
    type,
    state,
    role,
  });
  const local = account('Local Development', 'PAYG', 'ACTIVE', 'Manager');
  const second = account('Second Account', 'SUBSCRIPTION', 'ACTIVE', 'Reader');
  const suspended = account('Closed Account', 'TRIAL', 'SUSPENDED', 'Reader');
  return {
    accounts: [local, second, suspended],
    cosInstances: [
      createCosInstance(local.id, 'local-cos', 'standard', nowMs),
      createCosInstance(local.id, 'local-cos-lite', 'lite', nowMs),
      createCosInstance(local.id, 'local-cos-onerate', 'onerate', nowMs),
      { ...createCosInstance(local.id, 'deleted-cos', 'standard', nowMs), state: 'pending_reclamation' },
      createCosInstance(second.id, 'second-account-cos', 'standard', nowMs),
    ],
    kmsInstances: [
      createKmsInstance(local.id, 'local-keys', 'us-south', 'few', nowMs),
      createKmsInstance(local.id, 'local-keys-large', 'eu-de', 'many', nowMs),
      createHyperProtect(local.id, nowMs),
    ],
  };
}

/** A new COS instance of an account. */
export function createCosInstance(
  accountId: string,
  name: string,
  plan: ServiceInstance['plan'],
  nowMs: number,
): CosInstance {
  const guid = randomUUID();
  return { guid, crn: cosInstanceCrn(accountId, guid), name, accountId, plan, state: 'active', createdAtMs: nowMs };
}

/** An instance of Hyper Protect Crypto Services. */
export function createHyperProtect(accountId: string, nowMs: number): KmsInstance {
  return createKmsInstance(accountId, 'local-hyper-protect', 'us-south', 'few', nowMs, 'hs-crypto');
}

function createKmsInstance(
  accountId: string,
  name: string,
  region: string,
  contents: KmsInstance['contents'],
  nowMs: number,
  service: 'kms' | 'hs-crypto' = 'kms',
): KmsInstance {
  const guid = randomUUID();
  const crn = kmsInstanceCrn(service, { accountId, region, guid });
  return { guid, crn, name, accountId, region, contents, createdAtMs: nowMs };
}
