import * as vscode from '../ui/vscode';
import type { CosError } from '../../model/cosError';
import type { ReplicationFailure } from '../../model/replication';
import type { CommandOutcome, CommandServices } from '../command/command';
import type { BucketTarget } from '../command/targets';
import { failurePages } from '../pages';
import { formatMoment } from '../ui/format';
import { failureText, failuresReport } from './failureTexts';

/** Shows what of a bucket was not replicated, and lets the service try again. */
export async function showReplicationFailures(
  services: CommandServices,
  target: BucketTarget,
): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const page = await engine.send('replication/listFailures', target);
  if (!page.ok) return page;
  const { failures, nextToken } = page.value;
  if (failures.length === 0) {
    void prompts.info(vscode.l10n.t('Nothing of "{0}" failed to be replicated.', target.bucket));
    return;
  }
  const items: readonly (vscode.QuickPickItem & { readonly act?: 'reattempt' | 'report' })[] = [
    { icon: 'refresh', label: vscode.l10n.t('Try All Again'), act: 'reattempt' },
    { icon: 'list-flat', label: vscode.l10n.t('Open as a Report'), act: 'report' },
    ...failures.map((failure) => ({
      label: failure.key,
      description: failure.cause ?? '',
      detail: failureText(failure, vscode.l10n.t),
    })),
  ];
  const placeHolder =
    nextToken === undefined
      ? vscode.l10n.t('Versions of "{0}" that were not replicated: {1}', target.bucket, failures.length)
      : vscode.l10n.t('More than {0} versions of "{1}" were not replicated', failures.length, target.bucket);
  const chosen = await prompts.pick(items, { placeHolder, matchOnDescription: true });
  switch (chosen?.act) {
    case 'reattempt':
      return await reattemptReplication(services, target);
    case 'report':
      return await openReport(services, target, failures, nextToken);
    case undefined:
      return;
  }
}

/** Lets the service try again to replicate what failed. */
export async function reattemptReplication(
  { engine, prompts }: CommandServices,
  target: BucketTarget,
): Promise<CommandOutcome> {
  const answer = await engine.send('replication/reattempt', target);
  if (!answer.ok) return answer;
  if (answer.value.kind === 'notReplicated') {
    void prompts.info(
      vscode.l10n.t('"{0}" has no replication rules, so there is nothing to try again.', target.bucket),
    );
    return;
  }
  const { scheduledAtMs } = answer.value;
  const text =
    scheduledAtMs === undefined
      ? vscode.l10n.t('The service tries again to replicate what failed in "{0}".', target.bucket)
      : vscode.l10n.t(
          'The service tries again to replicate what failed in "{0}", scheduled for {1}.',
          target.bucket,
          formatMoment(scheduledAtMs),
        );
  void prompts.info(text);
}

/** All of them, with those of the pages that follow. */
async function openReport(
  { engine, failures }: CommandServices,
  target: BucketTarget,
  first: readonly ReplicationFailure[],
  nextToken: string | undefined,
): Promise<CommandOutcome> {
  const title = vscode.l10n.t('Reading what was not replicated of "{0}"', target.bucket);
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  const read = await vscode.window.withProgress(options, async (_progress, token) => {
    const found = [...first];
    let error: CosError | undefined;
    for await (const page of nextToken === undefined ? [] : failurePages(engine, target, nextToken, token)) {
      if (token.isCancellationRequested) break;
      if (!page.ok) error = page.error;
      else found.push(...page.value.failures);
    }
    return { found, isCancelled: token.isCancellationRequested, error };
  });
  if (read.isCancelled) return;
  const stopped = read.error === undefined ? undefined : failures.sentence(read.error);
  const content = failuresReport(target.bucket, read.found, stopped, vscode.l10n.t);
  await vscode.window.showTextDocument(await vscode.workspace.openText(content), { preview: true });
}
