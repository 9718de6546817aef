import * as vscode from '../ui/vscode';
import type { Connection } from '../../model/connection';
import type { DisposableStore } from '../ui/lifecycle';
import type { ConnectionSetting } from './savedConnections';
import type { SignInHosts } from './draft';
import { readSignInHosts } from './signInHosts';
import { userValueOf } from './userValue';

/**
 * `ibmcos.connections` of the user. Only the user's own value counts, whatever scope a workspace pretends: an endpoint from a
 * workspace would receive the user's credentials.
 */
export function userConnectionSetting(owned: DisposableStore): ConnectionSetting {
  const didChange = owned.add(new vscode.EventEmitter<void>());
  owned.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration('ibmcos.connections')) didChange.fire();
    }),
  );
  return {
    read: () => userValueOf(vscode.workspace.getConfiguration('ibmcos').inspect('connections')),
    write: async (connections: readonly Connection[]) =>
      vscode.workspace.getConfiguration('ibmcos').update('connections', connections, vscode.ConfigurationTarget.Global),
    onDidChange: didChange.event,
  };
}

/** What the user's `ibmcos.signIn.endpoints` says for new connections; a workspace could send keys elsewhere and has no say. */
export function signInHosts(): SignInHosts {
  const inspected = vscode.workspace.getConfiguration('ibmcos').inspect<Record<string, unknown>>('signIn.endpoints');
  return readSignInHosts(userValueOf(inspected));
}
