import * as vscode from '../ui/vscode';
import { readDate } from '../../model/dates';
import { headerNames } from '../../model/headerRules';
import type { UploadOptions } from '../../model/uploadOptions';
import type { CommandOutcome, CommandServices } from '../command/command';
import type { FolderTarget } from '../command/targets';
import type { Prompts, StepAnswer, StepPlace } from '../services';
import { askSteps, type Step } from '../ui/steps';
import {
  finalityOf,
  optionList,
  withEntry,
  withHeader,
  withHold,
  withLock,
  withLockHoldToggled,
  withRetention,
  type OptionRow,
  type ProtectionOffer,
} from './uploadOptionDraft';
import { entryText, headerText, holdText, newRetentionText } from './uploadOptionTexts';
import { uploadUris } from './uploadUris';

const daySeconds = 86_400;

/** What is uploaded: VS Code's dialog chooses one or the other. */
type Sources = 'files' | 'folders';

/** Uploads files or folders whose objects get what is chosen: headers, metadata, tags, and the protection that the bucket has. */
export async function uploadWithOptions(
  services: CommandServices,
  folder: FolderTarget,
  sources: Sources,
): Promise<CommandOutcome> {
  const { prompts } = services;
  const place = `${folder.bucket}/${folder.prefix}`;
  const uris = await prompts.openFiles({
    canSelectFiles: sources === 'files',
    canSelectFolders: sources === 'folders',
    canSelectMany: true,
    openLabel: vscode.l10n.t('Choose Options…'),
    title: vscode.l10n.t('Upload to "{0}"', place),
  });
  if (uris === undefined || uris.length === 0) return;
  if (uris.some(({ scheme }) => scheme !== 'file')) {
    void prompts.error(
      vscode.l10n.t('Only what is on the machine that runs the extension can be uploaded with options.'),
    );
    return;
  }
  const offer = await offerOf(services, folder);
  const what = sourcesText(uris, sources);
  const options = await askUploadOptions(prompts, vscode.l10n.t('Upload to "{0}"', place), what, offer);
  if (options === undefined) return;
  const finality = finalityOf(options, vscode.l10n.t);
  if (finality !== undefined) {
    const button = vscode.l10n.t('Upload and Protect');
    const question = vscode.l10n.t('Upload {0} to "{1}"?', what, place);
    const detail = `${finality} ${vscode.l10n.t('This cannot be undone.')}`;
    if ((await prompts.confirm(question, detail, button)) !== button) return;
  }
  return uploadUris(services, folder, uris, options);
}

function sourcesText(uris: readonly vscode.Uri[], sources: Sources): string {
  const [only, ...others] = uris;
  if (only === undefined || others.length > 0) {
    return sources === 'files' ? vscode.l10n.t('{0} files', uris.length) : vscode.l10n.t('{0} folders', uris.length);
  }
  return `"${only.path.slice(only.path.lastIndexOf('/') + 1)}"`;
}

/** What cannot be asked (a missing role, a service without it) is not offered. */
async function offerOf({ engine }: CommandServices, { connectionId, bucket }: FolderTarget): Promise<ProtectionOffer> {
  const [protection, lock] = await Promise.all([
    engine.send('bucketProtection/get', { connectionId, bucket }),
    engine.send('objectLock/get', { connectionId, bucket }),
  ]);
  if (protection.ok && protection.value.kind === 'retention') return protection.value;
  if (!lock.ok || lock.value.kind !== 'enabled') return { kind: 'none' };
  const { defaultRetention } = lock.value;
  return { kind: 'objectLock', ...(defaultRetention === undefined ? {} : { defaultRetention }) };
}

interface Draft {
  readonly options: UploadOptions;
  readonly row?: OptionRow;
  /** How long, where a row asks for that first. */
  readonly way?: Way;
}

type Way = 'default' | 'until' | 'days' | 'indefinite' | 'permanent' | 'GOVERNANCE' | 'COMPLIANCE';

/**
 * Shows the options as a list, asks for one after the other as they are chosen, and answers with all of them once the upload
 * itself is chosen. Undefined when the person gave up; back leads from a question to the list.
 */
