import { randomUUID } from 'node:crypto';
import type { Clock, Identity, Principal, Role } from '../contracts';
import { findRootKey } from './rootKeys';
import { createCosInstance, type Account, type CosInstance, type KmsInstance } from './accounts';
import { guidOf } from './crn';
import {
  newApiKeyValue,
  newHmacPair,
  newTokenGeneration,
  openIdentityFile,
  writeIdentityFile,
  type AccessKey,
  type KeyCondition,
  type IdentityState,
  type Person,
  type PublicRole,
} from './identityFile';
import { newComputeToken, writeComputeToken, type TrustedProfile } from './trustedProfile';
import { Tokens, type TokenSubject, type VerifiedToken } from './tokens';

/** Accounts, instances, keys and tokens of a data folder. Every change is on disk before it is answered. */
export class Identities implements Identity {
  readonly tokens: Tokens;
  private readonly dataFolder: string;
  private readonly clock: Clock;
  private state: IdentityState;
  private keyByApiKey = new Map<string, AccessKey>();
  private keyByAccessKeyId = new Map<string, AccessKey>();
  private keyByIamId = new Map<string, AccessKey>();

  constructor(dataFolder: string, clock: Clock) {
    this.dataFolder = dataFolder;
    this.clock = clock;
    this.state = openIdentityFile(dataFolder, clock.nowMs());
    this.tokens = new Tokens(this.state.signingKeyPem, clock, {
      generation: () => this.state.tokenGeneration,
      isRevoked: (tokenId) => this.state.revokedTokenIds.includes(tokenId),
    });
    this.indexKeys();
    writeComputeToken(dataFolder, this.state.profile);
  }

  get person(): Person {
    return this.state.person;
  }

  get accounts(): readonly Account[] {
    return this.state.accounts;
  }

  get cosInstances(): readonly CosInstance[] {
    return this.state.cosInstances;
  }

  get kmsInstances(): readonly KmsInstance[] {
    return this.state.kmsInstances;
  }

  get keys(): readonly AccessKey[] {
    return this.state.keys;
  }

  get profile(): TrustedProfile {
    return this.state.profile;
  }

  /** Renews the token of the profile's compute resource, as its platform does: the one before is refused at once. */
  renewComputeToken(): void {
    this.change({ profile: { ...this.state.profile, computeToken: newComputeToken() } });
    writeComputeToken(this.dataFolder, this.state.profile);
  }

  /** The person's own key, which the server prints when it is ready. It cannot be deleted. */
  get ownKey(): AccessKey {
    const key = this.state.keys.find((candidate) => candidate.owner === 'user');
    if (key === undefined) throw new Error('identity.json holds no key of the person');
    return key;
  }

  findKey(apiKey: string): AccessKey | undefined {
    return this.keyByApiKey.get(apiKey);
  }

  findInstance(crnOrGuid: string): CosInstance | undefined {
    const guid = guidOf(crnOrGuid);
    return this.state.cosInstances.find((instance) => instance.guid === guid);
  }

  findHmacKey(accessKeyId: string): { secretAccessKey: string; principal: Principal } | undefined {
    const key = this.keyByAccessKeyId.get(accessKeyId);
    if (key?.hmac === undefined) return undefined;
    const { iamId: id, accountId, role, instanceGuid: instanceId } = key;
    return { secretAccessKey: key.hmac.secretAccessKey, principal: { kind: 'hmac', id, accountId, role, instanceId } };
  }

  hasRootKey(rootKeyCrn: string): boolean {
    return findRootKey(this.state.kmsInstances, rootKeyCrn) !== undefined;
  }

  findPublicRole(bucketName: string): PublicRole | undefined {
    return this.state.publicRoles.find(({ bucket }) => bucket === bucketName)?.role;
  }

  /** Gives everyone a role on a bucket, as a policy of the Public Access group does, or takes it away. */
  setPublicRole(bucketName: string, role: PublicRole | undefined): void {
    const others = this.state.publicRoles.filter(({ bucket }) => bucket !== bucketName);
    this.change({ publicRoles: role === undefined ? others : [...others, { bucket: bucketName, role }] });
  }

  verifyToken(
    token: string,
  ): { ok: true; principal: Principal } | { ok: false; reason: 'malformed' | 'expired' | 'revoked' } {
    const verdict = this.verifyAccessToken(token);
    if (!verdict.ok) return verdict;
    return { ok: true, principal: verdict.principal };
  }

  /** As `verifyToken`, with the token itself. A refresh token is not an access token. */
  verifyAccessToken(
    token: string,
  ):
    | { ok: true; principal: Principal & { kind: 'iam' }; token: VerifiedToken }
    | { ok: false; reason: 'malformed' | 'expired' | 'revoked' } {
    const verdict = this.tokens.verify(token);
    if (!verdict.ok) return verdict;
    if (verdict.token.purpose !== 'access') return { ok: false, reason: 'malformed' };
    const principal = this.principalOf(verdict.token.subject);
    return principal === undefined ? { ok: false, reason: 'revoked' } : { ok: true, principal, token: verdict.token };
  }

