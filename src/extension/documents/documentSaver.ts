import * as vscode from '../ui/vscode';
import { objectScheme } from '../../model/objectUri';
import type { ObjectInfo } from '../../model/objectInfo';
import type { ObjectRef } from '../../protocol/requests';
import type { Changes, EngineClient, FailureReporter, ObjectChange, Prompts } from '../services';
import type { Baselines } from './baselines';
import { ConflictQuestions } from './conflictQuestions';
import { fileSystemError } from './errors';
import { engineMaxReadBytes, hashOf, openedAfterWrite } from './objectContent';
import { objectId, parentPrefix } from '../nodes/place';
import { SaveReasons } from './saveReasons';
import { saveObject, type Conflict, type SaveResult } from './saving';

/** What saving needs. */
export interface SaverServices {
  readonly engine: EngineClient;
  readonly changes: Changes;
  readonly prompts: Prompts;
  readonly failures: FailureReporter;
  readonly baselines: Baselines;
}

/** Writes documents back to the objects they were opened from. */
export class DocumentSaver implements vscode.Disposable {
  readonly reasons = new SaveReasons(objectScheme);
  readonly #services: SaverServices;
  readonly #questions: ConflictQuestions;
  readonly #own = new WeakSet<ObjectChange>();
  /** Saves under way by object: a second one waits, so that it compares with what the first left. */
  readonly #running = new Map<string, Promise<void>>();

  constructor(services: SaverServices) {
    this.#services = services;
    this.#questions = new ConflictQuestions(services.prompts, (uri, ref, conflict) =>
      this.#overwriteLater(uri, ref, conflict),
    );
  }

  /** Writes the bytes; rejects with a FileSystemError, having written nothing, when that would lose anything. */
  async save(uri: vscode.Uri, ref: ObjectRef, bytes: Uint8Array): Promise<void> {
    const id = objectId(ref);
    const before = this.#running.get(id) ?? Promise.resolve();
    const save = before.catch(() => undefined).then(() => this.#save(uri, ref, bytes));
    this.#running.set(id, save);
    try {
      await save;
    } finally {
      if (this.#running.get(id) === save) this.#running.delete(id);
    }
  }

  async #save(uri: vscode.Uri, ref: ObjectRef, bytes: Uint8Array): Promise<void> {
    if (bytes.byteLength > engineMaxReadBytes) {
      throw vscode.FileSystemError.Unavailable(
        vscode.l10n.t('The document is larger than 16 MiB; save it as a file and upload that: "{0}"', ref.key),
      );
    }
    const { engine, baselines, changes, failures } = this.#services;
    const id = objectId(ref);
    // Editors that are neither text nor notebook do not say why they save; no dialog may surprise an auto-save.
    const reason = this.reasons.get(uri) ?? 'automatic';
    const baseline = baselines.get(id);
    let result: SaveResult;
    try {
      result = await saveObject(baseline, hashOf(bytes), {
        head: () => engine.send('objects/head', ref),
        getTags: () => engine.send('objects/getTags', ref),
        write: (attributes, condition) => engine.send('objects/write', { ...ref, bytes, attributes, condition }),
        resolve: (conflict) => this.#questions.ask(uri, ref, conflict, reason),
      });
    } finally {
      this.reasons.clear(uri);
    }
    switch (result.kind) {
      case 'unchanged':
        return;
      case 'written': {
        baselines.replace(id, openedAfterWrite(ref, bytes, result));
        const { connectionId, bucket, key } = ref;
        const change: ObjectChange = { connectionId, bucket, prefix: parentPrefix(key), keys: [key], kind: 'changed' };
        this.#own.add(change);
        changes.fire(change);
        return;
      }
      case 'stopped':
        throw notDecided(result.conflict, ref.key);
      case 'attributesUnknown':
        throw vscode.FileSystemError.Unavailable(
          vscode.l10n.t(
            'Nothing was written, since the headers, metadata and tags that a save must keep could not be read. {0}',
            failures.sentence(result.error),
          ),
        );
      case 'failed':
        throw fileSystemError(result.error, failures.sentence(result.error));
    }
  }

  /** Whether a change is one of our own saves, of which VS Code knows already. */
  isOwn(change: ObjectChange): boolean {
    return this.#own.has(change);
  }

  /** The person agreed, in a notification, to replace the state that an auto-save conflicted with: saves once more. */
  async #overwriteLater(uri: vscode.Uri, ref: ObjectRef, conflict: Conflict): Promise<void> {
    const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === uri.toString());
    if (document !== undefined && (document.isClosed || !document.isDirty)) return;
    const id = objectId(ref);
    if (conflict.kind === 'deleted') this.#services.baselines.markToBeCreated(id);
    else this.#services.baselines.replace(id, agreedToReplace(conflict.remote));
    await vscode.workspace.save(uri);
  }

  dispose(): void {
    this.reasons.dispose();
  }
}

/** What VS Code's own message about the save says; the conflict itself has been shown with its choices. */
function notDecided(conflict: Conflict, key: string): vscode.FileSystemError {
  const sentence = vscode.l10n.t('Nothing was written, since the conflict is not decided: "{0}"', key);
  return conflict.kind === 'exists'
    ? vscode.FileSystemError.FileExists(sentence)
    : vscode.FileSystemError.Unavailable(sentence);
}

function agreedToReplace(remote: ObjectInfo): { readonly etag: string; readonly info: ObjectInfo } {
  return { etag: remote.etag, info: remote };
}
