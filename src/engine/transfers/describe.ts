import { basename } from 'node:path';
import type { TransferKind } from '../../model/transferState';
import type { TransferRequest } from '../../protocol/requests';
import type { TransferIdentity } from './transfer';

/** What a transfer is called and where from and to it goes, for people. */
export function describe(request: TransferRequest): Pick<TransferIdentity, 'title' | 'source' | 'target' | 'isMove'> {
  switch (request.kind) {
    case 'upload': {
      const names = request.sources.map((source) => basename(source.fsPath));
      return {
        title: titleOf(names, 'sources'),
        source: request.sources.length === 1 ? (request.sources[0]?.fsPath ?? '') : titleOf(names, 'sources'),
        target: `${request.bucket}/${request.prefix}`,
      };
    }
    case 'resumeUpload':
      return {
        title: basename(request.fsPath),
        source: request.fsPath,
        target: `${request.bucket}/${request.key}`,
      };
    case 'download': {
      const names = request.sources.map((source) => (source.kind === 'object' ? source.key : source.prefix));
      return {
        // The empty prefix is the whole bucket.
        title: titleOf(
          names.map((name) => (name === '' ? request.bucket : lastSegment(name))),
          'selected',
        ),
        source: `${request.bucket}/${names.length === 1 ? (names[0] ?? '') : ''}`,
        target: request.fileFsPath ?? request.folderFsPath,
      };
    }
    case 'delete':
    case 'change': {
      const names = [...request.keys, ...request.prefixes];
      return {
        title: titleOf(names.map(lastSegment), 'selected'),
        source: `${request.bucket}/${names.length === 1 ? (names[0] ?? '') : ''}`,
        target: '',
      };
    }
    case 'empty':
      return { title: request.bucket, source: `${request.bucket}/`, target: '' };
    case 'copy': {
      const { source, target } = request;
      const names = [...source.keys, ...source.prefixes];
      return {
        title: titleOf(names.map(lastSegment), 'selected'),
        source: `${source.bucket}/${names.length === 1 ? (names[0] ?? '') : ''}`,
        target: `${target.bucket}/${target.key ?? target.prefix}`,
        ...(request.deleteSource ? { isMove: true } : {}),
      };
    }
  }
}

/** What a request moves; finishing an upload is one, and emptying a bucket deletes. */
export function transferKindOf({ kind }: TransferRequest): TransferKind {
  switch (kind) {
    case 'resumeUpload':
      return 'upload';
    case 'empty':
      return 'delete';
    default:
      return kind;
  }
}

function titleOf(names: readonly string[], what: string): string {
  return names.length === 1 ? (names[0] ?? '') : `${names.length} ${what}`;
}

function lastSegment(key: string): string {
  return key.replace(/\/$/, '').split('/').at(-1) ?? key;
}
