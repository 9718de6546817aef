import * as vscode from '../ui/vscode';
import type { DocumentSubject, OpenedDocument } from '../../model/configDocument';
import type { Result } from '../../model/cosError';
import { configScheme, parseConfigUri } from '../../model/configUri';
import { fileSystemError } from '../documents/errors';
import { openDocument } from '../ui/openEditors';
import { SaveReasons } from '../documents/saveReasons';
import { DisposableStore } from '../ui/lifecycle';
import { fireObjects } from '../ui/objectChanges';
import { applyDocument, type ApplyResult } from './applying';
import type { ConfigurationServices } from './configurationServices';
import { HeldDocuments, type HeldDocument } from './heldDocument';

/** How long what a `stat` read is good for the `readFile` that follows it. */
const readAgainAfterMs = 3000;
/** How long after VS Code's question about a save, and how long where it asks none, as after a command. */
const afterStatMs = 50;
const withoutStatMs = 1000;
const memoryKey = 'ibmcos.configuration.drafts';

/** Configuration documents as files: read from the service, applied by a save that a person asked for. */
export class ConfigurationFiles implements vscode.Disposable {
  readonly #services: ConfigurationServices;
  readonly #announce: (events: readonly vscode.FileChangeEvent[]) => void;
  readonly #owned = new DisposableStore();
  readonly #reasons = this.#owned.add(new SaveReasons(configScheme));
  readonly #held: HeldDocuments;
  readonly #readAtMs = new Map<string, number>();
  readonly #reading = new Map<string, Promise<Result<HeldDocument>>>();
  /** Documents whose editors are to show what there is now, once VS Code has asked about the save. */
  readonly #stale = new Map<string, NodeJS.Timeout>();
  readonly #didChange = this.#owned.add(new vscode.EventEmitter<vscode.Uri>());

  /** Fires when more is known of a document, or when it has become a draft or none. */
  readonly onDidChange = this.#didChange.event;

