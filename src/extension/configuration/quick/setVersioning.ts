import * as vscode from '../../ui/vscode';
import type { VersioningState } from '../../../model/objectVersion';
import type { CommandOutcome, CommandServices } from '../../command/command';
import type { BucketTarget } from '../../command/targets';
import { applyQuickly, bucketSubject } from './applyQuickly';

/** Enables or suspends versioning of a bucket. */
export async function setVersioning(services: CommandServices, target: BucketTarget): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const subject = bucketSubject(target, 'versioning');
  const [state, opened] = await Promise.all([
    engine.send('versioning/get', { connectionId: target.connectionId, bucket: target.bucket }),
    engine.send('documents/open', { subject }),
  ]);
  if (!state.ok) return state;
  if (!opened.ok) return opened;
  const items = [
    {
      label: vscode.l10n.t('Enabled'),
      detail: vscode.l10n.t('An overwrite or deletion keeps what was there as a version, which is billed.'),
      versioning: 'enabled',
    },
    {
      label: vscode.l10n.t('Suspended'),
      detail: vscode.l10n.t('No new versions are kept. Those that exist stay.'),
      versioning: 'suspended',
    },
  ] as const;
  const offered = items.filter(({ versioning }) => versioning === 'enabled' || state.value !== 'never');
  const chosen = await prompts.pick(offered, { placeHolder: placeHolderOf(target, state.value) });
  if (chosen === undefined) return;
  return await applyQuickly(services, subject, opened.value, JSON.stringify({ versioning: chosen.versioning }));
}

function placeHolderOf({ bucket }: BucketTarget, state: VersioningState): string {
  switch (state) {
    case 'never':
      return vscode.l10n.t('Versioning: the bucket "{0}" never kept versions', bucket);
    case 'enabled':
      return vscode.l10n.t('Versioning: the bucket "{0}" keeps versions', bucket);
    case 'suspended':
      return vscode.l10n.t('Versioning: suspended for the bucket "{0}"', bucket);
  }
}
