import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import { bucketName, keyProblem, objectKey, type BucketName, type ConnectionId } from '../../model/ids';
import type { BucketSummary } from '../../model/objectInfo';
import type { CommandServices } from './command';
import type { TargetTypes } from './targets';

/** Lets a person choose what a command works on. Undefined when they gave up. */
export async function pickTarget(
  kind: Exclude<keyof TargetTypes, 'none' | 'node' | 'anyNode' | 'uploads' | 'localFiles' | 'transfers'>,
  services: CommandServices,
): Promise<Result<TargetTypes[keyof TargetTypes]> | undefined> {
  const connectionId = await pickConnection(services);
  if (connectionId === undefined) return undefined;
  if (kind === 'connection') return { ok: true, value: { connectionId } };
  const bucket = await pickBucket(services, connectionId);
  if (bucket === undefined || !bucket.ok) return bucket;
  const target = { connectionId, bucket: bucket.value };
  switch (kind) {
    case 'bucket':
      return { ok: true, value: target };
    case 'folder': {
      const prefix = await askPrefix(services, target.bucket);
      return prefix === undefined ? undefined : { ok: true, value: { ...target, prefix } };
    }
    case 'object':
    case 'objects': {
      const key = await askKey(services, target.bucket);
      if (key === undefined) return undefined;
      if (kind === 'object') return { ok: true, value: { ...target, key: objectKey(key) } };
      const isFolder = key.endsWith('/');
      const keys = isFolder ? [] : [objectKey(key)];
      return { ok: true, value: [{ ...target, keys, prefixes: isFolder ? [key] : [] }] };
    }
  }
}

/** Whether there is a connection to work with. Without any, offers to add one: before anything else is asked in vain. */
export async function hasConnection({ connections, prompts }: CommandServices): Promise<boolean> {
  if (connections.list().length > 0) return true;
  const add = vscode.l10n.t('Add Connection…');
  const start = vscode.l10n.t('Start Local Object Storage');
  const text = vscode.l10n.t('There is no connection yet. Add one, or try the storage of this machine.');
  const answer = await prompts.info(text, add, start);
  if (answer === add) await vscode.commands.executeCommand('ibmcos.connection.add');
  if (answer === start) await vscode.commands.executeCommand('ibmcos.localServer.start');
  return false;
}

/** The connection to use: the only one, or the one chosen. Without any, offers to add one. */
export async function pickConnection(services: CommandServices): Promise<ConnectionId | undefined> {
  if (!(await hasConnection(services))) return undefined;
  const { connections, prompts } = services;
  const all = connections.list();
  if (all.length === 1) return all[0]?.id;
  const items = all.map(({ id, name, endpoint }) => ({ label: name, description: endpoint, id }));
  return (await prompts.pick(items, { placeHolder: vscode.l10n.t('Choose a connection') }))?.id;
}

/** A bucket of the list, or one whose name is typed, since not everybody may list buckets. */
export async function pickBucket(
  { engine, prompts }: CommandServices,
  connectionId: ConnectionId,
): Promise<Result<BucketName> | undefined> {
  const cancellation = new vscode.CancellationTokenSource();
  const listing = engine.send('buckets/list', { connectionId }, cancellation.token);
  const byName = { icon: 'edit', label: vscode.l10n.t('Type a bucket name…'), bucket: undefined };
  const items = listing.then((answer) => {
    const buckets: readonly BucketSummary[] = answer.ok ? answer.value : [];
    return [
      ...buckets.map((bucket) => ({ label: bucket.name, description: bucket.locationConstraint ?? '', bucket })),
      byName,
    ];
  });
  const chosen = await prompts.pick(items, { placeHolder: vscode.l10n.t('Choose a bucket') });
  cancellation.cancel();
  cancellation.dispose();
  if (chosen === undefined) return undefined;
  if (chosen.bucket !== undefined) return { ok: true, value: chosen.bucket.name };
  const typed = await prompts.input({
    prompt: vscode.l10n.t('Name of the bucket'),
    validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('Enter the name of a bucket.') : undefined),
  });
  return typed === undefined ? undefined : { ok: true, value: bucketName(typed.trim()) };
}

function askPrefix({ prompts }: CommandServices, bucket: BucketName): Promise<string | undefined> {
  return prompts.input({
    prompt: vscode.l10n.t('Folder within "{0}", ending in "/"; empty for the bucket itself', bucket),
    validateInput: (text) => (text === '' || text.endsWith('/') ? undefined : vscode.l10n.t('A folder ends in "/".')),
  });
}

function askKey({ prompts }: CommandServices, bucket: BucketName): Promise<string | undefined> {
  return prompts.input({
    prompt: vscode.l10n.t('Key of the object in "{0}"', bucket),
    validateInput: (text) => keySentence(text),
  });
}

/** Why a text cannot be a key, in words. */
export function keySentence(text: string): string | undefined {
  switch (keyProblem(text)) {
    case 'empty':
      return vscode.l10n.t('Enter a key.');
    case 'tooLong':
      return vscode.l10n.t('A key has at most 1,024 bytes in UTF-8.');
    case 'notUnicode':
      return vscode.l10n.t('The text holds half of a character; a key must be valid Unicode.');
    case undefined:
      return undefined;
  }
}
