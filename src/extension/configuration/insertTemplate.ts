import * as vscode from '../ui/vscode';
import { parseConfigUri } from '../../model/configUri';
import type { CommandServices } from '../command/command';
import { templatesOf, type Template } from './templates';
import { withTemplate } from './templateText';

/** Asks for a template of the document's topic and inserts it. Nothing is applied before a save. */
export async function insertTemplate({ prompts }: CommandServices, document: vscode.TextDocument): Promise<void> {
  const subject = parseConfigUri(document.uri);
  const templates = subject?.kind === 'bucket' ? templatesOf(subject.topic, vscode.l10n.t) : [];
  if (templates.length === 0) {
    void prompts.info(vscode.l10n.t('There are templates for the lifecycle, CORS and the website of a bucket only.'));
    return;
  }
  const placeHolder = vscode.l10n.t('Template to insert; nothing is applied before you save');
  const items = templates.map((template) => ({ label: template.label, detail: template.detail, template }));
  const chosen = await prompts.pick(items, { placeHolder, matchOnDetail: true });
  if (chosen === undefined) return;
  const answer = await askFor(prompts, chosen.template);
  if (answer === undefined) return;
  const before = document.getText();
  const text = withTemplate(before, chosen.template.content(answer));
  if (text === undefined) return refuseDisorder(prompts);
  const edit = new vscode.WorkspaceEdit();
  edit.replace(document.uri, new vscode.Range(document.positionAt(0), document.positionAt(before.length)), text);
  if (!(await vscode.workspace.applyEdit(edit))) {
    void prompts.error(vscode.l10n.t('The document could not be changed. It may be read-only.'));
  }
}

/** Says that a template does not fit into what there is. */
export function refuseDisorder(prompts: CommandServices['prompts']): void {
  void prompts.error(
    vscode.l10n.t('A template can only be inserted where the document is in order. Correct it first.'),
  );
}

/** What a template has to know; empty where it asks nothing, undefined where the person gave up. */
export async function askFor(prompts: CommandServices['prompts'], { question }: Template): Promise<string | undefined> {
  if (question === undefined) return '';
  const { prompt, placeHolder } = question;
  const answer = await prompts.input({ prompt, placeHolder, validateInput: (text) => question.problem(text.trim()) });
  return answer?.trim();
}
