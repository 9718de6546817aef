import * as vscode from 'vscode';
import { bucketNameProblem } from '../../model/bucketName';
import type { Connection } from '../../model/connection';
import type { Result } from '../../model/cosError';
import { bucketName, objectKey, type ConnectionId } from '../../model/ids';
import type { Location, LocationKind, StorageClass } from '../../model/location';
import type { Prompts, StepAnswer } from '../services';
import { askSteps, type Step } from '../ui/steps';
import { listLocations } from '../connections/listLocations';
import { classesFor, homeLocation, locationsFor } from './bucketPlaces';
import type { CommandServices, CommandTable } from './command';
import type { BucketTarget } from './targets';

/** Commands on buckets. */
export const bucketCommands = {
  'ibmcos.bucket.create': {
    target: 'connection',
    run: (services, { connectionId }) => create(services, connectionId),
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

interface NewBucket {
  readonly name: string;
  readonly location: Location | undefined;
  readonly storageClass: StorageClass | undefined;
}

async function create(services: CommandServices, connectionId: ConnectionId): Promise<Result<unknown> | undefined> {
  const connection = services.connections.get(connectionId);
  if (connection === undefined) return undefined;
  const known = listLocations(services.engine, connection.kind === 'iam' ? connection : {});
  const steps = newBucketSteps(services.prompts, connection, known);
  const initial: NewBucket = { name: '', location: undefined, storageClass: undefined };
  const wanted = await askSteps(vscode.l10n.t('Create Bucket'), steps, initial);
  if (wanted === undefined) return undefined;
  const bucket = bucketName(wanted.name);
  const answer = await services.engine.send('buckets/create', {
    connectionId,
    bucket,
    ...(wanted.location === undefined ? {} : { location: wanted.location.code }),
    ...(wanted.storageClass === undefined ? {} : { storageClass: wanted.storageClass }),
  });
  if (!answer.ok) return answer;
  services.view.refreshBuckets(connectionId);
  await services.view.reveal({ connectionId, bucket, key: objectKey('') });
  return undefined;
}

function newBucketSteps(
  prompts: Prompts,
  connection: Connection,
  known: Promise<readonly Location[]>,
): readonly Step<NewBucket>[] {
  // What can be chosen is asked for while the person types the name.
  const places = locationsFor(connection);
  return [
    {
      ask: async (state, place) => {
        const options = {
          prompt: vscode.l10n.t('Name of the new bucket, unlike that of any other bucket of anybody'),
          value: state.name,
          validateInput: bucketNameSentence,
        };
        return mapValue(await prompts.inputStep(options, place), (name) => ({ ...state, name }));
      },
    },
    {
      isNeeded: () => places.length > 0,
      ask: async (state, place) => {
        const items = locationsFor(connection, await known).map((location) => ({
          label: location.code,
          description: [location.city, kindText(location.kind)].filter((text) => text !== '').join(' · '),
          location,
        }));
        const options = {
          placeHolder: vscode.l10n.t('Location of the bucket'),
          activeLabel: state.location?.code ?? homeLocation(connection) ?? '',
        };
        const answer = await prompts.pickStep(items, options, place);
        return mapValue(answer, ({ location }) => ({ ...state, location }));
      },
    },
    {
      isNeeded: () => places.length > 0,
      ask: async (state, place) => {
        const classes = state.location === undefined ? [] : classesFor(state.location);
        const items = classes.map((name) => ({ label: name, description: classText(name), name }));
        const options = {
          placeHolder: vscode.l10n.t('Storage class; it cannot be changed later'),
          activeLabel: state.storageClass ?? 'smart',
        };
        const answer = await prompts.pickStep(items, options, place);
        return mapValue(answer, ({ name }) => ({ ...state, storageClass: name }));
      },
    },
  ];
}

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

/** Why a text cannot name a new bucket, in words. */
export function bucketNameSentence(text: string): string | undefined {
  switch (bucketNameProblem(text)) {
    case 'length':
      return vscode.l10n.t('A bucket name has 3 to 63 characters.');
    case 'characters':
      return vscode.l10n.t('A bucket name is made of lower-case letters, digits, "." and "-".');
    case 'ends':
      return vscode.l10n.t('A bucket name starts and ends with a letter or digit.');
    case 'dots':
      return vscode.l10n.t('"." and "-" do not stand next to each other in a bucket name.');
    case 'ipAddress':
      return vscode.l10n.t('A bucket name does not look like an IP address.');
    case 'reservedPrefix':
      return vscode.l10n.t('Names that start with "cosv1-" or "account-" are reserved.');
    case undefined:
      return undefined;
  }
}

function kindText(kind: LocationKind): string {
  switch (kind) {
    case 'crossRegion':
      return vscode.l10n.t('cross-region');
    case 'regional':
      return vscode.l10n.t('regional');
    case 'singleSite':
      return vscode.l10n.t('single site');
  }
}

function classText(name: StorageClass): string {
  switch (name) {
    case 'smart':
      return vscode.l10n.t('priced by how much it is used');
    case 'standard':
      return vscode.l10n.t('for data in frequent use');
    case 'vault':
      return vscode.l10n.t('for data used about once a month');
    case 'cold':
      return vscode.l10n.t('for data used about once a quarter');
    case 'onerate_active':
      return vscode.l10n.t('in service instances of the One-Rate plan only');
  }
}

function mapValue<T, S>(answer: StepAnswer<T>, apply: (value: T) => S): StepAnswer<S> {
  return answer.kind === 'value' ? { kind: 'value', value: apply(answer.value) } : answer;
}
