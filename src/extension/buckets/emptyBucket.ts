import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { BucketCensus } from '../../protocol/emptying';
import type { CommandOutcome, CommandServices } from '../command/command';
import type { BucketTarget } from '../command/targets';
import { emptyQuestion, isEmptyBucket } from './censusText';
import { dropExtraBucket } from './extraBuckets';

/** Of each kind, more are said to be more. */
const countLimit = 10_000;

/** Deletes everything in a bucket, after counting it and asking for its name. */
export async function emptyBucket(services: CommandServices, target: BucketTarget): Promise<CommandOutcome> {
  const census = await takeCensus(services, target);
  if (!census.ok) return census;
  if (isEmptyBucket(census.value)) {
    void services.prompts.info(vscode.l10n.t('The bucket "{0}" is empty.', target.bucket));
    return;
  }
  return await emptyFull(services, target, census.value, false);
}

/** Deletes a bucket; one that holds something together with everything in it, after asking for its name. */
export async function deleteBucket(services: CommandServices, target: BucketTarget): Promise<CommandOutcome> {
  const census = await takeCensus(services, target);
  // Who may not list can still delete an empty bucket.
  if (!census.ok && census.error.kind !== 'denied') return census;
  if (census.ok && !isEmptyBucket(census.value)) return await emptyFull(services, target, census.value, true);
  const button = vscode.l10n.t('Delete Bucket');
  const question = vscode.l10n.t('Delete the bucket "{0}"?', target.bucket);
  const detail = vscode.l10n.t('This cannot be undone. Its name may be taken by somebody else afterwards.');
  if ((await services.prompts.confirm(question, detail, button)) !== button) return;
  const answer = await services.engine.send('buckets/delete', target);
  if (!answer.ok) return answer;
  await forget(services, target);
  services.changes.fire({ ...target, prefix: '', kind: 'deleted' });
  return;
}

function takeCensus({ engine }: CommandServices, target: BucketTarget): Promise<Result<BucketCensus>> {
  const title = vscode.l10n.t('Counting what is in the bucket "{0}"', target.bucket);
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return Promise.resolve(
    vscode.window.withProgress(options, async (_progress, token) =>
      engine.send('buckets/census', { ...target, limit: countLimit }, token),
    ),
  );
}

async function emptyFull(
  services: CommandServices,
  target: BucketTarget,
  census: BucketCensus,
  isDeleted: boolean,
): Promise<CommandOutcome> {
  const { prompts, transfers } = services;
  if (census.runningUploads > 0) {
    void prompts.warn(
      vscode.l10n.t('An upload into the bucket "{0}" is running. Wait for it, or cancel it first.', target.bucket),
    );
    return;
  }
  const { message, detail } = emptyQuestion(target.bucket, census, isDeleted, vscode.l10n.t);
  const button = isDeleted ? vscode.l10n.t('Delete Everything and the Bucket…') : vscode.l10n.t('Delete Everything…');
  // Only where it takes long from here is it worth the days that the service takes.
  const byService = vscode.l10n.t('Let the Service Delete It…');
  const buttons = census.isComplete ? [button] : [button, byService];
  const lines = census.isComplete ? [detail] : [detail, '', byServiceText(census)];
  const answer = await prompts.confirm(message, lines.join('\n'), ...buttons);
  if (answer === undefined || !(await isNameTyped(services, target, message))) return;
  if (answer === byService) return await expireEverything(services, target, census);
  const run = await transfers.run({
    kind: 'empty',
    ...target,
    hasVersions: census.versioning !== 'never',
    isLocked: census.mechanism === 'objectLock',
    deleteBucket: isDeleted,
  });
  if (!run.ok) return run;
  if (isDeleted && run.value.state === 'done') await forget(services, target);
  return;
}

function byServiceText({ versioning }: BucketCensus): string {
  const how = vscode.l10n.t(
    'Deleting so much from here takes long. The service can do it by itself: lifecycle rules let everything expire a day after it was written. It works once a day, after midnight UTC, and deletes what is written meanwhile, too.',
  );
  return versioning === 'never'
    ? how
    : `${how} ${vscode.l10n.t('With versions it takes about three days until nothing is left.')}`;
}

/** Lets the service empty a bucket, which can be deleted afterwards, and says how to stop it. */
async function expireEverything(
  services: CommandServices,
  target: BucketTarget,
  { versioning }: BucketCensus,
): Promise<CommandOutcome> {
  const set = await services.engine.send('buckets/expireEverything', {
    ...target,
    hasVersions: versioning !== 'never',
  });
  if (!set.ok) return set;
  void tellOfRules(services, target);
  return;
}

async function tellOfRules(services: CommandServices, target: BucketTarget): Promise<void> {
  const open = vscode.l10n.t('Open Lifecycle');
  const text = vscode.l10n.t(
    'The service deletes everything in "{0}" by itself from tomorrow on, also what is written later, as long as the rules "delete-everything" are in its lifecycle. Delete the bucket once it is empty.',
    target.bucket,
  );
  if ((await services.prompts.info(text, open)) !== open) return;
  const { openConfiguration } = await import('../configuration/openDocuments');
  const opened = await openConfiguration(services, { kind: 'bucket', ...target, topic: 'lifecycle' });
  if (!opened.ok) void services.failures.report(opened.error, { connectionId: target.connectionId });
}

/** A click is easily made; the name of a bucket is not typed by mistake. */
async function isNameTyped({ prompts }: CommandServices, { bucket }: BucketTarget, title: string): Promise<boolean> {
  const typed = await prompts.input({
    title,
    prompt: vscode.l10n.t('Type the name of the bucket to delete everything in it: {0}', bucket),
    validateInput: (text) =>
      text.trim() === bucket ? undefined : vscode.l10n.t('This is not the name of the bucket, "{0}".', bucket),
  });
  return typed?.trim() === bucket;
}

async function forget(services: CommandServices, target: BucketTarget): Promise<void> {
  await dropExtraBucket(services, target);
  services.view.forgetBucket(target.connectionId, target.bucket);
}
