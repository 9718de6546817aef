import * as vscode from '../ui/vscode';
import type { CosError, Result } from '../../model/cosError';
import { bucketName, objectKey, type BucketName, type ConnectionId } from '../../model/ids';
import type { CommandOutcome, CommandServices } from '../command/command';
import { listLocations } from '../connections/listLocations';
import { formatBytes } from '../ui/format';
import { askSteps } from '../ui/steps';
import { basicSteps } from './basicSteps';
import type { BucketBasics, BucketOptions } from './newBucket';
import { reviewStep, type ChosenOptions } from './reviewStep';

/** Asks for a new bucket and creates it. Where the service refuses it, everything that was answered can be changed. */
export async function createBucket(services: CommandServices, connectionId: ConnectionId): Promise<CommandOutcome> {
  const connection = services.connections.get(connectionId);
  if (connection === undefined) return;
  const chosen: ChosenOptions = { value: {} };
  const known = listLocations(services.engine, connection.kind === 'iam' ? connection : {});
  const steps = [...basicSteps(services.prompts, connection, known), reviewStep(services, connection, chosen)];
  let state: BucketBasics = { name: '', location: undefined, storageClass: undefined };
  let startAt: 'last' | undefined;
  for (;;) {
    const wanted = await askSteps(vscode.l10n.t('Create Bucket'), steps, state, startAt);
    if (wanted === undefined) return;
    const created = await create(services, connectionId, wanted, chosen.value);
    if (created.ok) {
      await finish(services, { connectionId, bucket: bucketName(wanted.name) }, chosen.value);
      return;
    }
    if (created.error.kind === 'cancelled') return created;
    const change = vscode.l10n.t('Change');
    const answer = await services.prompts.error(services.failures.sentence(created.error), change);
    if (answer !== change) return;
    state = wanted;
    startAt = 'last';
  }
}

async function create(
  { engine }: CommandServices,
  connectionId: ConnectionId,
  { name, location, storageClass }: BucketBasics,
  { rootKey, lock }: BucketOptions,
): Promise<Result<unknown>> {
  return await engine.send('buckets/create', {
    connectionId,
    bucket: bucketName(name),
    ...(location === undefined ? {} : { location: location.code }),
    ...(storageClass === undefined ? {} : { storageClass }),
    ...(rootKey === undefined ? {} : { rootKeyCrn: rootKey.crn }),
    ...(lock === undefined ? {} : { hasObjectLock: true }),
  });
}

interface Bucket {
  readonly connectionId: ConnectionId;
  readonly bucket: BucketName;
}

/** Something that a bucket gets after it was created. */
interface Setting {
  readonly name: string;
  readonly set: () => Promise<Result<unknown>>;
}

interface Progress {
  readonly done: readonly string[];
  readonly failed: readonly { readonly setting: Setting; readonly error: CosError }[];
}

/** Sets up a bucket that is there, and shows it. What fails is told with what was done, and can be tried again. */
async function finish(services: CommandServices, bucket: Bucket, options: BucketOptions): Promise<void> {
  let progress = await setAll(settingsOf(services, bucket, options), []);
  services.view.refreshBuckets(bucket.connectionId);
  await services.view.reveal({ ...bucket, key: objectKey('') });
  const again = vscode.l10n.t('Try Again');
  while (progress.failed.length > 0) {
    if ((await services.prompts.error(progressText(services, bucket, progress), again)) !== again) return;
    progress = await setAll(
      progress.failed.map(({ setting }) => setting),
      progress.done,
    );
  }
}

async function setAll(settings: readonly Setting[], before: readonly string[]): Promise<Progress> {
  const done = [...before];
  const failed: Progress['failed'][number][] = [];
  for (const setting of settings) {
    const answer = await setting.set();
    if (answer.ok) done.push(setting.name);
    else failed.push({ setting, error: answer.error });
  }
  return { done, failed };
}

function progressText({ failures }: CommandServices, { bucket }: Bucket, { done, failed }: Progress): string {
  const missing = failed.map(({ setting, error }) => `${setting.name} (${failures.sentence(error)})`).join(', ');
  return done.length === 0
    ? vscode.l10n.t('The bucket "{0}" was created, but without: {1}', bucket, missing)
    : vscode.l10n.t('The bucket "{0}" was created with {1}, but without: {2}', bucket, done.join(', '), missing);
}

function settingsOf({ engine }: CommandServices, bucket: Bucket, options: BucketOptions): readonly Setting[] {
  const { isVersioned, lock, retention, quotaBytes } = options;
  const t = vscode.l10n.t;
  const settings: Setting[] = [];
  // Object Lock has switched versioning on.
  if (isVersioned === true && lock === undefined) {
    const params = { ...bucket, state: 'enabled' } as const;
    settings.push({ name: t('versioning'), set: () => engine.send('versioning/put', params) });
  }
  const defaultRetention = lock?.defaultRetention ?? null;
  if (defaultRetention !== null) {
    const params = { ...bucket, defaultRetention };
    settings.push({ name: t('the default of Object Lock'), set: () => engine.send('objectLock/put', params) });
  }
  if (retention !== undefined) {
    const params = { ...bucket, policy: retention };
    settings.push({ name: t('the retention policy'), set: () => engine.send('bucketProtection/put', params) });
  }
  if (quotaBytes !== undefined) {
    const name = t('the quota of {0}', formatBytes(quotaBytes));
    settings.push({ name, set: () => engine.send('bucketConfig/setQuota', { ...bucket, quotaBytes }) });
  }
  return settings;
}
