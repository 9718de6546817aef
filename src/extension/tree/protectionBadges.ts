import * as vscode from '../ui/vscode';
import type { BucketName, ConnectionId } from '../../model/ids';
import type { ObjectProtection } from '../../model/objectInfo';
import { objectScheme, objectUri, parseObjectUri } from '../../model/objectUri';
import type { Changes, EngineClient } from '../services';
import { momentText } from '../protection/protectionTexts';
import { DisposableStore } from '../ui/lifecycle';

/** Requests that badges may have under way at once. */
const maxParallel = 3;
/** Objects whose badges are remembered. */
const maxKnown = 5000;

interface Place {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
}

/** What an object's row shows of its protection. */
export interface ProtectionBadge {
  readonly badge: string;
  readonly tooltip: string;
}

/**
 * Marks protected objects: `R` retained, `H` under a legal hold, `L` locked. VS Code asks for the rows that it draws, so only
 * visible objects cost a HEAD, and only in buckets that protect anything, which is asked once for a bucket.
 */
export class ProtectionBadges implements vscode.FileDecorationProvider, vscode.Disposable {
  readonly #engine: Pick<EngineClient, 'send'>;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<vscode.Uri | vscode.Uri[] | undefined>());
  readonly #buckets = new Map<string, Promise<boolean | undefined>>();
  readonly #known = new Map<string, ProtectionBadge | undefined>();
  readonly #queue: (() => void)[] = [];
  #running = 0;

  readonly onDidChangeFileDecorations = this.#changed.event;

  constructor(engine: Pick<EngineClient, 'send'>, changes: Changes) {
    this.#engine = engine;
    this.#owned.add(vscode.window.registerFileDecorationProvider(this));
    this.#owned.add(
      changes.onDidChange(({ connectionId, bucket, keys }) => {
        if (keys === undefined) {
          // The bucket's own protection may have changed.
          this.#buckets.delete(`${connectionId}/${bucket}`);
          this.#known.clear();
          this.#changed.fire(undefined);
          return;
        }
        const uris = keys.map((key) => vscode.Uri.from(objectUri(connectionId, bucket, key)));
        for (const uri of uris) this.#known.delete(uri.toString());
        this.#changed.fire(uris);
      }),
    );
    this.#owned.add(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration('ibmcos.tree.showProtection')) this.#changed.fire(undefined);
      }),
    );
  }

  dispose(): void {
    this.#owned.dispose();
  }

  async provideFileDecoration(
    uri: vscode.Uri,
    token: vscode.CancellationToken,
  ): Promise<vscode.FileDecoration | undefined> {
    if (uri.scheme !== objectScheme) return undefined;
    if (vscode.workspace.getConfiguration('ibmcos').get('tree.showProtection') === false) return undefined;
    const location = parseObjectUri(uri);
    if (location?.bucket === undefined || location.key === '' || location.versionId !== undefined) return undefined;
    const { connectionId, bucket, key } = location;
    const id = uri.toString();
    if (this.#known.has(id)) return this.#known.get(id);
    if (!(await this.#protects({ connectionId, bucket }))) return undefined;
    await this.#turn();
    try {
      if (token.isCancellationRequested) return undefined;
      const head = await this.#engine.send('objects/head', { connectionId, bucket, key }, token);
      if (!head.ok) return undefined;
      const badge = protectionBadge(head.value.protection, Date.now());
      if (this.#known.size >= maxKnown) this.#known.clear();
      this.#known.set(id, badge);
      return badge;
    } finally {
      this.#running -= 1;
      this.#queue.shift()?.();
    }
  }

  /** Whether a bucket has a mechanism at all. A failure is asked again for the next row. */
  async #protects({ connectionId, bucket }: Place): Promise<boolean> {
    const id = `${connectionId}/${bucket}`;
    const known = this.#buckets.get(id) ?? this.#ask({ connectionId, bucket });
    this.#buckets.set(id, known);
    const answer = await known;
    if (answer === undefined) this.#buckets.delete(id);
    return answer === true;
  }

  /** Undefined where neither mechanism was found and one could not be asked for. */
  async #ask(place: Place): Promise<boolean | undefined> {
    const [policy, lock] = await Promise.all([
      this.#engine.send('bucketProtection/get', place),
      this.#engine.send('objectLock/get', place),
    ]);
    if ((policy.ok && policy.value.kind !== 'none') || (lock.ok && lock.value.kind !== 'none')) return true;
    const isFailing = [policy, lock].some((answer) => !answer.ok && answer.error.retry !== 'never');
    return isFailing ? undefined : false;
  }

  async #turn(): Promise<void> {
    if (this.#running >= maxParallel) await new Promise<void>((resolve) => this.#queue.push(resolve));
    this.#running += 1;
  }
}

/** The badge of what a HEAD says; undefined for what nothing protects now. */
export function protectionBadge(
  { retention, objectLock }: ObjectProtection,
  nowMs: number,
): ProtectionBadge | undefined {
  const isRetained = retention !== undefined && (retention.isIndefinite || (retention.retainUntilMs ?? 0) > nowMs);
  const isLocked = objectLock?.mode !== undefined && (objectLock.retainUntilMs ?? 0) > nowMs;
  const holds = retention?.legalHoldCount ?? 0;
  const isHeld = holds > 0 || objectLock?.hasLegalHold === true;
  const texts = [
    ...(isRetained ? [retainedText(retention)] : []),
    ...(isLocked ? [vscode.l10n.t('locked ({0}) until {1}', objectLock.mode, dateText(objectLock.retainUntilMs))] : []),
    ...(isHeld
      ? [holds > 1 ? vscode.l10n.t('under {0} legal holds', holds) : vscode.l10n.t('under a legal hold')]
      : []),
  ];
  if (texts.length === 0) return undefined;
  const letters = `${isRetained ? 'R' : ''}${isLocked ? 'L' : ''}${isHeld ? 'H' : ''}`;
  return { badge: letters, tooltip: vscode.l10n.t('Protected: {0}', texts.join(', ')) };
}

function retainedText({ isIndefinite, retainUntilMs }: NonNullable<ObjectProtection['retention']>): string {
  return isIndefinite
    ? vscode.l10n.t('retained without end')
    : vscode.l10n.t('retained until {0}', dateText(retainUntilMs));
}

function dateText(ms: number | undefined): string {
  return ms === undefined ? '' : momentText(ms);
}
