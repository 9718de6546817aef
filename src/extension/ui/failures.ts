import * as vscode from './vscode';
import type { CosError } from '../../model/cosError';
import type { ConnectionId } from '../../model/ids';
import type { FailureAction, FailureReporter, Prompts } from '../services';
import { failureMessage } from './messages';

/** Commands that help after a failure. */
export type ConnectionCommand = `ibmcos.connection.${'signIn' | 'replaceKey' | 'edit' | 'diagnose' | 'allowChanges'}`;

/** What the buttons of a failure do, other than trying again. */
export interface FailureActions {
  /** Runs a command on a connection, or lets the person say on which. */
  readonly runOn: (command: ConnectionCommand, connectionId: ConnectionId | undefined) => void;
  /** Examines why something was refused. */
  readonly whyRefused: (connectionId: ConnectionId | undefined, error: CosError) => void;
  readonly showLog: () => void;
}

/** Reports failures as messages of VS Code. */
export function createFailureReporter(prompts: Prompts, actions: FailureActions): FailureReporter {
  const label = (action: FailureAction): string => {
    switch (action) {
      case 'signIn':
        return vscode.l10n.t('Sign In Again…');
      case 'replaceKey':
        return vscode.l10n.t('Replace Key…');
      case 'editConnection':
        return vscode.l10n.t('Edit Connection…');
      case 'allowChanges':
        return vscode.l10n.t('Allow Changes…');
      case 'diagnose':
        return vscode.l10n.t('Connection Doctor');
      case 'whyRefused':
        return vscode.l10n.t('Why Is Access Refused?');
      case 'retry':
        return vscode.l10n.t('Try Again');
      case 'showLog':
        return vscode.l10n.t('Show Log');
    }
  };
  const act = (action: FailureAction | undefined, error: CosError, connectionId: ConnectionId | undefined): void => {
    switch (action) {
      case 'signIn':
        return actions.runOn('ibmcos.connection.signIn', connectionId);
      case 'replaceKey':
        return actions.runOn('ibmcos.connection.replaceKey', connectionId);
      case 'editConnection':
        return actions.runOn('ibmcos.connection.edit', connectionId);
      case 'allowChanges':
        return actions.runOn('ibmcos.connection.allowChanges', connectionId);
      case 'diagnose':
        return actions.runOn('ibmcos.connection.diagnose', connectionId);
      case 'whyRefused':
        return actions.whyRefused(connectionId, error);
      case 'showLog':
        return actions.showLog();
      case 'retry':
      case undefined:
        return undefined;
    }
  };
  return {
    async report(error, options) {
      const message = failureMessage(error, vscode.l10n.t);
      if (message === undefined) return undefined;
      const offered = message.actions.filter((action) => action !== 'retry' || options?.canRetry === true);
      const answer = await prompts.error(message.text, ...offered.map(label));
      const chosen = offered.find((action) => label(action) === answer);
      if (chosen === 'retry') return 'retry';
      act(chosen, error, options?.connectionId);
      return undefined;
    },
    sentence: (error) => failureMessage(error, vscode.l10n.t)?.text ?? '',
  };
}
