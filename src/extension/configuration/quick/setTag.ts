import { parse } from 'jsonc-parser';
import * as vscode from '../../ui/vscode';
import { tagProblems, type TagProblem } from '../../../model/tags';
import type { CommandOutcome, CommandServices } from '../../command/command';
import type { BucketTarget } from '../../command/targets';
import type { Prompts } from '../../services';
import type { Translate } from '../../ui/translate';
import { applyQuickly, bucketSubject } from './applyQuickly';

type Tags = ReadonlyMap<string, string>;

/** Adds, changes or removes one tag of a bucket. */
export async function setTag(services: CommandServices, target: BucketTarget): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const subject = bucketSubject(target, 'tags');
  const opened = await engine.send('documents/open', { subject });
  if (!opened.ok) return opened;
  const { tags } = parse(opened.value.text) as { readonly tags: Readonly<Record<string, string>> };
  const wanted = await askTag(prompts, new Map(Object.entries(tags)), target);
  if (wanted === undefined) return;
  return await applyQuickly(services, subject, opened.value, JSON.stringify({ tags: Object.fromEntries(wanted) }));
}

async function askTag(prompts: Prompts, tags: Tags, { bucket }: BucketTarget): Promise<Tags | undefined> {
  const items: readonly (vscode.QuickPickItem & { readonly name?: string })[] = [
    { label: vscode.l10n.t('New Tag…'), alwaysShow: true },
    ...[...tags].map(([name, value]) => ({ label: name, description: value, name })),
  ];
  const chosen = await prompts.pick(items, { placeHolder: vscode.l10n.t('Tag of the bucket "{0}"', bucket) });
  if (chosen === undefined) return undefined;
  if (chosen.name === undefined) return await addTag(prompts, tags);
  const { name } = chosen;
  const change = { label: vscode.l10n.t('Change Value…') };
  const remove = { label: vscode.l10n.t('Remove Tag') };
  const what = await prompts.pick([change, remove], {
    placeHolder: vscode.l10n.t('What to do with the tag "{0}"', name),
  });
  if (what === undefined) return undefined;
  if (what.label === remove.label) return new Map([...tags].filter(([other]) => other !== name));
  return await withValue(prompts, tags, name);
}

async function addTag(prompts: Prompts, tags: Tags): Promise<Tags | undefined> {
  const name = await prompts.input({
    prompt: vscode.l10n.t('Name of the tag'),
    validateInput: (text) =>
      tags.has(text)
        ? vscode.l10n.t('The bucket has this tag already.')
        : problemOf(tagProblems({ [text]: '' }), vscode.l10n.t),
  });
  return name === undefined ? undefined : await withValue(prompts, tags, name);
}

async function withValue(prompts: Prompts, tags: Tags, name: string): Promise<Tags | undefined> {
  const value = await prompts.input({
    prompt: vscode.l10n.t('Value of the tag "{0}"; it may be empty', name),
    value: tags.get(name) ?? '',
    validateInput: (text) => problemOf(tagProblems({ [name]: text }), vscode.l10n.t),
  });
  return value === undefined ? undefined : new Map([...tags, [name, value]]);
}

function problemOf(problems: readonly TagProblem[], t: Translate): string | undefined {
  const problem = problems.find(({ severity }) => severity === 'error');
  switch (problem?.kind) {
    case undefined:
    case 'tooMany':
      return undefined;
    case 'empty':
      return t('A tag needs a name.');
    case 'reservedPrefix':
      return t('Names that begin with "ibm:" are reserved.');
    case 'tooLong':
      return problem?.part === 'value'
        ? t('A value has at most 256 characters and 512 bytes.')
        : t('A name has at most 128 characters and 256 bytes.');
    case 'character':
      return t('A tag cannot hold this: {0}', problem?.character ?? '');
  }
}
