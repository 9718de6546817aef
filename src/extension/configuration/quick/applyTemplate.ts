import * as vscode from '../../ui/vscode';
import { bucketTopics } from '../../../model/configDocument';
import type { CommandOutcome, CommandServices } from '../../command/command';
import type { BucketTarget } from '../../command/targets';
import { askFor, refuseDisorder } from '../insertTemplate';
import { topicName } from '../subjectName';
import { templatesOf } from '../templates';
import { withTemplate } from '../templateText';
import { applyQuickly, bucketSubject } from './applyQuickly';

/** Asks for a template of any topic and adds it to what a bucket has, after a preview. */
export async function applyTemplate(services: CommandServices, target: BucketTarget): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const items = bucketTopics.flatMap((topic) =>
    templatesOf(topic, vscode.l10n.t).map((template) => ({
      label: template.label,
      description: topicName(topic, vscode.l10n.t),
      detail: template.detail,
      topic,
      template,
    })),
  );
  const placeHolder = vscode.l10n.t('Template for the bucket "{0}"; what it changes is shown first', target.bucket);
  const chosen = await prompts.pick(items, { placeHolder, matchOnDescription: true, matchOnDetail: true });
  if (chosen === undefined) return;
  const answer = await askFor(prompts, chosen.template);
  if (answer === undefined) return;
  const subject = bucketSubject(target, chosen.topic);
  const opened = await engine.send('documents/open', { subject });
  if (!opened.ok) return opened;
  const text = withTemplate(opened.value.text, chosen.template.content(answer));
  if (text === undefined) return refuseDisorder(prompts);
  return await applyQuickly(services, subject, opened.value, text);
}
