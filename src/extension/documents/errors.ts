import * as vscode from '../ui/vscode';
import type { CosError } from '../../model/cosError';
import { fsErrorCode } from './fsError';

/** A failure as VS Code's file service understands it, with our sentence for the person. */
export function fileSystemError(error: CosError, sentence: string): vscode.FileSystemError {
  switch (fsErrorCode(error)) {
    case 'FileNotFound':
      return vscode.FileSystemError.FileNotFound(sentence);
    case 'FileExists':
      return vscode.FileSystemError.FileExists(sentence);
    case 'FileIsADirectory':
      return vscode.FileSystemError.FileIsADirectory(sentence);
    case 'NoPermissions':
      return vscode.FileSystemError.NoPermissions(sentence);
    case 'Unavailable':
      return vscode.FileSystemError.Unavailable(sentence);
  }
}
