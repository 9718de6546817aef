import { join } from 'node:path';
import * as vscode from './ui/vscode';
import type { CosError } from '../model/cosError';
import type { ConnectionId } from '../model/ids';
import { objectScheme } from '../model/objectUri';
import { registerCommands } from './command/register';
import type { LastDeletes } from './command/lastDelete';
import { registerConfiguration } from './configuration';
import { Keychain } from './connections/keychain';
import { SavedConnections } from './connections/savedConnections';
import { userConnectionSetting } from './connections/userSetting';
import { userValueOf } from './connections/userValue';
import { WorkspaceCredentials } from './connections/workspaceCredentials';
import { ForkedEngineClient } from './engine/engineClient';
import { registerDocuments } from './documents';
import { affectsEngine, readEngineConfiguration } from './engine/engineConfiguration';
import { createHostAnswers } from './hostAnswers';
import { LocalServer } from './localServer/localServer';
import type { ObjectChange, RevealTarget } from './services';
import { registerTransfers } from './transfers';
import { watchEmptiedBuckets } from './transfers/emptiedBuckets';
import { BucketsDragAndDrop } from './tree/dragAndDrop';
import { ProtectionBadges } from './tree/protectionBadges';
import { BucketsView } from './tree/bucketsView';
import { createFailureReporter, type ConnectionCommand } from './ui/failures';
import { DisposableStore } from './ui/lifecycle';
import { createPrompts } from './ui/gate/prompts';
import { registerRestores } from './versions';
import { offerEngineRestart, reportConnectionProblems } from './connections/warnings';

/** What must end before the window does, newest first. */
const closing: (() => Promise<void>)[] = [];

/** Constructs and registers. Nothing is read from disk or network before a view, command or document asks for it. */
export function activate(context: vscode.ExtensionContext): void {
  const owned = new DisposableStore();
  context.subscriptions.push(owned);
  const log = owned.add(vscode.window.createLog('COS Explorer'));
  const prompts = createPrompts();
  const localServer = owned.add(new LocalServer(context, prompts));
  const connections = owned.add(
    new SavedConnections(
      userConnectionSetting(owned),
      new Keychain(context.secrets, (text) => log.warn(text)),
      localServer,
      (problems) => reportConnectionProblems(problems, prompts),
    ),
  );
  const engine = owned.add(
    new ForkedEngineClient({
      engineFsPath: vscode.Uri.joinPath(context.extensionUri, 'dist', 'engine.js').fsPath,
      environment: process.env,
      location: engineLocation,
      configuration: () => readEngineConfiguration(process.env, join(context.globalStorageUri.fsPath, 'engine')),
      answers: createHostAnswers(connections, localServer, prompts),
      log,
      onGaveUp: () => void offerEngineRestart(prompts),
    }),
  );
  closing.push(
    () => engine.close(),
    () => localServer.close(),
  );
  owned.add(engine.on('engine/log', ({ level, text }) => log[level](text)));
  owned.add(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (affectsEngine(event)) engine.reconfigure();
      if (event.affectsConfiguration('ibmcos.engine.location')) void engine.restart();
    }),
  );
  owned.add(
    connections.onDidChange(({ changed }) => {
      for (const connectionId of changed) void engine.forgetConnection(connectionId);
    }),
  );
  const examineRefused = async (connectionId: ConnectionId | undefined, error: CosError): Promise<void> => {
    const connection = connectionId === undefined ? undefined : connections.get(connectionId);
    // Without a known connection the command asks which one.
    if (connection === undefined) return runOnConnection('ibmcos.connection.diagnose', connectionId);
    const { examineRefusal } = await import('./connections/doctor');
    const outcome = await examineRefusal({ engine, connections }, connection, error);
    if (outcome?.ok === false) await failures.report(outcome.error, { connectionId: connection.id });
  };
  const changes = owned.add(new vscode.EventEmitter<ObjectChange>());
  const changeEvents = { onDidChange: changes.event, fire: (change: ObjectChange) => changes.fire(change) };
  const failures = createFailureReporter(prompts, {
    runOn: (command, connectionId) => void runOnConnection(command, connectionId),
    whyRefused: (connectionId, error) => void examineRefused(connectionId, error),
    showLog: () => log.show(),
  });
  const common = { engine, connections, changes: changeEvents, prompts, failures };
  const deletes: LastDeletes = { last: undefined };
  const transferParts = owned.add(registerTransfers({ ...common, deletes, memory: context.workspaceState }));
  const { transfers, transfersView, transferReports } = transferParts;
  const { files } = owned.add(registerDocuments({ ...common, transfers }));
  const configuration = owned.add(registerConfiguration({ ...common, transfers, memory: context.workspaceState }));
  const selecting = { select: async (target: RevealTarget) => view.select(target) };
  const dragAndDrop = new BucketsDragAndDrop({ ...common, transfers, view: selecting }, files, async (text, source) => {
    const { addCredentialText } = await import('./connections/addCredential');
    const added = await addCredentialText(services, text, source);
    if (added !== undefined) await view.revealConnection(added.id);
  });
  const view: BucketsView = owned.add(
    new BucketsView(engine, connections, localServer, changeEvents, dragAndDrop, (object) => files.noteExists(object)),
  );
  owned.add(watchEmptiedBuckets(transfers.mirror, (id) => view.refreshBuckets(id)));
  owned.add(new ProtectionBadges(engine, changeEvents));
  const restores = owned.add(registerRestores({ ...common, memory: context.globalState }));
  owned.add(new WorkspaceCredentials());
  const extensionId = context.extension.id;
  const services = {
    engine,
    connections,
    changes: changeEvents,
    prompts,
    failures,
    view,
    localServer,
    log,
    extensionId,
    transfers,
    transfersView,
    transferReports,
    documents: files,
    configuration,
    restores,
    clipboard: { held: undefined },
    deletes,
    memory: context.globalState,
  };
  registerCommands(commandIds(context), async () => (await import('./commandTable')).commandTable, services, owned);
}

/** Two seconds for engine and local server to leave, each of which is killed when it takes longer. */
export async function deactivate(): Promise<void> {
  await Promise.allSettled(closing.splice(0).map((close) => close()));
}

/** Every command has an entry in the manifest. */
function commandIds({ extension }: vscode.ExtensionContext): readonly string[] {
  const { contributes } = extension.packageJSON as {
    readonly contributes: { readonly commands: readonly { readonly command: string }[] };
  };
  return contributes.commands.map(({ command }) => command);
}

function engineLocation(): 'process' | 'extensionHost' {
  const inspected = vscode.workspace.getConfiguration('ibmcos').inspect<string>('engine.location');
  return userValueOf(inspected) === 'extensionHost' ? 'extensionHost' : 'process';
}

/** Without a known connection the command asks which one. */
async function runOnConnection(command: ConnectionCommand, connectionId: ConnectionId | undefined): Promise<void> {
  const uri =
    connectionId === undefined ? [] : [vscode.Uri.from({ scheme: objectScheme, authority: connectionId, path: '/' })];
  await vscode.commands.executeCommand(command, ...uri);
}