  constructor(services: ConfigurationServices, announce: (events: readonly vscode.FileChangeEvent[]) => void) {
    this.#services = services;
    this.#announce = announce;
    this.#held = new HeldDocuments(draftMemory(services.memory));
    this.#owned.add(
      vscode.workspace.onDidChangeTextDocument(({ document }) => {
        if (document.uri.scheme === configScheme && document.isDirty) this.#held.edited(document.uri.toString());
      }),
    );
    this.#owned.add(
      vscode.workspace.onDidCloseTextDocument(({ uri }) => {
        if (uri.scheme !== configScheme) return;
        // A change of the language closes a document and opens it again at once.
        setTimeout(() => {
          if (openDocument(uri) === undefined) this.#held.closed(uri.toString());
        }, 0);
      }),
    );
  }

  dispose(): void {
    for (const timer of this.#stale.values()) clearTimeout(timer);
    this.#stale.clear();
    this.#owned.dispose();
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const held = await this.held(uri);
    if (this.#stale.has(uri.toString())) this.#showAgainIn(uri, afterStatMs);
    const isReadOnly = held.opened.readOnlyReason !== undefined;
    return {
      type: vscode.FileType.File,
      ctime: 0,
      // Our own comparison notices what others changed; a second question of VS Code would only confuse.
      mtime: held.version,
      size: Buffer.byteLength(held.draft ?? held.opened.text),
      ...(isReadOnly ? { permissions: vscode.FilePermission.Readonly } : {}),
    };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const id = uri.toString();
    const known = this.#held.get(id);
    const isFresh = Date.now() - (this.#readAtMs.get(id) ?? 0) < readAgainAfterMs;
    // What an edit was made from must stay, or its save could not tell what others changed meanwhile.
    const isKept = known?.draft !== undefined || openDocument(uri)?.isDirty === true || isFresh;
    const held = known !== undefined && isKept ? known : this.#unwrap(await this.#read(uri));
    return Buffer.from(held.draft ?? held.opened.text, 'utf8');
  }

  /** Applies the text when a person saved it; an automatic save, or one not confirmed, keeps it as a draft. */
  async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
    const reason = this.#reasons.get(uri);
    this.#reasons.clear(uri);
    const text = Buffer.from(content).toString('utf8');
    if (reason === 'manual') await this.apply(uri, text);
    else this.#keepDraft(uri, text);
  }

  /** Shows what a text would change, and applies it if that is wanted. Throws a file system error for what went wrong. */
  async apply(uri: vscode.Uri, text: string): Promise<void> {
    const subject = this.subjectOf(uri);
    const { opened } = await this.held(uri);
    if (subject.kind === 'selection') {
      const { applySelection } = await import('./applySelection');
      const result = await applySelection(this.#services, { uri, subject, text, opened });
      if (result.kind !== 'started') return this.#goOn(uri, subject, text, result);
      this.#keepDraft(uri, text);
      void result.ended.then((ended) => this.#goOnAfterTransfer(uri, subject, text, ended));
      return;
    }
    this.#goOn(uri, subject, text, await applyDocument(this.#services, { uri, subject, text, opened }));
  }

  /** What became of a text that was to be applied. Throws a file system error for what went wrong. */
  #goOn(uri: vscode.Uri, subject: DocumentSubject, text: string, result: ApplyResult): void {
    switch (result.kind) {
      case 'applied':
        this.#takeOver(uri, result.document);
        this.#tell(subject);
        return;
      case 'unchanged':
      case 'discarded':
        this.#takeOver(uri, result.document);
        return;
      case 'notConfirmed':
        this.#keepDraft(uri, text);
        return;
      case 'partly':
        this.#rebase(uri, result.document, text);
        this.#tell(subject);
        return;
      case 'rebased':
        this.#rebase(uri, result.document, text);
        return;
      case 'failed':
        this.#unwrap({ ok: false, error: result.error });
    }
  }

  /** Nobody waits for a save any more. What was typed meanwhile stays, over what it was made from. */
  #goOnAfterTransfer(uri: vscode.Uri, subject: DocumentSubject, text: string, result: ApplyResult): void {
    if (result.kind === 'failed')
      void this.#services.failures.report(result.error, { connectionId: subject.connectionId });
    else if (openDocument(uri)?.isDirty !== true && this.known(uri)?.draft === text)
      this.#goOn(uri, subject, text, result);
  }

  /** What is known of a document, read if it is not known. Throws a file system error. */
  async held(uri: vscode.Uri): Promise<HeldDocument> {
    return this.#unwrap(await this.find(uri));
  }

  /** What is known of a document, read if it is not known. */
  async find(uri: vscode.Uri, token?: vscode.CancellationToken): Promise<Result<HeldDocument>> {
    const held = this.#held.get(uri.toString());
    return held === undefined ? await this.#read(uri, token) : { ok: true, value: held };
  }

  /** What is known of a document already; never costs a request. */
  known(uri: vscode.Uri): HeldDocument | undefined {
    return this.#held.get(uri.toString());
  }

  /** Reads a document anew and drops its draft. */
  async reload(uri: vscode.Uri): Promise<void> {
    this.#held.forget(uri.toString());
    this.#unwrap(await this.#read(uri));
    this.#announce([{ type: vscode.FileChangeType.Changed, uri }]);
  }

  /** The subject of a URI. Throws for what is no configuration document. */
  subjectOf(uri: vscode.Uri): DocumentSubject {
    const subject = parseConfigUri(uri);
    if (subject === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    return subject;
  }

  /** Text of the subject as the service has it now. */
  async serverText(uri: vscode.Uri): Promise<string> {
    return this.#unwrap(await this.#services.engine.send('documents/open', { subject: this.subjectOf(uri) })).text;
  }

  /** Equal reads, such as those of `stat` and `readFile`, are one. */
  async #read(uri: vscode.Uri, token?: vscode.CancellationToken): Promise<Result<HeldDocument>> {
    const id = uri.toString();
    const running = this.#reading.get(id);
    if (running !== undefined) return await running;
    const subject = this.subjectOf(uri);
    const reading = this.#services.engine
      .send('documents/open', { subject }, token)
      .then((answer): Result<HeldDocument> => {
        if (!answer.ok) return answer;
        this.#readAtMs.set(id, Date.now());
        return { ok: true, value: this.#held.opened(id, answer.value) };
      });
    this.#reading.set(id, reading);
    try {
      return await reading;
    } finally {
      this.#reading.delete(id);
      this.#didChange.fire(uri);
    }
  }

  #unwrap<T>(result: Result<T>): T {
    if (result.ok) return result.value;
    throw fileSystemError(result.error, this.#services.failures.sentence(result.error));
  }

  #takeOver(uri: vscode.Uri, { kept: _applied, ...opened }: OpenedDocument): void {
    this.#held.opened(uri.toString(), opened);
    this.#readAtMs.set(uri.toString(), Date.now());
    this.#didChange.fire(uri);
    this.#showAgain(uri);
  }

  /** The text goes on over what the service has now. */
  #rebase(uri: vscode.Uri, { kept, ...opened }: OpenedDocument, text: string): void {
    this.#held.rebase(uri.toString(), opened);
    this.#keepDraft(uri, kept ?? text);
    this.#showAgain(uri);
  }

  /**
   * Has the editor show what there is now. A save ends with VS Code asking for the file's time, and only a newer one makes
   * it read again: so after that question, however long a busy machine takes for it.
   */
  #showAgain(uri: vscode.Uri): void {
    this.#showAgainIn(uri, withoutStatMs);
  }

  #showAgainIn(uri: vscode.Uri, delayMs: number): void {
    const id = uri.toString();
    clearTimeout(this.#stale.get(id));
    const show = () => {
      this.#stale.delete(id);
      this.#held.touch(id);
      this.#announce([{ type: vscode.FileChangeType.Changed, uri }]);
    };
    this.#stale.set(id, setTimeout(show, delayMs));
  }

  #keepDraft(uri: vscode.Uri, text: string): void {
    this.#held.keepDraft(uri.toString(), text);
    this.#didChange.fire(uri);
  }

  #tell(subject: DocumentSubject): void {
    const { changes } = this.#services;
    switch (subject.kind) {
      case 'object':
        fireObjects(changes, [subject]);
        return;
      case 'bucket':
        changes.fire({ connectionId: subject.connectionId, bucket: subject.bucket, prefix: '', kind: 'changed' });
        return;
      // The transfer tells of them.
      case 'selection':
      case 'backup':
        return;
    }
  }
}

/** Drafts of the workspace. They hold configuration, never secrets. */
function draftMemory(memory: vscode.Memento) {
  type Kept = { readonly opened: OpenedDocument; readonly draft?: string };
  const all = (): Readonly<Record<string, Kept>> => memory.get(memoryKey, {});
  return {
    get: (id: string): Kept | undefined => all()[id],
    set: (id: string, kept: Kept | undefined): void => {
      const others = Object.fromEntries(Object.entries(all()).filter(([other]) => other !== id));
      if (kept === undefined && !(id in all())) return;
      void memory.update(memoryKey, kept === undefined ? others : { ...others, [id]: kept });
    },
  };
}
