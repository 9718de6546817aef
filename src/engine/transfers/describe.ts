import { basename } from 'node:path';
import type { TransferRequest } from '../../protocol/requests';
import type { TransferIdentity } from './transfer';

/** What a transfer is called and where from and to it goes, for people. */
export function describe(request: TransferRequest): Pick<TransferIdentity, 'title' | 'source' | 'target'> {
  switch (request.kind) {
    case 'upload': {
      const names = request.sources.map((source) => basename(source.fsPath));
      return {
        title: titleOf(names, 'sources'),
        source: request.sources.length === 1 ? (request.sources[0]?.fsPath ?? '') : titleOf(names, 'sources'),
        target: `${request.bucket}/${request.prefix}`,
      };
    }
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
    case 'delete': {
      const names = [...request.keys, ...request.prefixes];
      return {
        title: titleOf(names.map(lastSegment), 'selected'),
        source: `${request.bucket}/${names.length === 1 ? (names[0] ?? '') : ''}`,
        target: '',
      };
    }
    case 'copy':
      return {
        title: lastSegment(request.source.key),
        source: `${request.source.bucket}/${request.source.key}`,
        target: `${request.target.bucket}/${request.target.key}`,
      };
  }
}

function titleOf(names: readonly string[], what: string): string {
  return names.length === 1 ? (names[0] ?? '') : `${names.length} ${what}`;
}

function lastSegment(key: string): string {
  return key.replace(/\/$/, '').split('/').at(-1) ?? key;
}
