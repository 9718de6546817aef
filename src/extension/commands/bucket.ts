import * as vscode from 'vscode';
import type { Result } from '../../model/cosError';
import { bucketName, objectKey, type ConnectionId } from '../../model/ids';
import type { CommandServices, CommandTable } from './command';
import type { BucketTarget } from './targets';

/** Commands on buckets. */
export const bucketCommands = {
  'ibmcos.bucket.create': {
    target: 'connection',
    run: async (services, { connectionId }) =>
      (await import('../buckets/createBucket')).createBucket(services, connectionId),
  },
  'ibmcos.bucket.delete': { target: 'bucket', run: remove },
  'ibmcos.bucket.addByName': {
    target: 'connection',
    run: (services, { connectionId }) => addByName(services, connectionId),
  },
  'ibmcos.bucket.hide': { target: 'bucket', run: hide },
  'ibmcos.bucket.copyName': {
    target: 'bucket',
    run: async (_services, { bucket }) => {
      await vscode.env.clipboard.writeText(bucket);
    },
  },
} satisfies CommandTable;

/** Refuses a bucket that holds something before asking; only the service knows of versions and unfinished uploads. */
async function remove(services: CommandServices, target: BucketTarget): Promise<Result<unknown> | undefined> {
  const { engine, prompts, view, changes } = services;
  const page = await engine.send('objects/listPage', { ...target, prefix: '', delimiter: '', maxKeys: 1 });
  if (page.ok && page.value.objects.length > 0) {
    const detail = 'the bucket holds objects';
    return {
      ok: false,
      error: {
        kind: 'conflict',
        reason: 'bucketNotEmpty',
        op: 'buckets/delete',
        bucket: target.bucket,
        retry: 'never',
        detail,
      },
    };
  }
  if (!page.ok && page.error.kind !== 'denied') return page;
  const deleteButton = vscode.l10n.t('Delete Bucket');
  const question = vscode.l10n.t('Delete the bucket "{0}"?', target.bucket);
  const detail = vscode.l10n.t('This cannot be undone. Its name may be taken by somebody else afterwards.');
  if ((await prompts.confirm(question, detail, deleteButton)) !== deleteButton) return undefined;
  const answer = await engine.send('buckets/delete', target);
  if (!answer.ok) return answer;
  await dropExtra(services, target);
  view.forgetBucket(target.connectionId, target.bucket);
  changes.fire({ ...target, prefix: '', kind: 'deleted' });
  return undefined;
}

/** Somebody who may not list buckets, nor look them up, may still use one: then it is added on trust. */
async function addByName(services: CommandServices, connectionId: ConnectionId): Promise<Result<unknown> | undefined> {
  const typed = await services.prompts.input({
    prompt: vscode.l10n.t('Name of the bucket to show'),
    validateInput: (text) =>
      /^\s*[^\s/]+\s*$/.test(text) ? undefined : vscode.l10n.t('Enter the name of one bucket, without "/" or blanks.'),
  });
  if (typed === undefined) return undefined;
  const bucket = bucketName(typed.trim());
  const answer = await services.engine.send('buckets/get', { connectionId, bucket });
  if (!answer.ok && answer.error.kind !== 'denied') return answer;
  const connection = services.connections.get(connectionId);
  if (connection === undefined) return undefined;
  const extraBuckets = [...new Set([...(connection.extraBuckets ?? []), bucket])];
  await services.connections.save({ ...connection, extraBuckets });
  return services.view.reveal({ connectionId, bucket, key: objectKey('') });
}

async function hide(services: CommandServices, target: BucketTarget): Promise<undefined> {
  await dropExtra(services, target);
  services.view.forgetBucket(target.connectionId, target.bucket);
}

async function dropExtra({ connections }: CommandServices, { connectionId, bucket }: BucketTarget): Promise<void> {
  const connection = connections.get(connectionId);
  if (connection?.extraBuckets?.includes(bucket) !== true) return;
  const extraBuckets = connection.extraBuckets.filter((name) => name !== bucket);
  await connections.save({ ...connection, extraBuckets });
}
