import * as vscode from '../ui/vscode';
import { objectKey, type TransferId } from '../../model/ids';
import { objectUri } from '../../model/objectUri';
import { isFinal, type TransferSnapshot } from '../../model/transferState';
import { localPathOf, remotePlaceOf } from './places';
import { canCancel, canOpen } from './rowText';
import type { CommandOutcome, CommandServices, CommandTable } from '../command/command';

type Targets = readonly TransferSnapshot[];

/** Commands on transfers that exist. */
export const transferRowCommands = {
  'ibmcos.transfer.pause': {
    target: 'transfers',
    accepts: ({ isOwnedElsewhere, canPause }) => !isOwnedElsewhere && canPause,
    run: ({ transfers }, targets) => transfers.control.pause(idsOf(targets)),
  },
  'ibmcos.transfer.resume': {
    target: 'transfers',
    accepts: ({ isOwnedElsewhere, canResume }) => !isOwnedElsewhere && canResume,
    run: ({ transfers }, targets) => transfers.control.resume(idsOf(targets)),
  },
  'ibmcos.transfer.cancel': {
    target: 'transfers',
    accepts: canCancel,
    asksAlways: true,
    run: ({ transfers }, targets) => transfers.control.cancel(idsOf(targets)),
  },
  'ibmcos.transfer.retry': {
    target: 'transfers',
    accepts: ({ isOwnedElsewhere, canRetry }) => !isOwnedElsewhere && canRetry,
    run: ({ transfers }, targets) => transfers.control.retry(idsOf(targets)),
  },
  'ibmcos.transfer.remove': {
    target: 'transfers',
    accepts: canRemove,
    asksAlways: true,
    run: ({ transfers }, targets) => transfers.control.remove(idsOf(targets)),
  },
  'ibmcos.transfer.cancelOrRemove': {
    target: 'transfers',
    accepts: (snapshot) => canCancel(snapshot) || canRemove(snapshot),
    run: cancelOrRemove,
  },
  'ibmcos.transfer.revealInOS': {
    target: 'transfers',
    accepts: (snapshot) => localPathOf(snapshot) !== undefined,
    run: revealInOS,
  },
  'ibmcos.transfer.revealInBuckets': {
    target: 'transfers',
    accepts: (snapshot) => remotePlaceOf(snapshot) !== undefined,
    run: revealInBuckets,
  },
  'ibmcos.transfer.open': { target: 'transfers', accepts: canOpen, run: open },
  'ibmcos.transfer.copyReport': {
    target: 'transfers',
    accepts: () => true,
    run: async ({ transferReports }, targets) =>
      vscode.env.clipboard.writeText(targets.map((target) => transferReports.textOf(target)).join('\n')),
  },
  'ibmcos.transfer.showReport': {
    target: 'transfers',
    accepts: () => true,
    run: async ({ transferReports }, targets) => {
      for (const { transferId } of targets) await transferReports.show(transferId);
    },
  },
  'ibmcos.transfer.pauseAll': {
    target: 'none',
    run: async (services) => {
      if (has(services, ({ canPause }) => canPause)) await services.transfers.control.pauseAll();
      else void services.prompts.info(vscode.l10n.t('No transfer is running that could be paused.'));
    },
  },
  'ibmcos.transfer.resumeAll': {
    target: 'none',
    run: async (services) => {
      if (has(services, ({ canResume }) => canResume)) await services.transfers.control.resumeAll();
      else void services.prompts.info(vscode.l10n.t('No transfer is paused.'));
    },
  },
  'ibmcos.transfer.clearFinished': {
    target: 'none',
    run: async (services) => {
      if (has(services, ({ state }) => isFinal(state))) await services.transfers.control.clearFinished();
      else void services.prompts.info(vscode.l10n.t('No transfer has ended; there is nothing to clear.'));
    },
  },
} satisfies CommandTable;

/** Whether there is a transfer of this window in some state. */
function has({ transfers }: CommandServices, isIt: (snapshot: TransferSnapshot) => boolean): boolean {
  return transfers.mirror.list().some((snapshot) => snapshot.isOwnedElsewhere !== true && isIt(snapshot));
}

function idsOf(targets: Targets): readonly TransferId[] {
  return targets.map(({ transferId }) => transferId);
}

function canRemove({ state, isOwnedElsewhere }: TransferSnapshot): boolean {
  return !isOwnedElsewhere && isFinal(state);
}

/** A key is pressed by mistake more easily than a button: what still moves is cancelled after a question only. */
async function cancelOrRemove({ prompts, transfers }: CommandServices, targets: Targets): Promise<void> {
  const moving = targets.filter(canCancel);
  if (moving.length > 0) {
    const cancel = moving.length === 1 ? vscode.l10n.t('Cancel Transfer') : vscode.l10n.t('Cancel Transfers');
    const question =
      moving.length === 1
        ? vscode.l10n.t('Cancel the transfer "{0}"?', moving[0]?.title ?? '')
        : vscode.l10n.t('Cancel {0} transfers?', moving.length);
    const detail = vscode.l10n.t('What has not arrived as a whole is discarded. Pause keeps it.');
    if ((await prompts.confirm(question, detail, cancel)) !== cancel) return;
  }
  await Promise.all([
    transfers.control.cancel(idsOf(moving)),
    transfers.control.remove(idsOf(targets.filter(canRemove))),
  ]);
}

async function revealInOS(_services: CommandServices, [target]: Targets): Promise<void> {
  const fsPath = target === undefined ? undefined : localPathOf(target);
  if (fsPath !== undefined) await vscode.commands.executeCommand('revealFileInOS', vscode.Uri.file(fsPath));
}

async function revealInBuckets({ view }: CommandServices, [target]: Targets): Promise<CommandOutcome> {
  const place = target === undefined ? undefined : remotePlaceOf(target);
  if (target === undefined || place === undefined) return undefined;
  return view.reveal({ connectionId: target.connectionId, ...place });
}

/** Opens what arrived: the file of a download, the object of an upload or copy. */
async function open({ engine, documents }: CommandServices, targets: Targets): Promise<CommandOutcome> {
  for (const target of targets) {
    const fsPath = target.kind === 'download' ? localPathOf(target) : undefined;
    if (fsPath !== undefined) {
      await vscode.commands.executeCommand('vscode.open', vscode.Uri.file(fsPath));
      continue;
    }
    const place = remotePlaceOf(target);
    if (place === undefined) continue;
    const object = { connectionId: target.connectionId, bucket: place.bucket, key: objectKey(place.key) };
    const found = await engine.send('objects/head', object);
    if (!found.ok) return found;
    documents.noteExists(object);
    const uri = vscode.Uri.from(objectUri(object.connectionId, object.bucket, object.key));
    await vscode.commands.executeCommand('vscode.open', uri, { preview: targets.length === 1 });
  }
  return undefined;
}
