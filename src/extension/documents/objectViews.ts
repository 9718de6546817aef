import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { ObjectInfo } from '../../model/objectInfo';
import type { ObjectRef } from '../../protocol/requests';
import type { EngineClient, FailureReporter } from '../services';
import { fileSystemError } from './errors';
import { engineMaxReadBytes } from './objectContent';
import { wholeSeconds } from './objectStats';
import { parseViewUri, viewUri, type ObjectView } from './viewUri';

/** Read-only views of objects: the first part of a large one, and the state that a save conflicted with. */
export class ObjectViews implements vscode.FileSystemProvider {
  readonly #engine: Pick<EngineClient, 'send'>;
  readonly #failures: FailureReporter;
  readonly #changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();

  readonly onDidChangeFile = this.#changed.event;

  constructor(services: { readonly engine: Pick<EngineClient, 'send'>; readonly failures: FailureReporter }) {
    this.#engine = services.engine;
    this.#failures = services.failures;
  }

  watch(): vscode.Disposable {
    return new vscode.Disposable(() => undefined);
  }

  async stat(uri: vscode.Uri): Promise<vscode.FileStat> {
    const { ref, view } = parse(uri);
    const info = this.#unwrap(await this.#engine.send('objects/head', ref));
    if (view.kind === 'snapshot' && info.etag !== view.etag) throw changedAgain(ref);
    const size = view.kind === 'firstPart' ? Math.min(view.lengthBytes, info.sizeBytes) : info.sizeBytes;
    const modifiedAtMs = wholeSeconds(info.modifiedAtMs);
    const permissions = vscode.FilePermission.Readonly;
    return { type: vscode.FileType.File, ctime: modifiedAtMs, mtime: modifiedAtMs, size, permissions };
  }

  async readFile(uri: vscode.Uri): Promise<Uint8Array> {
    const { ref, view } = parse(uri);
    const read = await this.#read(ref, view);
    if (!read.ok && read.error.kind === 'preconditionFailed') throw changedAgain(ref);
    return this.#unwrap(read).bytes;
  }

  #read(ref: ObjectRef, view: ObjectView): Promise<Result<{ info: ObjectInfo; bytes: Uint8Array }>> {
    switch (view.kind) {
      case 'firstPart': {
        const lengthBytes = Math.min(view.lengthBytes, engineMaxReadBytes);
        return this.#engine.send('objects/read', {
          ...ref,
          maxBytes: lengthBytes,
          range: { offsetBytes: 0, lengthBytes },
        });
      }
      case 'snapshot':
        return this.#engine.send('objects/read', { ...ref, maxBytes: engineMaxReadBytes, ifMatch: view.etag });
    }
  }

  #unwrap<T>(result: Result<T>): T {
    if (result.ok) return result.value;
    throw fileSystemError(result.error, this.#failures.sentence(result.error));
  }

  readDirectory(): [string, vscode.FileType][] {
    return [];
  }

  writeFile(uri: vscode.Uri): never {
    throw readOnly(uri);
  }

  createDirectory(uri: vscode.Uri): never {
    throw readOnly(uri);
  }

  delete(uri: vscode.Uri): never {
    throw readOnly(uri);
  }

  rename(uri: vscode.Uri): never {
    throw readOnly(uri);
  }
}

/** URI of the first part of an object; its name says how much of it. */
export function firstPartUri(ref: ObjectRef, lengthBytes: number): vscode.Uri {
  const sizeMiB = Math.floor(lengthBytes / (1024 * 1024));
  const label = (name: string): string => vscode.l10n.t('First {0} MiB of {1}', sizeMiB, name);
  return vscode.Uri.from(viewUri(ref, { kind: 'firstPart', lengthBytes }, label));
}

function parse(uri: vscode.Uri): { readonly ref: ObjectRef; readonly view: ObjectView } {
  const parsed = parseViewUri(uri);
  if (parsed === undefined) throw vscode.FileSystemError.FileNotFound(uri);
  return parsed;
}

function changedAgain(ref: ObjectRef): vscode.FileSystemError {
  return vscode.FileSystemError.Unavailable(
    vscode.l10n.t('The object changed again since this view was opened; compare once more: "{0}"', ref.key),
  );
}

function readOnly(uri: vscode.Uri): vscode.FileSystemError {
  return vscode.FileSystemError.NoPermissions(vscode.l10n.t('This view cannot be changed: "{0}"', uri.path));
}
