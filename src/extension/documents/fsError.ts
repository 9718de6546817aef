import type { CosError } from '../../model/cosError';

/** The codes that VS Code knows, as the names of the functions of `vscode.FileSystemError`. */
export type FsErrorCode = 'FileNotFound' | 'FileExists' | 'FileIsADirectory' | 'NoPermissions' | 'Unavailable';

/** The code under which VS Code and other extensions understand a failure. */
export function fsErrorCode(error: CosError): FsErrorCode {
  switch (error.reason) {
    case 'alreadyExists':
    case 'bucketNameTaken':
      return 'FileExists';
    case 'readOnlyConnection':
      return 'NoPermissions';
    default:
      break;
  }
  switch (error.kind) {
    case 'notFound':
      return 'FileNotFound';
    case 'denied':
    case 'signInNeeded':
    case 'held':
      return 'NoPermissions';
    case 'conflict':
    case 'preconditionFailed':
    case 'throttled':
    case 'network':
    case 'tls':
    case 'invalid':
    case 'tooLarge':
    case 'localFile':
    case 'cancelled':
    case 'engineGone':
    case 'unsupported':
    case 'internal':
      return 'Unavailable';
  }
}
