import * as vscode from '../ui/vscode';
import { parentPrefix } from '../nodes/place';
import { runOrganise } from './organise';
import { planDuplicates, planOrganise } from './organisePlan';
import { setContextKey } from '../ui/contextKeys';
import type { CommandOutcome, CommandServices, CommandTable } from '../command/command';
import { s3UrisText } from '../command/keyText';
import { pickFolder } from '../command/pickFolder';
import type { FolderTarget, ObjectsTarget } from '../command/targets';

/** Commands that copy and move objects and folders from one place of the tree to another. */
export const clipboardCommands = {
  'ibmcos.clipboard.copy': {
    target: 'objects',
    effect: 'reads',
    run: async (services, targets) => hold(services, 'copy', targets),
  },
  'ibmcos.clipboard.cut': {
    target: 'objects',
    effect: 'writes',
    run: async (services, targets) => hold(services, 'move', targets),
  },
  'ibmcos.clipboard.paste': { target: 'folder', effect: 'writes', run: paste },
  'ibmcos.object.duplicate': { target: 'objects', effect: 'writes', run: duplicate },
  'ibmcos.object.move': { target: 'objects', effect: 'writes', run: moveTo },
} satisfies CommandTable;

async function hold(
  { clipboard }: CommandServices,
  mode: 'copy' | 'move',
  targets: readonly ObjectsTarget[],
): Promise<void> {
  clipboard.held = { mode, targets };
  setContextKey('ibmcos:canPaste', true);
  await vscode.env.clipboard.writeText(s3UrisText(targets));
}

async function paste(services: CommandServices, folder: FolderTarget): Promise<CommandOutcome> {
  const { clipboard, prompts } = services;
  const { held } = clipboard;
  if (held === undefined) {
    void prompts.info(vscode.l10n.t('There is nothing to paste: copy or cut objects or folders first.'));
    return;
  }
  return organise(services, held.targets, folder, held.mode, () => {
    // What was moved is no longer where it was cut; a second paste would find nothing.
    if (held.mode !== 'move' || clipboard.held !== held) return;
    clipboard.held = undefined;
    setContextKey('ibmcos:canPaste', false);
  });
}

async function duplicate(services: CommandServices, targets: readonly ObjectsTarget[]): Promise<CommandOutcome> {
  const requests = planDuplicates(targets);
  const [first] = requests;
  const outcome = await runOrganise(services, requests, `${first?.target.bucket}/${first?.target.prefix}`);
  return outcome.kind === 'failed' ? outcome.result : undefined;
}

async function moveTo(services: CommandServices, targets: readonly ObjectsTarget[]): Promise<CommandOutcome> {
  const [first] = targets;
  if (first === undefined) return;
  const { connectionId, bucket } = first;
  const value = `${bucket}/${parentPrefix(first.prefixes[0] ?? first.keys[0] ?? '')}`;
  const folder = await pickFolder(services.prompts, connectionId, value);
  return folder === undefined ? undefined : organise(services, targets, folder, 'move', () => undefined);
}

async function organise(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
  folder: FolderTarget,
  mode: 'copy' | 'move',
  onOver: () => void,
): Promise<CommandOutcome> {
  const plan = planOrganise(targets, folder, mode);
  switch (plan.kind) {
    case 'nothing':
      void services.prompts.info(vscode.l10n.t('Everything is in this folder already.'));
      return;
    case 'intoItself':
      void services.prompts.warn(vscode.l10n.t('A folder cannot be copied or moved into itself: "{0}"', plan.prefix));
      return;
    case 'run': {
      const outcome = await runOrganise(services, plan.requests, `${folder.bucket}/${folder.prefix}`);
      if (outcome.kind === 'failed') return outcome.result;
      if (outcome.kind === 'over') onOver();
      return;
    }
  }
}
