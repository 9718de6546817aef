import * as vscode from '../ui/vscode';
import type { DocumentSubject } from '../../model/configDocument';
import type { Result } from '../../model/cosError';
import { configScheme, configUri } from '../../model/configUri';
import { DisposableStore } from '../ui/lifecycle';
import { comparedUri } from './comparing';
import { ConfigurationDiagnostics } from './diagnostics';
import { ConfigurationFiles } from './configurationFiles';
import type { ConfigurationServices } from './configurationServices';
import { ConfigurationStatus } from './configurationStatus';
import { subjectName } from './subjectName';

/** Everything about configuration documents that is loaded with the first of them. */
export interface ConfigurationRoom extends vscode.Disposable {
  readonly files: ConfigurationFiles;
  serverText(uri: vscode.Uri): Promise<string>;
  /** Opens the document of a subject in an editor. */
  open(subject: DocumentSubject): Promise<Result<null>>;
}

/** Opens the room. `announce` tells VS Code of documents that changed. */
export function openRoom(
  services: ConfigurationServices,
  announce: (events: readonly vscode.FileChangeEvent[]) => void,
): ConfigurationRoom {
  const owned = new DisposableStore();
  const files = owned.add(new ConfigurationFiles(services, announce));
  owned.add(new ConfigurationDiagnostics(services.engine, files));
  owned.add(new ConfigurationStatus(files));
  return {
    files,
    serverText: (uri) => files.serverText(comparedUri(uri, configScheme)),
    async open(subject) {
      const uri = vscode.Uri.from(configUri(subject));
      // Fails here, with our sentence, and not in an editor that shows a stack.
      const held = subject.kind === 'selection' ? await lookAt(files, subject, uri) : await files.find(uri);
      if (!held.ok) return held;
      await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
      return { ok: true, value: null };
    },
    dispose: () => owned.dispose(),
  };
}

/** Many objects are looked at, which can be given up. */
async function lookAt(files: ConfigurationFiles, subject: DocumentSubject, uri: vscode.Uri): Promise<Result<unknown>> {
  const title = vscode.l10n.t('Looking at {0}', subjectName(subject, vscode.l10n.t));
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return await vscode.window.withProgress(options, async (_progress, token) => files.find(uri, token));
}
