import * as vscode from 'vscode';

/** Facts that `when` clauses of the manifest ask for. */
export const contextKeys = ['ibmcos:hasConnections', 'ibmcos:localServerRunning'] as const;
/** A fact that `when` clauses ask for. */
export type ContextKey = (typeof contextKeys)[number];

/** Tells VS Code a fact. */
export function setContextKey(key: ContextKey, isTrue: boolean): void {
  void vscode.commands.executeCommand('setContext', key, isTrue);
}
