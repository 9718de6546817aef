import * as vscode from '../ui/vscode';
import type { Connection } from '../../model/connection';
import { takesRootKey } from '../../model/rootKey';
import type { CommandServices } from '../command/command';
import type { StepAnswer, StepPlace } from '../services';
import { formatBytes } from '../ui/format';
import type { Step } from '../ui/steps';
import { askLock, askQuota, askRetention } from './askOptions';
import { askRootKey, rootKeySentence } from './askRootKey';
import { locationsFor } from './bucketPlaces';
import {
  lockText,
  optionLines,
  permanentLines,
  placeText,
  retentionText,
  type BucketBasics,
  type BucketOptions,
} from './newBucket';

/** What was chosen so far. It outlives a way back to the questions before. */
export interface ChosenOptions {
  value: BucketOptions;
}

type Act = 'create' | 'encryption' | 'versioning' | 'lock' | 'retention' | 'quota';
type Row = vscode.QuickPickItem & { readonly act?: Act };

/** The last step: shows what would be created, takes further choices, and answers once it is to be created. */
export function reviewStep(
  services: CommandServices,
  connection: Connection,
  chosen: ChosenOptions,
): Step<BucketBasics> {
  return {
    ask: async (basics, at): Promise<StepAnswer<BucketBasics>> => {
      let active = '';
      for (;;) {
        const rows = rowsOf(connection, basics, chosen.value);
        const placeHolder = vscode.l10n.t('Create the bucket, or choose more for it');
        const answer = await services.prompts.pickStep(rows, { placeHolder, activeLabel: active }, at);
        if (answer.kind !== 'value') return answer;
        const { act, label } = answer.value;
        active = label;
        if (act === 'create') {
          if (await mayCreate(services, basics, chosen.value)) return { kind: 'value', value: basics };
        } else if (act !== undefined) {
          const change = await askFor(act, services, { connection, basics, options: chosen.value, at });
          chosen.value = { ...chosen.value, ...change };
        }
      }
    },
  };
}

function rowsOf(connection: Connection, basics: BucketBasics, options: BucketOptions): readonly Row[] {
  const t = vscode.l10n.t;
  const isIbm = locationsFor(connection).length > 0;
  const place = placeText(basics);
  const create: Row = {
    icon: 'check',
    label: t('Create Bucket "{0}"', basics.name),
    ...(place === '' ? {} : { description: place }),
    act: 'create',
  };
  const { rootKey, isVersioned, lock, retention, quotaBytes } = options;
  const versions = lock === undefined ? (isVersioned === true ? t('on') : t('off')) : t('on, as Object Lock needs it');
  const replaced = isVersioned === true || lock !== undefined;
  return [
    create,
    { label: t('More options'), kind: vscode.QuickPickItemKind.Separator },
    ...(isIbm && (basics.location === undefined || takesRootKey(basics.location) || rootKey !== undefined)
      ? [
          {
            label: t('Encryption'),
            description: rootKey === undefined ? t('with keys of the service') : t('with root key "{0}"', rootKey.name),
            act: 'encryption' as const,
          },
        ]
      : []),
    { label: t('Versioning'), description: versions, act: 'versioning' },
    { label: t('Object Lock'), description: lock === undefined ? t('off') : lockText(lock, t), act: 'lock' },
    ...(isIbm
      ? [
          {
            label: t('Retention Policy'),
            description:
              retention !== undefined
                ? retentionText(retention, t)
                : replaced
                  ? t('none; one would replace versioning and Object Lock')
                  : t('none'),
            act: 'retention' as const,
          },
        ]
      : []),
    ...(connection.kind === 'iam'
      ? [
          {
            label: t('Quota'),
            description: quotaBytes === undefined ? t('none') : formatBytes(quotaBytes),
            act: 'quota' as const,
          },
        ]
      : []),
  ];
}

interface Asked {
  readonly connection: Connection;
  readonly basics: BucketBasics;
  readonly options: BucketOptions;
  readonly at: StepPlace;
}

/** Asks for one of the options. A retention policy goes with neither versioning nor Object Lock (features-map §D). */
async function askFor(
  act: Exclude<Act, 'create'>,
  services: CommandServices,
  { connection, basics, options }: Asked,
): Promise<BucketOptions | undefined> {
  const { prompts } = services;
  switch (act) {
    case 'encryption': {
      const title = vscode.l10n.t('Create Bucket: Encryption');
      const { id: connectionId } = connection;
      const place = { connectionId, title, location: basics.location, canList: connection.kind === 'iam' };
      return await askRootKey(services, place, options.rootKey);
    }
    case 'versioning':
      if (options.lock !== undefined) return undefined;
      return options.isVersioned === true ? { isVersioned: undefined } : { isVersioned: true, retention: undefined };
    case 'lock': {
      const answer = await askLock(prompts, options.lock);
      return answer?.lock === undefined ? answer : { ...answer, retention: undefined };
    }
    case 'retention': {
      const answer = await askRetention(prompts, options.retention);
      return answer?.retention === undefined ? answer : { ...answer, isVersioned: undefined, lock: undefined };
    }
    case 'quota':
      return await askQuota(prompts, options.quotaBytes);
  }
}

/** What cannot be taken back is confirmed, with everything that was chosen. */
async function mayCreate({ prompts }: CommandServices, basics: BucketBasics, options: BucketOptions): Promise<boolean> {
  const t = vscode.l10n.t;
  const problem = keyProblem(basics, options);
  if (problem !== undefined) {
    void prompts.error(problem);
    return false;
  }
  const permanent = permanentLines(options, t);
  if (permanent.length === 0) return true;
  const button = t('Create Bucket');
  const lines = [placeText(basics), ...optionLines(options, t), '', ...permanent];
  return (await prompts.confirm(t('Create the bucket "{0}"?', basics.name), lines.join('\n'), button)) === button;
}

/** The location may have been changed after the key was chosen. */
function keyProblem({ location }: BucketBasics, { rootKey }: BucketOptions): string | undefined {
  if (rootKey === undefined) return undefined;
  if (location !== undefined && !takesRootKey(location)) {
    return vscode.l10n.t('Buckets at a single site have no root key. Choose another location, or no root key.');
  }
  return rootKeySentence(rootKey.crn, location);
}
