import * as vscode from '../../ui/vscode';
import type { Result } from '../../../model/cosError';
import { headerNames } from '../../../model/headerRules';
import type { AttributeChange, ObjectState, SeenMark } from '../../../model/objectState';
import type { CommandOutcome, CommandServices } from '../../command/command';
import { rowCount } from '../../command/keyText';
import type { ObjectsTarget } from '../../command/targets';
import { countProtected, type ProtectedCount } from '../../command/protectedCount';
import type { Prompts, StepAnswer, StepPlace } from '../../services';
import { countObjects } from '../../command/countObjects';
import { headerText } from '../../uploads/uploadOptionTexts';
import { askSteps, type Step } from '../../ui/steps';
import {
  changeList,
  changeSentences,
  isRewrite,
  lineText,
  requestsOfChange,
  withEntryChange,
  withHeaderChange,
  withLine,
  type ChangeDraft,
  type ChangePart,
  type ChangeRow,
  type KnownAttributes,
} from './changeDraft';

/** Changes a part of the properties of objects and folders, as one transfer for each bucket. */
export async function changeProperties(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
  part: ChangePart,
): Promise<CommandOutcome> {
  const single = await stateOfSingle(services, targets);
  if (single?.ok === false) return single;
  const state = single?.value;
  const known = state === undefined ? undefined : { ...state.info, ...(state.tags && { tags: state.tags }) };
  const count = await counted(services, targets);
  if (!count.ok) return count;
  const objects = count.value.isComplete
    ? vscode.l10n.t('{0} objects', count.value.objects)
    : vscode.l10n.t('more than {0} objects', count.value.objects);
  const what = state === undefined ? objects : `"${state.info.key}"`;
  const draft = await askChange(services.prompts, part, known, what);
  if (draft === undefined) return;
  const held = isRewrite(draft.change) ? await countProtected(services.engine, targets, Date.now()) : undefined;
  const button = vscode.l10n.t('Change');
  const detail = previewText(draft, count.value.objects, held);
  if ((await services.prompts.confirm(vscode.l10n.t('Change {0}?', what), detail, button)) !== button) return;
  for (const { connectionId, bucket, keys, prefixes } of targets) {
    const seen = state === undefined ? {} : { seen: { [state.info.key]: seenMark(state) } };
    const request = { kind: 'change', connectionId, bucket, keys, prefixes, ...seen, ...draft } as const;
    const run = await services.transfers.run(request);
    if (!run.ok) return run;
    if (run.value.state === 'cancelled') return;
  }
}

function seenMark({ info: { etag, modifiedAtMs } }: ObjectState): SeenMark {
  return { etag, modifiedAtMs };
}

