import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import { objectUri, folderUri } from '../../model/objectUri';
import type { ObjectRef, TransferRequest } from '../../protocol/requests';
import type {
  Changes,
  Connections,
  EngineClient,
  FailureReporter,
  ObjectChange,
  Prompts,
  TransferRunner,
} from '../services';
import { DisposableStore } from '../ui/lifecycle';
import { Baselines, normaliseText } from './baselines';
import { DocumentSaver } from './documentSaver';
import { directoryEntries, showsFolder } from './directory';
import { fileSystemError } from './errors';
import { folderIsCappedSentence, listFolder } from './folderListing';
import { maxDocumentBytes, readOpened } from './objectContent';
import { ObjectStats } from './objectStats';
import { allTabUris, isDirtyInTab, isOpenInTab, openDocument, urisOfTab } from '../ui/openEditors';
import { objectId, folderId, placeOf, refOf, type EntryPlace, type Place } from '../nodes/place';
import { readOnlyReason, type ReadOnlyReason } from './readOnlyReason';
import type { CachedStat } from './statCache';
import { offerLargeObject } from './tooLarge';

/** What the file system needs. */
export interface FileSystemServices {
  readonly engine: EngineClient;
  readonly connections: Connections;
  readonly changes: Changes;
  readonly prompts: Prompts;
  readonly failures: FailureReporter;
  readonly transfers: TransferRunner;
}

const directoryStat: vscode.FileStat = { type: vscode.FileType.Directory, ctime: 0, mtime: 0, size: 0 };

const changeTypes = {
  changed: vscode.FileChangeType.Changed,
  created: vscode.FileChangeType.Created,
  deleted: vscode.FileChangeType.Deleted,
} as const;

/** Objects as files, for every editor, the Explorer and other extensions. Scheme `ibmcos`. */
export class ObjectFileSystem implements vscode.FileSystemProvider, vscode.Disposable {
  readonly #services: FileSystemServices;
  readonly #owned = new DisposableStore();
  readonly #changed = this.#owned.add(new vscode.EventEmitter<vscode.FileChangeEvent[]>());
  readonly #learned = this.#owned.add(new vscode.EventEmitter<vscode.Uri>());
  readonly #baselines = new Baselines();
  readonly #stats: ObjectStats;
  readonly #saver: DocumentSaver;

  readonly onDidChangeFile = this.#changed.event;
  /** Fires when more became known of an object than before: whether it may be changed. */
  readonly onDidLearn = this.#learned.event;

