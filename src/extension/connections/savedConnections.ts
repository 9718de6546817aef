import type { Disposable, Event } from 'vscode';
import type { Connection, Credential } from '../../model/connection';
import type { ConnectionId } from '../../model/ids';
import type { Connections, SecretPlace } from '../services';
import { Emitter } from '../ui/emitter';
import type { SecretStore } from './keychain';
import { parseConnections, type ConnectionProblem } from './parseConnections';

/** The user's own value of `ibmcos.connections`; what a workspace says is never read. */
export interface ConnectionSetting {
  read(): unknown;
  write(connections: readonly Connection[]): Promise<void>;
  readonly onDidChange: Event<void>;
}

/** A connection that is not in the settings: the local server's. */
export interface ProvidedConnection {
  current(): { readonly connection: Connection; readonly credential: Credential | undefined } | undefined;
  /** Keeps what of it can be edited: its name, buckets added by name, read-only. */
  update(connection: Connection): Promise<void>;
  forget(): Promise<void>;
  readonly onDidChange: Event<void>;
}

/** Connections from settings, secrets from the keychain, and the local server's beside them. */
export class SavedConnections implements Connections, Disposable {
  readonly #setting: ConnectionSetting;
  readonly #secrets: SecretStore;
  readonly #provided: ProvidedConnection;
  readonly #reportProblems: (problems: readonly ConnectionProblem[]) => void;
  readonly #didChange = new Emitter<{ readonly changed: readonly ConnectionId[] }>();
  readonly #owned: readonly Disposable[];
  #saved: readonly Connection[] | undefined;
  #written: Promise<void> = Promise.resolve();
  #shown: readonly Connection[] = [];

  readonly onDidChange = this.#didChange.event;

  constructor(
    setting: ConnectionSetting,
    secrets: SecretStore,
    provided: ProvidedConnection,
    reportProblems: (problems: readonly ConnectionProblem[]) => void,
  ) {
    this.#setting = setting;
    this.#secrets = secrets;
    this.#provided = provided;
    this.#reportProblems = reportProblems;
    this.#owned = [
      setting.onDidChange(() => {
        this.#saved = undefined;
        this.#announce();
      }),
      provided.onDidChange(() => this.#announce()),
    ];
  }

  dispose(): void {
    for (const item of this.#owned) item.dispose();
    this.#didChange.dispose();
  }

  list(): readonly Connection[] {
    const provided = this.#provided.current()?.connection;
    const saved = this.#savedConnections();
    this.#shown = provided === undefined ? saved : [...saved.filter(({ id }) => id !== provided.id), provided];
    return this.#shown;
  }

  get(id: ConnectionId): Connection | undefined {
    return this.list().find((connection) => connection.id === id);
  }

  async secretPlace(id: ConnectionId): Promise<SecretPlace> {
    if (this.#isProvided(id)) return 'localServer';
    return (await this.#secrets.find(id))?.place ?? 'none';
  }

  async findCredential(id: ConnectionId): Promise<Credential | undefined> {
    if (this.#isProvided(id)) return this.#provided.current()?.credential;
    if (this.get(id)?.kind === 'anonymous') return { kind: 'anonymous' };
    return (await this.#secrets.find(id))?.credential;
  }

  /** The secret goes first: settings that name a connection without one would only ask for it again. */
  async save(connection: Connection, credential?: Credential): Promise<void> {
    if (this.#isProvided(connection.id)) return this.#provided.update(connection);
    if (credential !== undefined) await this.#secrets.save(connection.id, credential);
    await this.#write((others) =>
      others.some(({ id }) => id === connection.id)
        ? others.map((other) => (other.id === connection.id ? connection : other))
        : [...others, connection],
    );
    this.#announce([connection.id]);
  }

  async keepSecret(id: ConnectionId, credential: Credential): Promise<void> {
    if (this.#isProvided(id) || this.get(id) === undefined) return;
    // Somebody may have signed in as somebody else, or in another way, while the engine refreshed.
    const kept = (await this.#secrets.find(id))?.credential;
    if (!isSameSession(kept, credential)) return;
    await this.#secrets.save(id, credential);
  }

  async remove(id: ConnectionId): Promise<void> {
    if (this.#isProvided(id)) return this.#provided.forget();
    await this.#secrets.remove(id);
    await this.#write((all) => all.filter((connection) => connection.id !== id));
    this.#announce([id]);
  }

  /** One change after the other: each starts from what the one before has written. */
  async #write(change: (connections: readonly Connection[]) => readonly Connection[]): Promise<void> {
    const written = this.#written.then(async () => await this.#writeNow(change(this.#savedConnections())));
    this.#written = written.catch(() => undefined); // its own caller hears of it
    await written;
  }

  /** Entries that cannot be used stay in the settings as they are: they are the user's text. */
  async #writeNow(connections: readonly Connection[]): Promise<void> {
    const setting = this.#setting.read();
    const entries: readonly unknown[] = Array.isArray(setting) ? setting : [];
    const unusable = entries.filter((_entry, index) =>
      parseConnections(setting).problems.some((problem) => problem.index === index),
    );
    await this.#setting.write([...connections, ...(unusable as readonly Connection[])]);
    this.#saved = undefined;
  }

  #savedConnections(): readonly Connection[] {
    if (this.#saved === undefined) {
      const { connections, problems } = parseConnections(this.#setting.read());
      this.#saved = connections;
      if (problems.length > 0) this.#reportProblems(problems);
    }
    return this.#saved;
  }

  #isProvided(id: ConnectionId): boolean {
    return this.#provided.current()?.connection.id === id;
  }

  /** Tells which connections are not what they were when they were last shown. */
  #announce(certain: readonly ConnectionId[] = []): void {
    const before = new Map(this.#shown.map((connection) => [connection.id, JSON.stringify(connection)]));
    const after = new Map(this.list().map((connection) => [connection.id, JSON.stringify(connection)]));
    const changed = [...new Set([...before.keys(), ...after.keys()])].filter((id) => before.get(id) !== after.get(id));
    const all = [...new Set([...changed, ...certain])];
    if (all.length > 0) this.#didChange.fire({ changed: all });
  }
}

function isSameSession(kept: Credential | undefined, next: Credential): boolean {
  return kept?.kind === 'session' && next.kind === 'session' && kept.accountId === next.accountId;
}
