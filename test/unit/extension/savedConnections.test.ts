import { describe, expect, it } from 'vitest';
import { Keychain, type Keytar } from '../../../src/extension/connections/keychain';
import { SavedConnections } from '../../../src/extension/connections/savedConnections';
import { Emitter } from '../../../src/extension/ui/emitter';
import type { Connection, Credential } from '../../../src/model/connection';
import { connectionId } from '../../../src/model/ids';

const id = connectionId('prod');
const connection: Connection = {
  kind: 'hmac',
  id,
  name: 'Production',
  endpoint: 'https://s3.example',
  region: 'r',
  addressingStyle: 'path',
};
const credential: Credential = { kind: 'hmac', accessKeyId: 'id', secretAccessKey: 'top-secret' };

class MemoryStorage {
  readonly kept = new Map<string, string>();
  get(key: string): Promise<string | undefined> {
    return Promise.resolve(this.kept.get(key));
  }
  store(key: string, value: string): Promise<void> {
    this.kept.set(key, value);
    return Promise.resolve();
  }
  delete(key: string): Promise<void> {
    this.kept.delete(key);
    return Promise.resolve();
  }
}

class MemoryKeytar implements Keytar {
  readonly kept = new Map<string, string>();
  failure: Error | undefined;
  async getPassword(service: string, account: string): Promise<string | null> {
    if (this.failure !== undefined) throw this.failure;
    return this.kept.get(`${service}/${account}`) ?? null;
  }
  async setPassword(service: string, account: string, password: string): Promise<void> {
    if (this.failure !== undefined) throw this.failure;
    this.kept.set(`${service}/${account}`, password);
  }
  async deletePassword(service: string, account: string): Promise<boolean> {
    if (this.failure !== undefined) throw this.failure;
    return this.kept.delete(`${service}/${account}`);
  }
}

describe('the keychain', () => {
  it('keeps a secret in the keychain of the system and nowhere else', async () => {
    const [storage, keytar] = [new MemoryStorage(), new MemoryKeytar()];
    const keychain = new Keychain(
      storage,
      () => undefined,
      () => keytar,
    );
    expect(await keychain.save(id, credential)).toBe('keychain');
    expect([...keytar.kept.keys()]).toEqual(['cos-explorer/prod']);
    expect(storage.kept.size).toBe(0);
    expect(await keychain.find(id)).toEqual({ credential, place: 'keychain' });
  });

  it('falls back to the storage of VS Code when keytar cannot be loaded', async () => {
    const storage = new MemoryStorage();
    const warnings: string[] = [];
    const keychain = new Keychain(
      storage,
      (text) => warnings.push(text),
      () => {
        throw new Error('libsecret-1.so.0: cannot open shared object file');
      },
    );
    expect(await keychain.save(id, credential)).toBe('secretStorage');
    expect(await keychain.find(id)).toEqual({ credential, place: 'secretStorage' });
    expect(warnings).toEqual(['keytar cannot be loaded: libsecret-1.so.0: cannot open shared object file']);
  });

  it('falls back when keytar loads but no service answers, and never writes the secret to the log', async () => {
    const [storage, keytar] = [new MemoryStorage(), new MemoryKeytar()];
    const warnings: string[] = [];
    const keychain = new Keychain(
      storage,
      (text) => warnings.push(text),
      () => keytar,
    );
    keytar.failure = new Error('Cannot autolaunch D-Bus without X11 $DISPLAY');
    expect(await keychain.save(id, credential)).toBe('secretStorage');
    expect(await keychain.find(id)).toEqual({ credential, place: 'secretStorage' });
    expect(warnings.length).toBeGreaterThan(0);
    expect(warnings.join('\n')).not.toContain('top-secret');
  });

  it('removes a secret from both places', async () => {
    const [storage, keytar] = [new MemoryStorage(), new MemoryKeytar()];
    const keychain = new Keychain(
      storage,
      () => undefined,
      () => keytar,
    );
    keytar.failure = new Error('locked');
    await keychain.save(id, credential);
    keytar.failure = undefined;
    await keytar.setPassword('cos-explorer', id, JSON.stringify(credential));
    await keychain.remove(id);
    expect(keytar.kept.size + storage.kept.size).toBe(0);
    expect(await keychain.find(id)).toBeUndefined();
  });

  it('takes a text that is no credential for none', async () => {
    const [storage, keytar] = [new MemoryStorage(), new MemoryKeytar()];
    keytar.kept.set('cos-explorer/prod', '{"kind":"apiKey"}');
    storage.kept.set('credential:prod', 'not json');
    expect(
      await new Keychain(
        storage,
        () => undefined,
        () => keytar,
      ).find(id),
    ).toBeUndefined();
  });
});

