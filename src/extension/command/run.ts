import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { ConnectionId } from '../../model/ids';
import { objectScheme } from '../../model/objectUri';
import type { Command, CommandOutcome, CommandServices } from './command';
import { pickTarget } from './pickTarget';
import { selectionOfArguments, targetOf, type Selection } from './targets';
import { resolveTransfers } from './transferTargets';

/** Finds the target, runs the command, and reports its failure once; *Retry* runs it again on the same target. */
export async function runCommand(command: Command, services: CommandServices, args: readonly unknown[]): Promise<void> {
  const resolved = await resolveTarget(command, services, args);
  if (resolved === undefined) return;
  if ('effect' in command && command.effect === 'writes' && isRefused(services, resolved.target)) return;
  const run = command.run as (services: CommandServices, target: unknown) => Promise<CommandOutcome>;
  for (;;) {
    const outcome = await run(services, resolved.target);
    if (outcome === undefined || outcome.ok) return;
    const connectionId = connectionIdOf(resolved.target);
    const answer = await services.failures.report(outcome.error, {
      canRetry: true,
      ...(connectionId === undefined ? {} : { connectionId }),
    });
    if (answer !== 'retry') return;
  }
}

/** Undefined when the person gave up choosing; a failure of the choosing is reported here. */
async function resolveTarget(
  command: Command,
  services: CommandServices,
  args: readonly unknown[],
): Promise<{ readonly target: unknown } | undefined> {
  const kind = command.target;
  if (kind === 'none') return { target: undefined };
  if (kind === 'transfers') return resolveTransfers(services, args, command);
  const given = targetOf(kind, selectionOf(services, args));
  const isOptional = kind === 'node' || kind === 'anyNode' || kind === 'uploads' || kind === 'localFiles';
  if (given !== undefined || isOptional) return { target: given };
  const selected = kind === 'object' || kind === 'objects' ? targetOf(kind, shownSelection(services)) : undefined;
  if (selected !== undefined) return { target: selected };
  // A key pressed on a row that the command has nothing to do with does nothing.
  if (args[0] === 'selection' && services.view.selection.length > 0) return undefined;
  const picked: Result<unknown> | undefined = await pickTarget(kind, services);
  if (picked === undefined) return undefined;
  if (picked.ok) return { target: picked.value };
  await services.failures.report(picked.error);
  return undefined;
}

/** Rows that nobody sees are not what a person means. */
function shownSelection({ view }: CommandServices): Selection {
  return { nodes: view.isVisible ? view.selection : [], uris: [] };
}

/**
 * What the command was called on: its arguments; for a key binding of the view (which passes `"selection"`) the nodes
 * selected there; else the object in the active editor.
 */
function selectionOf(services: CommandServices, args: readonly unknown[]): Selection {
  if (args[0] === 'selection') return { nodes: services.view.selection, uris: [] };
  const selection = selectionOfArguments(args);
  if (selection.nodes.length + selection.uris.length > 0) return selection;
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const hasUri = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom;
  return { nodes: [], uris: hasUri || input instanceof vscode.TabInputNotebook ? [input.uri] : [] };
}

/** A read-only connection refuses before anything is asked: answers to questions would have been given in vain. */
function isRefused({ connections, prompts }: CommandServices, target: unknown): boolean {
  const ids = (Array.isArray(target) ? target : [target]).map(connectionIdOf);
  const readOnly = ids
    .flatMap((id) => (id === undefined ? [] : (connections.get(id) ?? [])))
    .find(({ isReadOnly }) => isReadOnly);
  if (readOnly === undefined) return false;
  const protect = vscode.l10n.t('Change Protection…');
  const text = vscode.l10n.t('Nothing was changed: the connection "{0}" is read-only.', readOnly.name);
  void prompts.warn(text, protect).then((answer) => {
    if (answer !== protect) return;
    const uri = vscode.Uri.from({ scheme: objectScheme, authority: readOnly.id, path: '/' });
    void vscode.commands.executeCommand('ibmcos.connection.protect', uri);
  });
  return true;
}

function connectionIdOf(target: unknown): ConnectionId | undefined {
  const one: unknown = Array.isArray(target) ? target[0] : target;
  if (typeof one !== 'object' || one === null) return undefined;
  if ('connectionId' in one) return one.connectionId as ConnectionId;
  if ('connection' in one) return (one.connection as { readonly id: ConnectionId }).id;
  return undefined;
}
