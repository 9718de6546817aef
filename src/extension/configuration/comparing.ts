import * as vscode from '../ui/vscode';
import { serverTextScheme } from '../../model/configUri';

/** Opens what the service has now beside a document. */
export async function compareWithServer(uri: vscode.Uri): Promise<void> {
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  // A new URI each time: VS Code keeps the content of one that it knows.
  const at = new URLSearchParams({ of: uri.query, at: String(Date.now()) }).toString();
  const server = uri.with({ scheme: serverTextScheme, query: at });
  const title = vscode.l10n.t('{0} (in the service ↔ yours)', name);
  await vscode.commands.executeCommand('vscode.diff', server, uri, title);
}

/** The document that a URI of the service's text stands beside. */
export function comparedUri(uri: vscode.Uri, scheme: string): vscode.Uri {
  return uri.with({ scheme, query: new URLSearchParams(uri.query).get('of') ?? '' });
}
