import { generateKeyPairSync, randomBytes, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Role } from '../contracts';
import { StartError } from '../startError';
import { writePrivateFile } from '../privateFile';
import { createDirectory, createHyperProtect, type Account, type CosInstance, type KmsInstance } from './accounts';
import { createTrustedProfile, type TrustedProfile } from './trustedProfile';

/** An API key, with or without an HMAC pair: what `ibmcloud resource service-key-create` makes, or a person's own key. */
export interface AccessKey {
  /** The guid of the service credential. */
  readonly id: string;
  readonly name: string;
  /** `user`: the person's own key, all instances of the account. `serviceId`: a service credential of one instance. */
  readonly owner: 'user' | 'serviceId';
  readonly iamId: string;
  readonly accountId: string;
  /** The instance that the HMAC pair selects; for a service ID also the only one it may use. */
  readonly instanceGuid: string;
  readonly role: Role;
  readonly apiKey: string;
  readonly hmac?: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly createdAtMs: number;
  /** Why IAM gives no token for it any more. Absent: it does. */
  readonly condition?: KeyCondition;
}

/** The states in which IBM Cloud keeps an API key that opens nothing. */
export const keyConditions = ['disabled', 'locked', 'expired'] as const;
/** One of them. */
export type KeyCondition = (typeof keyConditions)[number];

/** The person of this server. */
export interface Person {
  readonly iamId: string;
  readonly name: string;
  readonly email: string;
}

/** What everyone may do with a bucket. */
export type PublicRole = 'ObjectReader' | 'ContentReader';

/** Everything that `identity.json` in the data folder holds. */
export interface IdentityState {
  readonly version: 1;
  /** PKCS 8 PEM of the RSA key that signs tokens. */
  readonly signingKeyPem: string;
  readonly person: Person;
  readonly accounts: readonly Account[];
  readonly cosInstances: readonly CosInstance[];
  readonly kmsInstances: readonly KmsInstance[];
  readonly keys: readonly AccessKey[];
  readonly profile: TrustedProfile;
  readonly publicRoles: readonly { readonly bucket: string; readonly role: PublicRole }[];
  /** Tokens of an older generation are revoked. */
  readonly tokenGeneration: string;
  readonly revokedTokenIds: readonly string[];
}

/** The roles that the server knows, the weakest first. */
export const roles: readonly Role[] = ['ObjectReader', 'ContentReader', 'Reader', 'ObjectWriter', 'Writer', 'Manager'];

/** Reads the identities of a data folder, or makes new ones and writes them. Throws `StartError` when the file is damaged. */
export function openIdentityFile(dataFolder: string, nowMs: number): IdentityState {
  const fsPath = identityFsPath(dataFolder);
  if (existsSync(fsPath)) {
    try {
      const state = JSON.parse(readFileSync(fsPath, 'utf8')) as IdentityState;
      if (state.version === 1 && Array.isArray(state.keys)) return completed(state, dataFolder, nowMs);
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
    }
    throw new StartError(`The file "${fsPath}" is damaged; move it away to let the server make new keys.`);
  }
  const state = createIdentityState(nowMs);
  writeIdentityFile(dataFolder, state);
  return state;
}

/** A file of before there were trusted profiles and Hyper Protect gets them; what is in it stays. */
function completed(
  state: Omit<IdentityState, 'profile'> & Partial<IdentityState>,
  dataFolder: string,
  nowMs: number,
): IdentityState {
  const { profile, ...rest } = state;
  const own = state.keys.find(({ owner }) => owner === 'user');
  const instance = state.cosInstances.find(({ guid }) => guid === own?.instanceGuid);
  if (profile !== undefined || instance === undefined) return state as IdentityState;
  const kmsInstances = [...state.kmsInstances, createHyperProtect(instance.accountId, nowMs)];
  const complete = { ...rest, kmsInstances, profile: createTrustedProfile(instance) };
  writeIdentityFile(dataFolder, complete);
  return complete;
}

/** Replaces the file in one step, so that a crash leaves the old or the new one. */
export function writeIdentityFile(dataFolder: string, state: IdentityState): void {
  writePrivateFile(identityFsPath(dataFolder), JSON.stringify(state, undefined, 2) + '\n');
}

/** A fresh API key value: 44 characters of the kind that IAM makes. */
export function newApiKeyValue(): string {
  return randomBytes(33).toString('base64url');
}

/** A fresh HMAC pair: 32 hexadecimal digits and 48 characters (credentials §1). */
export function newHmacPair(): { accessKeyId: string; secretAccessKey: string } {
  return { accessKeyId: randomBytes(16).toString('hex'), secretAccessKey: randomBytes(24).toString('hex') };
}

/** A fresh token generation. */
export function newTokenGeneration(): string {
  return randomBytes(8).toString('hex');
}

function identityFsPath(dataFolder: string): string {
  return join(dataFolder, 'identity.json');
}

function createIdentityState(nowMs: number): IdentityState {
  const directory = createDirectory(nowMs);
  const instance = directory.cosInstances[0];
  if (instance === undefined) throw new Error('a new directory has no instance');
  const person: Person = { iamId: 'IBMid-550001LOCL', name: 'Local Developer', email: 'developer@localhost' };
  const common = { accountId: instance.accountId, instanceGuid: instance.guid, createdAtMs: nowMs };
  const ownKey: AccessKey = {
    ...common,
    id: randomUUID(),
    name: 'local-developer',
    owner: 'user',
    iamId: person.iamId,
    role: 'Manager',
    apiKey: newApiKeyValue(),
    hmac: newHmacPair(),
  };
  const keyPerRole = roles.map((role): AccessKey => ({
    ...common,
    id: randomUUID(),
    name: `local-${role}`,
    owner: 'serviceId',
    iamId: `iam-ServiceId-${randomUUID()}`,
    role,
    apiKey: newApiKeyValue(),
    hmac: newHmacPair(),
  }));
  return {
    version: 1,
    signingKeyPem: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({
      type: 'pkcs8',
      format: 'pem',
    }) as string,
    person,
    ...directory,
    keys: [ownKey, ...keyPerRole],
    profile: createTrustedProfile(instance),
    publicRoles: [],
    tokenGeneration: newTokenGeneration(),
    revokedTokenIds: [],
  };
}