  constructor(services: FileSystemServices) {
    this.#services = services;
    this.#stats = new ObjectStats(services.engine, Date.now);
    this.#saver = this.#owned.add(new DocumentSaver({ ...services, baselines: this.#baselines }));
    this.#owned.add(services.changes.onDidChange((change) => this.#onChange(change)));
    this.#owned.add(vscode.workspace.onDidCloseTextDocument((document) => this.#onClose(document.uri)));
    this.#owned.add(
      vscode.window.tabGroups.onDidChangeTabs((event) => {
        for (const tab of event.closed) for (const uri of urisOfTab(tab)) this.#onClose(uri);
      }),
    );
    this.#owned.add(vscode.workspace.onDidChangeTextDocument((event) => this.#settle(event.document)));
  }

  /** VS Code asks to be told of changes made elsewhere; the service has no such thing, and polling would cost requests. */
  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const place = this.#place(uri);
    if (place.kind !== 'entry') return directoryStat;
    const saving = this.#saver.reasons.get(uri) === undefined ? undefined : this.#baselines.get(objectId(refOf(place)));
    if (saving !== undefined) {
      // Before a save VS Code compares times and sizes, which miss some changes and make up others. Our save compares
      // the ETag and asks the one question; a time before all times keeps VS Code from asking another.
      const { sizeBytes, protection } = saving.opened.info;
      return this.#fileStat(place, { kind: 'file', sizeBytes, modifiedAtMs: 0, protection });
    }
    const stat = this.#unwrap(await this.#stats.stat(place, isOpenInTab(uri)));
    switch (stat.kind) {
      case 'file':
        return this.#fileStat(place, stat);
      case 'folder':
        return directoryStat;
      case 'absent':
        throw vscode.FileSystemError.FileNotFound(uri);
    }
  }

  async readDirectory(uri: vscode.Uri): Promise<[string, vscode.FileType][]> {
    const place = this.#place(uri);
    if (place.kind === 'connection') {
      const buckets = this.#unwrap(await this.#services.engine.send('buckets/list', place));
      return buckets.map(({ name }) => [name, vscode.FileType.Directory]);
    }
    const { connectionId, bucket } = place;
    const prefix = place.kind === 'bucket' ? '' : place.prefix;
    const listing = this.#unwrap(await listFolder(this.#services.engine, { connectionId, bucket, prefix }));
    if (place.kind === 'entry' && !showsFolder(listing.pages)) throw vscode.FileSystemError.FileNotFound(uri);
    if (!listing.isComplete) void this.#services.prompts.warn(folderIsCappedSentence(`${bucket}/${prefix}`));
    const entries = directoryEntries(prefix, listing.pages);
    this.#stats.noteListing(connectionId, bucket, entries);
    return entries.map(({ kind, name }) => [name, kind === 'file' ? vscode.FileType.File : vscode.FileType.Directory]);
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const place = this.#entry(uri);
    if (place.isFolderOnly) throw vscode.FileSystemError.FileIsADirectory(uri);
    const ref = refOf(place);
    const setting = vscode.workspace.getConfiguration('ibmcos').get<number>('documents.maxSizeMiB');
    const read = await readOpened(this.#services.engine, ref, maxDocumentBytes(setting));
    if (!read.ok) {
      if (read.error.kind === 'tooLarge') throw offerLargeObject(uri, ref, maxDocumentBytes(setting), this.#services);
      if (read.error.kind === 'notFound') await this.#throwIfFolder(uri, place);
      throw fileSystemError(read.error, this.#services.failures.sentence(read.error));
    }
    const { opened, bytes } = read.value;
    const wasUnsure = this.#stats.isUnsure(ref);
    this.#stats.noteObject(ref, opened.info);
    this.#learned.fire(uri);
    const id = objectId(ref);
    const document = openDocument(uri);
    const isOpen = document !== undefined || isDirtyInTab(uri);
    const text =
      document === undefined
        ? undefined
        : normaliseText(await vscode.workspace.decode(bytes, { encoding: document.encoding }));
    const known = this.#baselines.recordRead(id, text === undefined ? opened : { ...opened, text }, isOpen);
    if (document !== undefined) this.#settle(document);
    // Somebody else's read found a newer state than the editor shows, or the stat before did not know that the object is
    // protected: an unchanged editor looks again.
    const isSurprise = wasUnsure && this.#reason(place, opened.info.protection) !== undefined;
    if (known === 'changed' || isSurprise) this.#changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
    return bytes;
  }

  async writeFile(
    uri: vscode.Uri,
    content: Uint8Array,
    options: { readonly create: boolean; readonly overwrite: boolean },
  ): Promise<void> {
    const place = this.#entry(uri);
    if (place.versionId !== undefined) {
      throw vscode.FileSystemError.NoPermissions(
        vscode.l10n.t('A version of an object never changes: "{0}"', place.key),
      );
    }
    if (place.isFolderOnly) throw vscode.FileSystemError.FileIsADirectory(uri);
    const ref = refOf(place);
    if (!options.create && this.#baselines.get(objectId(ref)) === undefined) {
      const stat = this.#unwrap(await this.#stats.stat(place, true));
      if (stat.kind === 'absent') throw vscode.FileSystemError.FileNotFound(uri);
      if (stat.kind === 'folder') throw vscode.FileSystemError.FileIsADirectory(uri);
    }
    await this.#saver.save(uri, ref, content);
  }

  async createDirectory(uri: vscode.Uri): Promise<void> {
    const { connectionId, bucket, prefix } = this.#entry(uri);
    this.#unwrap(await this.#services.engine.send('objects/createFolder', { connectionId, bucket, prefix }));
    this.#services.changes.fire({ connectionId, bucket, prefix, kind: 'created' });
  }

  async delete(uri: vscode.Uri, options: { readonly recursive: boolean }): Promise<void> {
    const place = this.#entry(uri);
    const { connectionId, bucket, key, prefix } = place;
    const stat = this.#unwrap(await this.#stats.stat(place, true));
    if (stat.kind === 'absent') throw vscode.FileSystemError.FileNotFound(uri);
    if (stat.kind === 'folder' && !options.recursive) {
      throw vscode.FileSystemError.NoPermissions(vscode.l10n.t('The folder is not empty: "{0}"', prefix));
    }
    const what = stat.kind === 'file' ? { keys: [key], prefixes: [] } : { keys: [], prefixes: [prefix] };
    await this.#transfer({ kind: 'delete', connectionId, bucket, ...what });
  }

  async rename(from: vscode.Uri, to: vscode.Uri, options: { readonly overwrite: boolean }): Promise<void> {
    await this.#copy(from, to, options.overwrite, true);
  }

  async copy(from: vscode.Uri, to: vscode.Uri, options: { readonly overwrite: boolean }): Promise<void> {
    await this.#copy(from, to, options.overwrite, false);
  }

  async #copy(from: vscode.Uri, to: vscode.Uri, overwrite: boolean, deleteSource: boolean): Promise<void> {
    const source = this.#entry(from);
    const target = this.#entry(to);
    const stat = this.#unwrap(await this.#stats.stat(source, true));
    if (stat.kind === 'absent') throw vscode.FileSystemError.FileNotFound(from);
    if (!overwrite && this.#unwrap(await this.#stats.stat(target, true)).kind !== 'absent') {
      throw vscode.FileSystemError.FileExists(to);
    }
    const { bucket, key, versionId, prefix } = source;
    const isOther = source.connectionId !== target.connectionId;
    const what =
      stat.kind === 'folder'
        ? ({ keys: [], prefixes: [prefix], contentsOnly: true } as const)
        : { keys: [key], prefixes: [], ...(versionId === undefined ? {} : { versionId }) };
    const request: Extract<TransferRequest, { kind: 'copy' }> = {
      kind: 'copy',
      connectionId: target.connectionId,
      source: { bucket, ...what, ...(isOther ? { connectionId: source.connectionId } : {}) },
      target:
        stat.kind === 'folder'
          ? { bucket: target.bucket, prefix: target.prefix }
          : { bucket: target.bucket, prefix: '', key: target.key },
      deleteSource,
      clash: overwrite ? 'replace' : 'fail',
    };
    const { askIncomparable } = await import('../organise/incomparable');
    const proof = await askIncomparable(this.#services, [request]);
    if (proof.kind === 'stopped') throw new vscode.CancellationError();
    if (proof.kind === 'failed')
      throw fileSystemError(proof.result.error, this.#services.failures.sentence(proof.result.error));
    for (const decided of proof.requests) await this.#transfer(decided);
  }

  /** Runs a transfer for the file service, which shows progress itself and wants a rejection for a failure. */
  async #transfer(request: TransferRequest): Promise<void> {
    const snapshot = this.#unwrap(await this.#services.transfers.run(request, { show: 'nothing' }));
    if (snapshot.state === 'cancelled') throw new vscode.CancellationError();
    const error = snapshot.error ?? snapshot.failures[0]?.error;
    if (error !== undefined) throw fileSystemError(error, this.#services.failures.sentence(error));
  }

  /** Why an open object cannot be saved, as far as is known without asking. */
  readOnlyReason(uri: vscode.Uri): ReadOnlyReason | undefined {
    const place = placeOf(uri);
    if (place?.kind !== 'entry') return undefined;
    return this.#reason(place, this.#baselines.get(objectId(refOf(place)))?.opened.info.protection);
  }

  /** A row of the tree shows that this object exists: its name is not mistaken for a probe of VS Code. */
  noteExists(ref: ObjectRef): void {
    this.#stats.noteExists(ref);
  }

  #reason(place: EntryPlace, protection: Parameters<typeof readOnlyReason>[0]): ReadOnlyReason | undefined {
    return readOnlyReason(protection, {
      isVersion: place.versionId !== undefined,
      isReadOnlyConnection: this.#services.connections.get(place.connectionId)?.isReadOnly === true,
      nowMs: Date.now(),
    });
  }

  #fileStat(place: EntryPlace, stat: Extract<CachedStat, { kind: 'file' }>): vscode.FileStat {
    // A listing does not tell of protection; what a read told since still holds.
    const protection = stat.protection ?? this.#baselines.get(objectId(refOf(place)))?.opened.info.protection;
    const isReadOnly = this.#reason(place, protection) !== undefined;
    return {
      type: vscode.FileType.File,
      ctime: stat.modifiedAtMs,
      mtime: stat.modifiedAtMs,
      size: stat.sizeBytes,
      ...(isReadOnly ? { permissions: vscode.FilePermission.Readonly } : {}),
    };
  }

  async #throwIfFolder(uri: vscode.Uri, place: EntryPlace): Promise<void> {
    const stat = await this.#stats.stat(place, false);
    if (stat.ok && stat.value.kind === 'folder') throw vscode.FileSystemError.FileIsADirectory(uri);
  }

  #place(uri: vscode.Uri): Place {
    const place = placeOf(uri);
    if (place === undefined || this.#services.connections.get(place.connectionId) === undefined) {
      throw vscode.FileSystemError.FileNotFound(
        vscode.l10n.t('The connection does not exist (any more); add it again: "{0}"', uri.authority),
      );
    }
    return place;
  }

  #entry(uri: vscode.Uri): EntryPlace {
    const place = this.#place(uri);
    if (place.kind === 'entry') return place;
    throw vscode.FileSystemError.NoPermissions(
      vscode.l10n.t('Buckets and connections are managed in the Buckets view: "{0}"', uri.path),
    );
  }

  #unwrap<T>(result: Result<T>): T {
    if (result.ok) return result.value;
    throw fileSystemError(result.error, this.#services.failures.sentence(result.error));
  }

  #settle(document: vscode.TextDocument): void {
    if (document.isDirty) return;
    const id = idOf(document.uri);
    if (id !== undefined && this.#baselines.isUndecided(id)) this.#baselines.settle(id, document.getText());
  }

  #onClose(uri: vscode.Uri): void {
    const id = idOf(uri);
    if (id === undefined || openDocument(uri) !== undefined || isOpenInTab(uri)) return;
    this.#baselines.drop(id);
    this.#saver.reasons.clear(uri);
  }

  #onChange(change: ObjectChange): void {
    this.#stats.invalidate(change);
    if (this.#saver.isOwn(change)) return;
    const { connectionId, bucket } = change;
    const type = changeTypes[change.kind];
    const uris: vscode.Uri[] = [];
    for (const key of change.keys ?? []) {
      if (change.kind === 'deleted') this.#baselines.markGone(objectId({ connectionId, bucket, key }));
      uris.push(vscode.Uri.from(objectUri(connectionId, bucket, key)));
    }
    if (change.keys === undefined) {
      const below = folderId(connectionId, bucket, change.prefix);
      const open = new Set([...vscode.workspace.textDocuments.map(({ uri }) => uri), ...allTabUris()]);
      for (const uri of open) if (idOf(uri)?.startsWith(below) === true) uris.push(uri);
      if (change.kind === 'deleted') for (const id of this.#baselines.idsBelow(below)) this.#baselines.markGone(id);
      uris.push(vscode.Uri.from(folderUri(connectionId, bucket, change.prefix)));
    }
    this.#changed.fire(uris.map((uri) => ({ type, uri })));
  }

  dispose(): void {
    this.#owned.dispose();
  }
}

function idOf(uri: vscode.Uri): string | undefined {
  const place = placeOf(uri);
  return place?.kind === 'entry' ? objectId(refOf(place)) : undefined;
}