export async function askUploadOptions(
  prompts: Prompts,
  title: string,
  files: string,
  offer: ProtectionOffer,
): Promise<UploadOptions | undefined> {
  let draft: Draft | undefined = { options: {} };
  do {
    draft = await askSteps(title, stepsOf(prompts, files, offer), { options: draft.options });
  } while (draft !== undefined && draft.row?.kind !== 'upload');
  return draft?.options;
}

function stepsOf(prompts: Prompts, files: string, offer: ProtectionOffer): readonly Step<Draft>[] {
  return [
    { ask: (draft, place) => askRow(prompts, files, offer, draft, place) },
    {
      isNeeded: ({ row }) => row?.kind === 'retention' || row?.kind === 'lock',
      ask: (draft, place) => askWay(prompts, offer, draft, place),
    },
    {
      isNeeded: ({ row, way }) => isText(row) || way === 'until' || way === 'days' || isMode(way),
      ask: (draft, place) => askText(prompts, offer, draft, place),
    },
  ];
}

function isText(row: OptionRow | undefined): boolean {
  return row?.kind === 'header' || row?.kind === 'metadata' || row?.kind === 'tag' || row?.kind === 'hold';
}

function isMode(way: Way | undefined): way is 'GOVERNANCE' | 'COMPLIANCE' {
  return way === 'GOVERNANCE' || way === 'COMPLIANCE';
}

async function askRow(
  prompts: Prompts,
  files: string,
  offer: ProtectionOffer,
  { options }: Draft,
  place: StepPlace,
): Promise<StepAnswer<Draft>> {
  const list = optionList(options, offer, files, vscode.l10n.t);
  const placeHolder = vscode.l10n.t('Choose what to change, or upload');
  const answer = await prompts.pickStep(list, { placeHolder }, place);
  if (answer.kind !== 'value') return answer;
  const { row } = answer.value;
  return { kind: 'value', value: { options: row.kind === 'lockHold' ? withLockHoldToggled(options) : options, row } };
}

async function askWay(
  prompts: Prompts,
  offer: ProtectionOffer,
  { options, row }: Draft,
  place: StepPlace,
): Promise<StepAnswer<Draft>> {
  const placeHolder = vscode.l10n.t('How long the objects are protected');
  const answer = await prompts.pickStep(waysOf(offer), { placeHolder }, place);
  if (answer.kind !== 'value') return answer;
  const { way } = answer.value;
  const changed = ((): UploadOptions => {
    switch (way) {
      case 'default':
        return row?.kind === 'lock' ? withLock(options, undefined) : withRetention(options, undefined);
      case 'indefinite':
      case 'permanent':
        return withRetention(options, { periodSeconds: way === 'indefinite' ? -1 : -2 });
      case 'until':
      case 'days':
      case 'GOVERNANCE':
      case 'COMPLIANCE':
        return options;
    }
  })();
  return { kind: 'value', value: { options: changed, way, ...(row === undefined ? {} : { row }) } };
}

function waysOf(offer: ProtectionOffer): readonly (vscode.QuickPickItem & { readonly way: Way })[] {
  const bucketDefault = { label: vscode.l10n.t("The bucket's default"), way: 'default' } as const;
  switch (offer.kind) {
    case 'none':
      return [];
    case 'retention': {
      const { isPermanentAllowed } = offer.policy;
      const indefinite = { label: vscode.l10n.t('Without end'), way: 'indefinite' } as const;
      const permanent = { label: vscode.l10n.t('For ever'), way: 'permanent' } as const;
      return [
        bucketDefault,
        { label: vscode.l10n.t('Until a date…'), way: 'until' },
        { label: vscode.l10n.t('For days…'), way: 'days' },
        { ...indefinite, description: vscode.l10n.t('until somebody sets one') },
        ...(isPermanentAllowed ? [{ ...permanent, description: vscode.l10n.t('permanent; nobody can undo it') }] : []),
      ];
    }
    case 'objectLock':
      return [
        bucketDefault,
        {
          label: 'GOVERNANCE',
          description: vscode.l10n.t('who is permitted to can make it weaker'),
          way: 'GOVERNANCE',
        },
        { label: 'COMPLIANCE', description: vscode.l10n.t('nobody can make it weaker'), way: 'COMPLIANCE' },
      ];
  }
}