/** One object is read, so that its list shows what it has. */
async function stateOfSingle(
  { engine }: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<Result<ObjectState> | undefined> {
  const [target] = targets;
  const [key] = target?.keys ?? [];
  if (target === undefined || key === undefined || rowCount(targets) !== 1) return undefined;
  const { connectionId, bucket } = target;
  return engine.send('attributes/get', { connectionId, bucket, key });
}

async function counted({ engine }: CommandServices, targets: readonly ObjectsTarget[]) {
  if (targets.some(({ prefixes }) => prefixes.length > 0)) return countObjects(engine, targets);
  return { ok: true, value: { objects: rowCount(targets), isComplete: true } } as const;
}

/** What a change means, before it is made. */
function previewText({ change, method }: ChangeDraft, objects: number, held: ProtectedCount | undefined): string {
  const { t } = vscode.l10n;
  const way =
    method === 'copy'
      ? t('Each object is copied onto itself inside the service; in a bucket with versions that makes a new version.')
      : t('Each object is read and sent again; in a bucket with versions that makes a new version.');
  return [
    changeSentences(change, t).join('\n'),
    t('Everything else stays. This takes about {0} requests.', requestsOfChange(change, objects)),
    ...(isRewrite(change) ? [way] : []),
    ...(held === undefined
      ? []
      : [t('{0} of {1} that were looked at are protected and stay as they are.', held.protected, held.looked)]),
  ].join('\n\n');
}

interface Asked {
  readonly draft: ChangeDraft;
  readonly row?: ChangeRow;
  readonly way?: 'set' | 'remove' | 'keep';
}

/** Shows the list, asks for one change after the other, and answers with all of them once they are to be made. */
async function askChange(
  prompts: Prompts,
  part: ChangePart,
  known: KnownAttributes | undefined,
  what: string,
): Promise<ChangeDraft | undefined> {
  const title = vscode.l10n.t('Properties of {0}', what);
  let asked: Asked | undefined = { draft: { change: {}, method: 'copy' } };
  do {
    asked = await askSteps(title, stepsOf(prompts, part, known, what), { draft: asked.draft });
  } while (asked !== undefined && asked.row?.kind !== 'apply' && asked.row?.kind !== 'acl');
  return asked?.draft;
}

function stepsOf(
  prompts: Prompts,
  part: ChangePart,
  known: KnownAttributes | undefined,
  what: string,
): readonly Step<Asked>[] {
  return [
    { ask: ({ draft }, place) => askRow(prompts, changeList(draft, part, known, what, vscode.l10n.t), draft, place) },
    { isNeeded: ({ row }) => isNamed(row), ask: (asked, place) => askWay(prompts, asked, place) },
    {
      isNeeded: ({ row, way }) => way === 'set' || ((row?.kind === 'metadata' || row?.kind === 'tag') && !isNamed(row)),
      ask: (asked, place) => askText(prompts, known, asked, place),
    },
  ];
}

/** Whether a row is one thing that can be set, removed or left. */
function isNamed(row: ChangeRow | undefined): boolean {
  return row?.kind === 'header' || ((row?.kind === 'metadata' || row?.kind === 'tag') && row.name !== undefined);
}

async function askRow(
  prompts: Prompts,
  list: ReturnType<typeof changeList>,
  draft: ChangeDraft,
  place: StepPlace,
): Promise<StepAnswer<Asked>> {
  const answer = await prompts.pickStep(list, { placeHolder: vscode.l10n.t('Choose what to change') }, place);
  if (answer.kind !== 'value') return answer;
  const { row } = answer.value;
  switch (row.kind) {
    case 'method':
      return { kind: 'value', value: { draft: { ...draft, method: draft.method === 'copy' ? 'put' : 'copy' }, row } };
    case 'acl':
      return { kind: 'value', value: { draft: { ...draft, change: { ...draft.change, acl: row.acl } }, row } };
    case 'apply':
    case 'header':
    case 'metadata':
    case 'tag':
      return { kind: 'value', value: { draft, row } };
  }
}

async function askWay(prompts: Prompts, { draft, row }: Asked, place: StepPlace): Promise<StepAnswer<Asked>> {
  const ways = [
    { label: vscode.l10n.t('Set…'), way: 'set' },
    { label: vscode.l10n.t('Remove'), way: 'remove' },
    { label: vscode.l10n.t('Leave as it is'), way: 'keep' },
  ] as const;
  const answer = await prompts.pickStep(ways, { placeHolder: row === undefined ? '' : nameOf(row) }, place);
  if (answer.kind !== 'value') return answer;
  const { way } = answer.value;
  const change = way === 'set' ? draft.change : withoutRow(draft.change, row, way === 'remove' ? null : undefined);
  return { kind: 'value', value: { draft: { ...draft, change }, way, ...(row === undefined ? {} : { row }) } };
}

function nameOf(row: ChangeRow): string {
  if (row.kind === 'header') return headerNames[row.field];
  return row.kind === 'metadata' || row.kind === 'tag' ? (row.name ?? '') : '';
}

function withoutRow(change: AttributeChange, row: ChangeRow | undefined, value: null | undefined): AttributeChange {
  if (row?.kind === 'header') return withHeaderChange(change, row.field, value);
  if (row?.kind !== 'metadata' && row?.kind !== 'tag') return change;
  return row.name === undefined ? change : withEntryChange(change, row.kind, row.name, value);
}

interface TextQuestion extends vscode.InputBoxOptions {
  readonly change: (text: string) => AttributeChange;
}

async function askText(
  prompts: Prompts,
  known: KnownAttributes | undefined,
  asked: Asked,
  place: StepPlace,
): Promise<StepAnswer<Asked>> {
  const { change, ...question } = questionOf(asked, known);
  const answer = await prompts.inputStep(question, place);
  if (answer.kind !== 'value') return answer;
  return { kind: 'value', value: { ...asked, draft: { ...asked.draft, change: change(answer.value) } } };
}

function questionOf({ draft: { change }, row }: Asked, known: KnownAttributes | undefined): TextQuestion {
  const { t } = vscode.l10n;
  if (row?.kind === 'header') {
    const { field } = row;
    return {
      prompt: headerNames[field],
      value: change.headers?.[field] ?? known?.headers[field] ?? '',
      validateInput: (text) => (text === '' ? t('Enter a value.') : headerText(field, text, t)),
      change: (text) => withHeaderChange(change, field, text),
    };
  }
  const entry = row?.kind === 'tag' || row?.kind === 'metadata' ? row : ({ kind: 'metadata' } as const);
  const part = entry.kind === 'metadata' ? 'metadata' : 'tags';
  const { name } = entry;
  const value = name === undefined ? undefined : (change[part]?.[name] ?? known?.[part]?.[name] ?? '');
  return {
    prompt: entry.removes === true ? t('Name; objects without it stay as they are') : t('name=value'),
    value: name === undefined ? '' : `${name}=${value ?? ''}`,
    validateInput: (text) => lineText(change, known, entry, text, t),
    change: (text) =>
      entry.removes === true
        ? withEntryChange(change, entry.kind, entry.kind === 'metadata' ? text.trim().toLowerCase() : text.trim(), null)
        : withLine(change, entry, text),
  };
}
