/**
 * VS Code as the extension may have it. Whatever is shown goes through the gate, where names that somebody else chose become
 * plain text: no link, no icon, no change of direction, nothing invisible. What is not named here cannot be had (a rule of
 * lint keeps everybody else from importing `vscode`), so a new way to show something needs a place in the gate first.
 */
export type * from 'vscode';
export {
  CancellationError,
  CancellationTokenSource,
  CodeAction,
  CodeActionKind,
  ConfigurationTarget,
  DataTransferItem,
  Diagnostic,
  DiagnosticSeverity,
  Disposable,
  DocumentLink,
  env,
  EventEmitter,
  FileChangeType,
  FilePermission,
  FileSystemError,
  FileType,
  ProgressLocation,
  QuickPickItemKind,
  Range,
  StatusBarAlignment,
  TabInputCustom,
  TabInputNotebook,
  TabInputNotebookDiff,
  TabInputText,
  TabInputTextDiff,
  TextDocumentSaveReason,
  ThemeColor,
  ThemeIcon,
  TreeItem,
  TreeItemCollapsibleState,
  Uri,
  version,
  WorkspaceEdit,
} from 'vscode';
import type { QuickPickItem as PlainItem } from 'vscode';

export { commands, languages, workspace } from './gate/editors';
export { factsTooltip, markdownSentence, type Fact } from './gate/facts';
export { l10n } from './gate/sentences';
export { window, type StatusBarItem } from './gate/windows';

/** A choice. Its icon is named apart from its label, so that no name can bring one. */
export interface QuickPickItem extends PlainItem {
  readonly icon?: string;
}