/** A question that is answered with a text, and what the answer makes of the options. */
interface TextQuestion extends vscode.InputBoxOptions {
  readonly change: (text: string) => UploadOptions;
}

async function askText(
  prompts: Prompts,
  offer: ProtectionOffer,
  draft: Draft,
  place: StepPlace,
): Promise<StepAnswer<Draft>> {
  const { change, ...question } = textQuestion(draft, offer);
  const answer = await prompts.inputStep(question, place);
  return answer.kind === 'value' ? { kind: 'value', value: { ...draft, options: change(answer.value) } } : answer;
}

function textQuestion({ options, row, way }: Draft, offer: ProtectionOffer): TextQuestion {
  switch (row?.kind) {
    case 'header':
      return headerQuestion(options, row);
    case 'metadata':
    case 'tag':
      return entryQuestion(options, row);
    case 'hold':
      return {
        prompt: vscode.l10n.t('Id of the legal hold; empty for none'),
        value: options.protection?.kind === 'retention' ? (options.protection.holdId ?? '') : '',
        validateInput: (id) => holdText(id, vscode.l10n.t),
        change: (id) => withHold(options, id),
      };
    case 'lock':
    case 'lockHold':
    case 'retention':
    case 'upload':
    case undefined:
      return way === 'days' ? daysQuestion(options, offer) : dateQuestion(options, offer, way);
  }
}

function headerQuestion(options: UploadOptions, { field }: Extract<OptionRow, { kind: 'header' }>): TextQuestion {
  return {
    prompt:
      field === 'contentType'
        ? vscode.l10n.t("Content-Type of the objects; empty: by each file's name")
        : vscode.l10n.t('{0} of the objects; empty for none', headerNames[field]),
    value: options.headers?.[field] ?? '',
    validateInput: (value) => headerText(field, value, vscode.l10n.t),
    change: (value) => withHeader(options, field, value),
  };
}

function entryQuestion(options: UploadOptions, row: Extract<OptionRow, { kind: 'metadata' | 'tag' }>): TextQuestion {
  const { kind, name } = row;
  const entries = (kind === 'metadata' ? options.metadata : options.tags) ?? {};
  return {
    prompt: name === undefined ? vscode.l10n.t('name=value') : vscode.l10n.t('name=value; empty to remove "{0}"', name),
    value: name === undefined ? '' : `${name}=${entries[name] ?? ''}`,
    validateInput: (text) => entryText(options, row, text, vscode.l10n.t),
    change: (text) => withEntry(options, row, text),
  };
}

function daysQuestion(options: UploadOptions, offer: ProtectionOffer): TextQuestion {
  return {
    prompt: vscode.l10n.t('Days that the objects are retained, from now'),
    validateInput: (text) => {
      if (!/^\d{1,6}$/.test(text)) return vscode.l10n.t('Enter whole days.');
      return offer.kind === 'retention'
        ? newRetentionText({ periodSeconds: Number(text) * daySeconds }, offer.policy, Date.now(), vscode.l10n.t)
        : undefined;
    },
    change: (text) => withRetention(options, { periodSeconds: Number(text) * daySeconds }),
  };
}

function dateQuestion(options: UploadOptions, offer: ProtectionOffer, way: Way | undefined): TextQuestion {
  return {
    prompt: vscode.l10n.t('Date such as 2030-01-31, or 2030-01-31T12:00:00Z; a date alone means midnight UTC'),
    validateInput: (text) => {
      const untilMs = readDate(text);
      if (untilMs === undefined) {
        return vscode.l10n.t('Enter a date such as 2030-01-31, or a time with its zone such as 2030-01-31T12:00:00Z.');
      }
      if (offer.kind === 'retention') return newRetentionText({ untilMs }, offer.policy, Date.now(), vscode.l10n.t);
      return untilMs > Date.now() ? undefined : vscode.l10n.t('A lock ends in the future.');
    },
    change: (text) => {
      const untilMs = readDate(text) ?? 0;
      return isMode(way)
        ? withLock(options, { mode: way, retainUntilMs: untilMs })
        : withRetention(options, { untilMs });
    },
  };
}
