import type { CosError } from '../../model/cosError';
import type { UndoneDeletion } from '../../protocol/requests';
import type { CommandOutcome, CommandServices } from '../command/command';
import type { DeletionRun, LastDelete } from '../command/lastDelete';
import { plain } from '../ui/gate/plain';
import * as vscode from '../ui/vscode';

/** Brings back what the last deletion of this window deleted: removes the delete markers that it made. */
export async function undoDelete(services: CommandServices, last: LastDelete | undefined): Promise<CommandOutcome> {
  const { prompts, deletes } = services;
  switch (last?.kind) {
    case undefined:
      void prompts.info(vscode.l10n.t('Nothing was deleted in this window that could be brought back.'));
      return;
    case 'undone':
      void prompts.info(impossible(vscode.l10n.t('it has been undone already.')));
      return;
    case 'permanent':
      void prompts.info(impossible(vscode.l10n.t('what it deleted is permanently gone.')));
      return;
    case 'transfers':
      break;
  }
  const undone: UndoneDeletion[] = [];
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Bringing objects back'),
    cancellable: true,
  };
  const failed = await vscode.window.withProgress(options, async (_progress, token) => {
    for (const run of last.runs) {
      const answer = await services.engine.send('versions/undoDeletion', { transferId: run.transferId }, token);
      tellChanged(services, run);
      if (!answer.ok) return answer;
      undone.push(answer.value);
    }
    return undefined;
  });
  if (failed !== undefined) return failed;
  const failures = undone.flatMap((one) => (one.kind === 'undone' ? one.failures : []));
  if (failures.length === 0 && undone.some(({ kind }) => kind === 'undone')) deletes.last = { kind: 'undone' };
  const text = undoText(undone);
  if (failures.length === 0) void prompts.info(text);
  else void offerReport(services, text, failures);
  return;
}

function tellChanged({ changes }: CommandServices, { connectionId, bucket }: DeletionRun): void {
  changes.fire({ connectionId, bucket, prefix: '', kind: 'changed' });
}

function impossible(reason: string): string {
  return vscode.l10n.t('The last deletion cannot be undone: {0}', reason);
}

/** What came back, and what did not. */
function undoText(undone: readonly UndoneDeletion[]): string {
  const done = undone.flatMap((one) => (one.kind === 'undone' ? [one] : []));
  const causes = new Set(undone.flatMap((one) => (one.kind === 'impossible' ? [one.cause] : [])));
  const reasons = [...causes].map(causeText);
  if (done.length === 0) return reasons.map(impossible).join(' ');
  const sum = (count: (one: (typeof done)[number]) => number): number => done.reduce((all, one) => all + count(one), 0);
  const there = sum((one) => one.there);
  const hidden = sum((one) => one.hidden);
  const gone = sum((one) => one.withoutMarker);
  const failed = sum((one) => one.failures.length);
  return [
    there === 1 ? vscode.l10n.t('1 object is there again.') : vscode.l10n.t('{0} objects are there again.', there),
    ...(hidden === 0
      ? []
      : [vscode.l10n.t('{0} are still deleted, since another delete marker hides them: Undelete removes it.', hidden)]),
    ...(gone === 0 ? [] : [vscode.l10n.t('{0} are permanently gone: their bucket kept no versions.', gone)]),
    ...(failed === 0 ? [] : [vscode.l10n.t('{0} could not be brought back; Undo Delete tries again.', failed)]),
    ...reasons.map((reason) => vscode.l10n.t('A part cannot be undone: {0}', reason)),
  ].join(' ');
}

function causeText(cause: Extract<UndoneDeletion, { kind: 'impossible' }>['cause']): string {
  switch (cause) {
    case 'noVersions':
      return vscode.l10n.t('the bucket keeps no versions.');
    case 'used':
      return vscode.l10n.t('it has been undone already.');
    case 'notKnown':
      return vscode.l10n.t(
        'the background process of COS Explorer was started anew since. Show Deleted Objects and Undelete bring objects back one by one.',
      );
    case 'tooMany':
      return vscode.l10n.t('it was of more objects than are remembered.');
  }
}

async function offerReport(
  { prompts, failures }: CommandServices,
  text: string,
  failed: readonly { readonly key: string; readonly error: CosError }[],
): Promise<void> {
  const button = vscode.l10n.t('Show Report');
  if ((await prompts.warn(text, button)) !== button) return;
  const lines = failed.map(({ key, error }) => `${plain(key)}\n    ${plain(failures.sentence(error))}`);
  const document = await vscode.workspace.openText(`${text}\n\n${lines.join('\n')}\n`);
  await vscode.window.showTextDocument(document, { preview: true });
}
