import * as vscode from 'vscode';
import type { ConnectionId } from '../../model/ids';
import type { FailureAction, FailureReporter, Prompts } from '../services';
import { failureMessage } from './messages';

/** What the buttons of a failure do, other than trying again. */
export interface FailureActions {
  readonly signIn: (connectionId: ConnectionId | undefined) => void;
  readonly showLog: () => void;
}

/** Reports failures as messages of VS Code. */
export function createFailureReporter(prompts: Prompts, actions: FailureActions): FailureReporter {
  const label = (action: FailureAction): string => {
    switch (action) {
      case 'signIn':
        return vscode.l10n.t('Sign In Again');
      case 'retry':
        return vscode.l10n.t('Retry');
      case 'showLog':
        return vscode.l10n.t('Show Log');
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
      if (chosen === 'signIn') actions.signIn(options?.connectionId);
      if (chosen === 'showLog') actions.showLog();
      return undefined;
    },
    sentence: (error) => failureMessage(error, vscode.l10n.t)?.text ?? '',
  };
}
