import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import { bucketName, objectKey, type ConnectionId } from '../../model/ids';
import { dropExtraBucket } from './extraBuckets';
import type { CommandServices, CommandTable } from '../command/command';
import type { BucketTarget } from '../command/targets';

/** Commands on buckets. */
export const bucketCommands = {
  'ibmcos.bucket.create': {
    target: 'connection',
    effect: 'writes',
    run: async (services, { connectionId }) => (await import('./createBucket')).createBucket(services, connectionId),
  },
  'ibmcos.bucket.empty': {
    target: 'bucket',
    effect: 'writes',
    run: async (services, bucket) => (await import('./emptyBucket')).emptyBucket(services, bucket),
  },
  'ibmcos.bucket.delete': {
    target: 'bucket',
    effect: 'writes',
    run: async (services, bucket) => (await import('./emptyBucket')).deleteBucket(services, bucket),
  },
  'ibmcos.bucket.addByName': {
    target: 'connection',
    effect: 'reads',
    run: (services, { connectionId }) => addByName(services, connectionId),
  },
  'ibmcos.bucket.hide': { target: 'bucket', effect: 'reads', run: hide },
  'ibmcos.bucket.copyName': {
    target: 'bucket',
    effect: 'reads',
    run: async (_services, { bucket }) => {
      await vscode.env.clipboard.writeText(bucket);
    },
  },
} satisfies CommandTable;

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
  await dropExtraBucket(services, target);
  services.view.forgetBucket(target.connectionId, target.bucket);
}
