import * as vscode from '../ui/vscode';
import { archiveStateOf } from '../../model/archive';
import type { CosError } from '../../model/cosError';
import { objectUri } from '../../model/objectUri';
import type { ObjectTarget } from '../command/targets';
import { inLanes } from '../command/lanes';
import type { Changes, Connections, EngineClient, Prompts } from '../services';
import { fireObjects } from '../ui/objectChanges';
import { objectName, waitMsOf, waitingKey, type WaitingObject } from './waitingObjects';

/** What watching needs. */
export interface RestoreWatchServices {
  readonly engine: Pick<EngineClient, 'send'>;
  readonly connections: Pick<Connections, 'get'>;
  readonly changes: Pick<Changes, 'fire'>;
  readonly prompts: Pick<Prompts, 'info'>;
  readonly memory: Pick<vscode.Memento, 'get' | 'update'>;
}

/** A service restores for at most half a day; what is not there after so long will not come. */
const givenUpMs = 3 * 24 * 3_600_000;
const maxWatched = 1000;
/** Objects that are looked at in one turn; the others come first in the next. */
const maxLooked = 50;
const parallel = 2;
/** Between turns, and before the first one of a window: nothing runs while it starts. */
const leastPauseMs = 10_000;
/** Objects that are nearly due are looked at together. */
const slackMs = 5000;

/** Where an object that was asked for stands. */
type Look =
  | { readonly kind: 'waiting' | 'gone' }
  /** `name` tells this restore from others, in every window alike. */
  | { readonly kind: 'ready'; readonly name: string };

/**
 * Looks now and then whether objects come back from archive, one HEAD each, ever less often, and says when they can be read.
 * What is waited for outlives the window. Nothing is asked for while nothing is waited for.
 */
export class RestoreWatch implements vscode.Disposable {
  readonly #services: RestoreWatchServices;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isDisposed = false;

  constructor(services: RestoreWatchServices) {
    this.#services = services;
    this.#plan();
  }

  /** Waits for more objects, whose restores were just asked for. */
  async add(objects: readonly ObjectTarget[]): Promise<void> {
    const askedAtMs = Date.now();
    const names = new Set(objects.map(objectName));
    const others = this.#waiting().filter((object) => !names.has(objectName(object)));
    await this.#keep([...others, ...objects.map((object) => ({ ...object, askedAtMs, lookedAtMs: askedAtMs }))]);
    this.#plan();
  }

  dispose(): void {
    this.#isDisposed = true;
    clearTimeout(this.#timer);
  }

  #waiting(): readonly WaitingObject[] {
    return this.#services.memory.get<readonly WaitingObject[]>(waitingKey) ?? [];
  }

  async #keep(objects: readonly WaitingObject[]): Promise<void> {
    await this.#services.memory.update(waitingKey, objects.length === 0 ? undefined : objects.slice(-maxWatched));
  }

  #plan(): void {
    clearTimeout(this.#timer);
    const waiting = this.#waiting();
    if (this.#isDisposed || waiting.length === 0) return;
    const nowMs = Date.now();
    const waitMs = Math.min(...waiting.map((object) => waitMsOf(object, nowMs)));
    this.#timer = setTimeout(() => void this.#look(), Math.max(leastPauseMs, waitMs));
  }

  async #look(): Promise<void> {
    const nowMs = Date.now();
    const due = this.#waiting()
      .filter((object) => waitMsOf(object, nowMs + slackMs) === 0)
      .toSorted((one, other) => one.lookedAtMs - other.lookedAtMs)
      .slice(0, maxLooked);
    const looks = new Map<string, Look>();
    await inLanes(
      due,
      parallel,
      async (object) => void looks.set(objectName(object), await this.#lookAt(object, nowMs)),
      () => this.#isDisposed,
    );
    if (this.#isDisposed) return;
    // Read again: more may have been asked for meanwhile.
    const left = this.#waiting().flatMap((object) => {
      const look = looks.get(objectName(object));
      if (look === undefined) return [object];
      return look.kind === 'waiting' ? [{ ...object, lookedAtMs: nowMs }] : [];
    });
    await this.#keep(left);
    const ready = due.flatMap((object) => {
      const look = looks.get(objectName(object));
      return look?.kind === 'ready' ? [{ object, name: look.name }] : [];
    });
    if (ready.length > 0) {
      fireObjects(
        this.#services.changes,
        ready.map(({ object }) => object),
      );
      void this.#tellOnce(ready);
    }
    this.#plan();
  }

  async #lookAt(object: WaitingObject, nowMs: number): Promise<Look> {
    const { connectionId, bucket, key, versionId, askedAtMs } = object;
    if (this.#services.connections.get(connectionId) === undefined) return { kind: 'gone' };
    const address = { connectionId, bucket, key, ...(versionId === undefined ? {} : { versionId }) };
    const found = await this.#services.engine.send('objects/head', address);
    if (found.ok) {
      const state = archiveStateOf(found.value);
      if (state.kind === 'restored' || state.kind === 'active') {
        const expiresAtMs = state.kind === 'restored' ? state.expiresAtMs : undefined;
        return { kind: 'ready', name: `restored\n${objectName(object)}\n${expiresAtMs ?? askedAtMs}` };
      }
    } else if (isForGood(found.error)) return { kind: 'gone' };
    return { kind: nowMs - askedAtMs > givenUpMs ? 'gone' : 'waiting' };
  }

  /** Tells what no other window has told. Where the engine cannot say, telling twice is better than not at all. */
  async #tellOnce(ready: readonly { readonly object: WaitingObject; readonly name: string }[]): Promise<void> {
    const claimed = await this.#services.engine.send('announcements/claim', { names: ready.map(({ name }) => name) });
    const untold = claimed.ok ? ready.filter(({ name }) => claimed.value.includes(name)) : ready;
    await this.#tell(untold.map(({ object }) => object));
  }

  async #tell(ready: readonly WaitingObject[]): Promise<void> {
    const { t } = vscode.l10n;
    const [first] = ready;
    if (first === undefined) return;
    const [open, download] = [t('Open'), t('Download')];
    const answer =
      ready.length === 1
        ? await this.#services.prompts.info(t('Restored from archive: "{0}"', first.key), open, download)
        : await this.#services.prompts.info(
            t('{0} objects are restored from archive, among them "{1}"', ready.length, first.key),
            download,
          );
    if (answer === undefined) return;
    const uris = ready.map(({ connectionId, bucket, key }) => vscode.Uri.from(objectUri(connectionId, bucket, key)));
    const command = answer === open ? 'ibmcos.object.open' : 'ibmcos.object.download';
    await vscode.commands.executeCommand(command, uris[0], uris);
  }
}

/** Whether looking again will not help. */
function isForGood({ kind }: CosError): boolean {
  return kind === 'notFound' || kind === 'denied';
}