interface World {
  readonly setting: { value: unknown };
  readonly changed: string[][];
  readonly connections: SavedConnections;
  readonly keychain: Keychain;
  readonly settingChanged: Emitter<void>;
}

function world(value: unknown): World {
  const setting = { value };
  const settingChanged = new Emitter<void>();
  const keychain = new Keychain(
    new MemoryStorage(),
    () => undefined,
    () => new MemoryKeytar(),
  );
  const connections = new SavedConnections(
    {
      read: () => setting.value,
      write: async (next) => {
        await new Promise(setImmediate);
        setting.value = next;
        settingChanged.fire();
      },
      onDidChange: settingChanged.event,
    },
    keychain,
    {
      current: () => undefined,
      update: async () => undefined,
      forget: async () => undefined,
      onDidChange: new Emitter<void>().event,
    },
    () => undefined,
  );
  const changed: string[][] = [];
  connections.onDidChange((event) => changed.push([...event.changed]));
  return { setting, changed, connections, keychain, settingChanged };
}

describe('saved connections', () => {
  it('keep settings without secrets, and secrets apart', async () => {
    const { setting, connections } = world(undefined);
    await connections.save(connection, credential);
    expect(setting.value).toEqual([connection]);
    expect(JSON.stringify(setting.value)).not.toContain('top-secret');
    expect(await connections.findCredential(id)).toEqual(credential);
    expect(await connections.secretPlace(id)).toBe('keychain');
  });

  it('forget the secret with the connection', async () => {
    const { setting, connections, changed } = world([connection]);
    await connections.save(connection, credential);
    await connections.remove(id);
    expect(setting.value).toEqual([]);
    expect(await connections.findCredential(id)).toBeUndefined();
    expect(changed.flat()).toContain('prod');
  });

  it('keep a newer refresh token of the same session, and of no other', async () => {
    const iam = { kind: 'iam', id, name: 'P', endpoint: 'https://s3.example', serviceInstanceId: 'i' } as const;
    const session = (refreshToken: string, accountId: string) =>
      ({ kind: 'session', refreshToken, accountId }) as const;
    const { connections } = world([{ ...iam, signIn: 'passcode' }]);
    await connections.save({ ...iam, signIn: 'passcode' }, session('first', 'mine'));
    await connections.keepSecret(id, session('second', 'mine'));
    expect(await connections.findCredential(id)).toEqual(session('second', 'mine'));

    await connections.save({ ...iam, signIn: 'passcode' }, session('other', 'company'));
    await connections.keepSecret(id, session('late', 'mine'));
    expect(await connections.findCredential(id)).toEqual(session('other', 'company'));
    await connections.save(iam, { kind: 'apiKey', apiKey: 'key' });
    await connections.keepSecret(id, session('late', 'mine'));
    expect(await connections.findCredential(id)).toEqual({ kind: 'apiKey', apiKey: 'key' });
  });

  it('lose none of several that are saved and removed at once', async () => {
    const named = (name: string): Connection => ({ ...connection, id: connectionId(name), name });
    const { setting, connections } = world([named('old')]);
    await Promise.all([
      connections.save(named('a')),
      connections.save(named('b')),
      connections.remove(connectionId('old')),
      connections.save({ ...named('a'), name: 'A' }),
    ]);
    expect(setting.value).toEqual([{ ...named('a'), name: 'A' }, named('b')]);
  });

  it('leave entries alone that they cannot read', async () => {
    const broken = { id: 'BROKEN' };
    const { setting, connections } = world([broken]);
    await connections.save(connection);
    expect(setting.value).toEqual([connection, broken]);
  });

  it('tell which connections changed when the settings did', () => {
    const { setting, connections, changed, settingChanged } = world([connection, { ...connection, id: 'other' }]);
    connections.list();
    setting.value = [
      { ...connection, endpoint: 'https://s4.example' },
      { ...connection, id: 'other' },
    ];
    settingChanged.fire();
    expect(changed).toEqual([['prod']]);
  });
});
