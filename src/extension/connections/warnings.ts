import * as vscode from '../ui/vscode';
import type { ConnectionProblem } from './parseConnections';
import type { Prompts } from '../services';

/** Tells that the engine is not started again by itself any more. */
export async function offerEngineRestart(prompts: Prompts): Promise<void> {
  const restart = vscode.l10n.t('Restart');
  const showLog = vscode.l10n.t('Show Log');
  const message = vscode.l10n.t(
    'The background process of COS Explorer crashed four times in three minutes and was not started again.',
  );
  const answer = await prompts.error(message, restart, showLog);
  if (answer === restart) await vscode.commands.executeCommand('ibmcos.engine.restart');
  if (answer === showLog) await vscode.commands.executeCommand('ibmcos.log.show');
}

/** Tells which entries of the setting cannot be used, and why. */
export function reportConnectionProblems(problems: readonly ConnectionProblem[], prompts: Prompts): void {
  const openSettings = vscode.l10n.t('Open Settings');
  const [first] = problems;
  if (first === undefined) return;
  const message = vscode.l10n.t(
    'Entry {0} of the setting ibmcos.connections cannot be used: {1}',
    first.index + 1,
    first.problem,
  );
  void prompts.warn(message, openSettings).then((answer) => {
    if (answer === openSettings) void vscode.commands.executeCommand('workbench.action.openSettingsJson');
  });
}
