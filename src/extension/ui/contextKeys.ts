import * as vscode from './vscode';

/** Facts that `when` clauses of the manifest ask for. */
export type ContextKey =
  | 'ibmcos:localServerRunning'
  | 'ibmcos:localServerStarting'
  | 'ibmcos:objectOpened'
  | 'ibmcos:canPauseTransfers'
  | 'ibmcos:canResumeTransfers'
  | 'ibmcos:hasFinishedTransfers'
  | 'ibmcos:canPaste';

/** Tells VS Code a fact. */
export function setContextKey(key: ContextKey, isTrue: boolean): void {
  void vscode.commands.executeCommand('setContext', key, isTrue);
}
