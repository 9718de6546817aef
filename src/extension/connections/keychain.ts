import { createRequire } from 'node:module';
import type * as vscode from 'vscode';
import type { Credential } from '../../model/connection';
import type { ConnectionId } from '../../model/ids';
import type { HmacPair } from '../../model/serviceCredential';
import type { SecretPlace } from '../services';

/** The functions of `keytar` that we use. */
export interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

/** Where secrets are kept and what for. */
export interface SecretStore {
  find(id: ConnectionId): Promise<{ readonly credential: Credential; readonly place: SecretPlace } | undefined>;
  /** Rejects when no place could keep it. */
  save(id: ConnectionId, credential: Credential): Promise<SecretPlace>;
  remove(id: ConnectionId): Promise<void>;
}

const service = 'cos-explorer';

/**
 * Secrets in the keychain of the operating system, or in VS Code's own storage where no keychain answers: on SSH hosts, in
 * containers and in browsers there often is none, and keytar tells by failing in several ways. The only file that touches
 * stored secrets.
 */
export class Keychain implements SecretStore {
  readonly #storage: Pick<vscode.SecretStorage, 'get' | 'store' | 'delete'>;
  readonly #warn: (text: string) => void;
  readonly #load: () => Keytar;
  #keytar: Keytar | 'missing' | undefined;

  /** `load` may throw; it is called when a secret is first needed. */
  constructor(
    storage: Pick<vscode.SecretStorage, 'get' | 'store' | 'delete'>,
    warn: (text: string) => void,
    load: () => Keytar = () => createRequire(import.meta.url)('keytar') as Keytar,
  ) {
    this.#storage = storage;
    this.#warn = warn;
    this.#load = load;
  }

  async find(id: ConnectionId): Promise<{ credential: Credential; place: SecretPlace } | undefined> {
    const kept = await this.#withKeytar((keytar) => keytar.getPassword(service, id));
    const ofKeychain = parseCredential(kept ?? undefined);
    if (ofKeychain !== undefined) return { credential: ofKeychain, place: 'keychain' };
    const ofStorage = parseCredential(await this.#storage.get(storageKey(id)));
    return ofStorage === undefined ? undefined : { credential: ofStorage, place: 'secretStorage' };
  }

  async save(id: ConnectionId, credential: Credential): Promise<SecretPlace> {
    const text = JSON.stringify(credential);
    const isKept = await this.#withKeytar(async (keytar) => {
      await keytar.setPassword(service, id, text);
      // Some services take a password without keeping it.
      return (await keytar.getPassword(service, id)) === text;
    });
    if (isKept === true) {
      await this.#storage.delete(storageKey(id));
      return 'keychain';
    }
    await this.#storage.store(storageKey(id), text);
    // An older secret in a keychain that answers again later must not win over this one.
    await this.#withKeytar((keytar) => keytar.deletePassword(service, id));
    return 'secretStorage';
  }

  async remove(id: ConnectionId): Promise<void> {
    await this.#withKeytar((keytar) => keytar.deletePassword(service, id));
    await this.#storage.delete(storageKey(id));
  }

  /** Undefined when there is no keychain, or it failed. */
  async #withKeytar<T>(work: (keytar: Keytar) => Promise<T>): Promise<T | undefined> {
    const keytar = this.#loadKeytar();
    if (keytar === undefined) return undefined;
    try {
      return await work(keytar);
    } catch (error) {
      this.#warn(`the keychain does not answer: ${error instanceof Error ? error.message : 'unknown error'}`);
      return undefined;
    }
  }

  #loadKeytar(): Keytar | undefined {
    if (this.#keytar === undefined) {
      try {
        this.#keytar = this.#load();
      } catch (error) {
        this.#keytar = 'missing';
        this.#warn(`keytar cannot be loaded: ${error instanceof Error ? error.message : 'unknown error'}`);
      }
    }
    return this.#keytar === 'missing' ? undefined : this.#keytar;
  }
}

function storageKey(id: ConnectionId): string {
  return `credential:${id}`;
}

/** A text that is no credential counts as none: it was not written by us. */
function parseCredential(text: string | undefined): Credential | undefined {
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || !('kind' in value)) return undefined;
  if (value.kind === 'apiKey' && 'apiKey' in value && typeof value.apiKey === 'string') {
    const beside = 'hmac' in value ? parsePair(value.hmac) : undefined;
    return { kind: 'apiKey', apiKey: value.apiKey, ...(beside === undefined ? {} : { hmac: beside }) };
  }
  if (value.kind === 'session' && 'refreshToken' in value && typeof value.refreshToken === 'string') {
    const { refreshToken } = value;
    const accountId = 'accountId' in value && typeof value.accountId === 'string' ? value.accountId : undefined;
    return { kind: 'session', refreshToken, ...(accountId === undefined ? {} : { accountId }) };
  }
  if (value.kind === 'profile' && 'profileId' in value && 'tokenFsPath' in value) {
    const { profileId, tokenFsPath } = value;
    return typeof profileId === 'string' && typeof tokenFsPath === 'string'
      ? { kind: 'profile', profileId, tokenFsPath }
      : undefined;
  }
  if (value.kind === 'token' && 'accessToken' in value && typeof value.accessToken === 'string') {
    return { kind: 'token', accessToken: value.accessToken };
  }
  const pair = value.kind === 'hmac' ? parsePair(value) : undefined;
  return pair === undefined ? undefined : { kind: 'hmac', ...pair };
}

function parsePair(value: unknown): HmacPair | undefined {
  if (typeof value !== 'object' || value === null || !('accessKeyId' in value) || !('secretAccessKey' in value)) {
    return undefined;
  }
  const { accessKeyId, secretAccessKey } = value;
  const token =
    'sessionToken' in value && typeof value.sessionToken === 'string' ? { sessionToken: value.sessionToken } : {};
  return typeof accessKeyId === 'string' && typeof secretAccessKey === 'string'
    ? { accessKeyId, secretAccessKey, ...token }
    : undefined;
}
