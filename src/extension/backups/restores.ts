import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from '../ui/vscode';
import { bucketCrnLike, type BackupRestore, type RecoveryRange } from '../../model/backup';
import { bucketName, objectKey, type ConnectionId } from '../../model/ids';
import type { CommandOutcome, CommandServices } from '../command/command';
import { pickBucket } from '../command/pickTarget';
import { formatMoment } from '../ui/format';
import { localMoment, readLocalMoment } from '../versions/versionCommands';
import { bucketText, rangeText, restoreText } from './backupTexts';
import { momentsOf, timelineBar } from './moments';

/** Between two looks at a restore that runs. */
const pauseMs = 2000;

/** A vault of a connection. */
export interface VaultRef {
  readonly connectionId: ConnectionId;
  readonly vault: string;
}

/** Asks for a moment of a backup and a bucket, and puts what was there into the bucket's history. */
export async function startRestore(
  services: CommandServices,
  { connectionId, vault }: VaultRef,
  range: RecoveryRange,
): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const title = vscode.l10n.t('Restore from the Backup of "{0}"', bucketText(range.sourceCrn));
  const pointInTimeMs = await pickMoment(services, title, range);
  if (pointInTimeMs === undefined) return;
  const target = await pickBucket(services, connectionId);
  if (target === undefined || !target.ok) return target;
  const targetCrn = bucketCrnLike(range.sourceCrn, target.value);
  if (targetCrn === undefined) return;
  const button = vscode.l10n.t('Restore');
  const question = vscode.l10n.t(
    'Restore "{0}" as of {1} into the bucket "{2}"?',
    bucketText(range.sourceCrn),
    formatMoment(pointInTimeMs),
    target.value,
  );
  const detail = vscode.l10n.t(
    'The objects land in the history of the bucket, which must keep versions. Nothing there is deleted or overwritten. A restore cannot be stopped.',
  );
  if ((await prompts.confirm(question, detail, button)) !== button) return;
  const started = await engine.send('backups/startRestore', {
    connectionId,
    vault,
    rangeId: range.id,
    pointInTimeMs,
    targetCrn,
  });
  if (!started.ok) return started;
  services.view.refreshBackups(connectionId);
  return await followRestore(services, { connectionId, vault, restoreId: started.value.id });
}

/** Offers moments of a range on its timeline, and a date and time to be typed. */
async function pickMoment(
  { prompts }: CommandServices,
  title: string,
  range: RecoveryRange,
): Promise<number | undefined> {
  const items: readonly (vscode.QuickPickItem & { readonly atMs?: number })[] = [
    ...momentsOf(range, vscode.l10n.t).map(({ name, atMs }) => ({
      label: name,
      description: formatMoment(atMs),
      detail: timelineBar(atMs, range),
      atMs,
    })),
    { label: vscode.l10n.t('Another Moment…'), description: rangeText(range, vscode.l10n.t) },
  ];
  const placeHolder = vscode.l10n.t('Moment to restore');
  const picked = await prompts.pick(items, { title, placeHolder, matchOnDescription: true });
  if (picked === undefined || picked.atMs !== undefined) return picked?.atMs;
  const typed = await prompts.input({
    title,
    prompt: vscode.l10n.t(
      'Date and time in the time of this machine; the backup goes from {0}',
      rangeText(range, vscode.l10n.t),
    ),
    value: localMoment(range.endMs),
    validateInput: (text) => momentProblem(text, range),
  });
  return momentIn(typed, range);
}

/** Shows the progress of a restore until it ends; to stop looking does not stop it. */
export async function followRestore(
  services: CommandServices,
  restore: VaultRef & { readonly restoreId: string },
): Promise<CommandOutcome> {
  const { engine } = services;
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Restoring'),
    cancellable: true,
  };
  const ended = await vscode.window.withProgress(options, async (progress, token) => {
    for (;;) {
      const now = await engine.send('backups/getRestore', restore);
      if (!now.ok) return now;
      if (now.value.status !== 'initializing' && now.value.status !== 'running') return now;
      progress.report({ message: restoreText(now.value, vscode.l10n.t) });
      if (token.isCancellationRequested) return undefined;
      await delay(pauseMs);
    }
  });
  services.view.refreshBackups(restore.connectionId);
  if (ended === undefined || !ended.ok) return ended;
  void tellEnd(services, restore.connectionId, ended.value);
  return;
}

async function tellEnd(
  { prompts, view, changes }: CommandServices,
  connectionId: ConnectionId,
  restore: BackupRestore,
): Promise<void> {
  const bucket = bucketName(bucketText(restore.targetCrn));
  changes.fire({ connectionId, bucket, prefix: '', kind: 'changed' });
  if (restore.status === 'failed') {
    void prompts.error(
      vscode.l10n.t(
        'The restore into "{0}" failed: {1}',
        bucket,
        restore.errorCause ?? vscode.l10n.t('no cause is given'),
      ),
    );
    return;
  }
  const show = vscode.l10n.t('Show Bucket');
  const text = vscode.l10n.t(
    'The restore into "{0}" is complete, as of {1}.',
    bucket,
    formatMoment(restore.pointInTimeMs),
  );
  if ((await prompts.info(text, show)) === show) await view.reveal({ connectionId, bucket, key: objectKey('') });
}

/** A typed moment; the last minute of a range means its end, since seconds are seldom typed. */
function momentIn(text: string | undefined, { startMs, endMs }: RecoveryRange): number | undefined {
  const ms = readLocalMoment(text);
  if (ms === undefined) return undefined;
  const isLastMinute = Math.floor(ms / 60_000) === Math.floor(endMs / 60_000);
  const isFirstMinute = Math.floor(ms / 60_000) === Math.floor(startMs / 60_000);
  if (isLastMinute) return endMs;
  return isFirstMinute ? Math.max(ms, startMs) : ms;
}

function momentProblem(text: string, range: RecoveryRange): string | undefined {
  const ms = momentIn(text, range);
  if (ms === undefined) return vscode.l10n.t('Enter a date and time such as 2026-01-31 14:30.');
  return ms < range.startMs || ms > range.endMs
    ? vscode.l10n.t('The backup goes from {0}.', rangeText(range, vscode.l10n.t))
    : undefined;
}