  /** Who a key belongs to, as its token says it. */
  subjectOf(key: AccessKey): TokenSubject {
    return key.owner === 'serviceId'
      ? { iamId: key.iamId, kind: 'serviceId', name: key.name, accountId: key.accountId }
      : this.personSubject(key.accountId);
  }

  /** The person, in an account or before one is chosen. */
  personSubject(accountId: string | undefined): TokenSubject {
    const { iamId, name, email } = this.state.person;
    return { iamId, kind: 'user', name, email, ...(accountId === undefined ? {} : { accountId }) };
  }

  /** Makes a service credential with a service ID of its own (control-plane §2.3). */
  createKey(options: { name: string; role: Role; instance: CosInstance; hmac: 'with' | 'without' }): AccessKey {
    const key: AccessKey = {
      id: randomUUID(),
      name: options.name,
      owner: 'serviceId',
      iamId: `iam-ServiceId-${randomUUID()}`,
      accountId: options.instance.accountId,
      instanceGuid: options.instance.guid,
      role: options.role,
      apiKey: newApiKeyValue(),
      ...(options.hmac === 'with' ? { hmac: newHmacPair() } : {}),
      createdAtMs: this.clock.nowMs(),
    };
    this.change({ keys: [...this.state.keys, key] });
    return key;
  }

  /** Deletes a service credential with its service ID: its tokens and signatures stop working at once. */
  deleteKey(id: string): 'deleted' | 'unknown' | 'ownKey' {
    const key = this.state.keys.find((candidate) => candidate.id === id);
    if (key === undefined) return 'unknown';
    if (key.owner === 'user') return 'ownKey';
    this.change({ keys: this.state.keys.filter((candidate) => candidate !== key) });
    return 'deleted';
  }

  /** Disables, locks or ends a key, or (undefined) brings it back. Tokens that it has got stay good. */
  setKeyCondition(id: string, condition: KeyCondition | undefined): AccessKey | undefined {
    const key = this.state.keys.find((candidate) => candidate.id === id);
    if (key === undefined) return undefined;
    const { condition: _before, ...rest } = key;
    const changed = condition === undefined ? rest : { ...rest, condition };
    this.change({ keys: this.state.keys.map((candidate) => (candidate === key ? changed : candidate)) });
    return changed;
  }

  createInstance(accountId: string, name: string, plan: CosInstance['plan']): CosInstance {
    const instance = createCosInstance(accountId, name, plan, this.clock.nowMs());
    this.change({ cosInstances: [...this.state.cosInstances, instance] });
    return instance;
  }

  /** Revokes every token issued so far, refresh tokens included. */
  revokeAllTokens(): void {
    this.change({ tokenGeneration: newTokenGeneration(), revokedTokenIds: [] });
  }

  /** Revokes one token. Answers false when it is not a token of this server. */
  revokeToken(token: string): boolean {
    const verdict = this.tokens.verify(token);
    if (!verdict.ok) return verdict.reason !== 'malformed';
    this.change({ revokedTokenIds: [...this.state.revokedTokenIds, verdict.token.id] });
    return true;
  }

  private principalOf(subject: TokenSubject): (Principal & { kind: 'iam' }) | undefined {
    if (subject.kind === 'serviceId') {
      const key = this.keyByIamId.get(subject.iamId);
      if (key === undefined) return undefined;
      const { iamId: id, accountId, role, instanceGuid } = key;
      return { kind: 'iam', id, accountId, role, instanceIds: [instanceGuid] };
    }
    if (subject.kind === 'profile') {
      const { iamId: id, accountId, role, instanceGuid } = this.state.profile;
      return subject.iamId === id ? { kind: 'iam', id, accountId, role, instanceIds: [instanceGuid] } : undefined;
    }
    const account = this.state.accounts.find((candidate) => candidate.id === subject.accountId);
    // A token without an account opens nothing but the list of accounts.
    if (account === undefined) {
      return { kind: 'iam', id: subject.iamId, accountId: '', role: 'ObjectReader', instanceIds: [] };
    }
    const instanceIds = this.state.cosInstances.filter((it) => it.accountId === account.id).map((it) => it.guid);
    return { kind: 'iam', id: subject.iamId, accountId: account.id, role: account.role, instanceIds };
  }

  private change(patch: Partial<IdentityState>): void {
    const next = { ...this.state, ...patch };
    writeIdentityFile(this.dataFolder, next);
    this.state = next;
    this.indexKeys();
  }

  private indexKeys(): void {
    const { keys } = this.state;
    this.keyByApiKey = new Map(keys.map((key) => [key.apiKey, key]));
    this.keyByAccessKeyId = new Map(keys.flatMap((key) => (key.hmac ? [[key.hmac.accessKeyId, key] as const] : [])));
    this.keyByIamId = new Map(keys.filter((key) => key.owner === 'serviceId').map((key) => [key.iamId, key]));
  }
}
