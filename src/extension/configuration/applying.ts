import { plain } from '../ui/gate/plain';
import * as vscode from '../ui/vscode';
import type { DocumentStep, DocumentSubject, OpenedDocument } from '../../model/configDocument';
import type { CosError } from '../../model/cosError';
import type { ConfigurationServices } from './configurationServices';
import { compareWithServer } from './comparing';
import { subjectName } from './subjectName';

/** A document on its way to the service. */
export interface Applied {
  /** The document that can be compared with the service; absent for a change that no document was written for. */
  readonly uri?: vscode.Uri;
  readonly subject: DocumentSubject;
  readonly text: string;
  readonly opened: OpenedDocument;
}

/** What became of it. `document` is what the service has now. */
export type ApplyResult =
  | { readonly kind: 'applied' | 'unchanged' | 'discarded'; readonly document: OpenedDocument }
  /** Nothing was sent that writes; the text stays as a draft. */
  | { readonly kind: 'notConfirmed' }
  /** Not all was applied, or nothing; the text goes on over what the service has now. */
  | { readonly kind: 'partly' | 'rebased'; readonly document: OpenedDocument }
  | { readonly kind: 'failed'; readonly error: CosError };

/** Shows what a save would do, asks about what cannot be undone, and does it. */
export async function applyDocument(services: ConfigurationServices, applied: Applied): Promise<ApplyResult> {
  const { engine, prompts } = services;
  const { uri, subject, text, opened } = applied;
  const edited = { subject, text, baseline: opened.baseline };
  const plan = await engine.send('documents/plan', edited);
  if (!plan.ok) return { kind: 'failed', error: plan.error };
  const name = subjectName(subject, vscode.l10n.t);
  if (plan.value.length === 0) {
    void prompts.info(vscode.l10n.t('Nothing to change: {0} is as this document says.', name));
    return { kind: 'unchanged', document: opened };
  }
  if (!(await isWanted(services, applied, plan.value, name))) return { kind: 'notConfirmed' };
  const confirmed: string[] = [];
  for (const step of plan.value) {
    if (step.irreversible === undefined) continue;
    const button = vscode.l10n.t('Apply for Good');
    const detail = `${plain(step.irreversible)}\n\n${vscode.l10n.t('This cannot be undone.')}`;
    if ((await prompts.confirm(step.sentence, detail, button)) !== button) return { kind: 'notConfirmed' };
    confirmed.push(step.id);
  }
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: vscode.l10n.t('Applying changes to {0}', name),
  };
  const answer = await vscode.window.withProgress(options, async () =>
    engine.send('documents/apply', { ...edited, confirmed }),
  );
  if (!answer.ok) {
    return answer.error.reason === 'changedMeanwhile' && uri !== undefined
      ? await afterChange(services, { ...applied, uri }, name)
      : { kind: 'failed', error: answer.error };
  }
  const { failed, document } = answer.value;
  if (failed === undefined) {
    void prompts.info(vscode.l10n.t('Applied to {0}.', name));
    return { kind: 'applied', document: document ?? opened };
  }
  void tellPartly(services, plan.value, answer.value.applied, failed, name);
  return { kind: 'partly', document: document ?? opened };
}

/** The preview. *Show Change* opens the comparison and applies nothing. */
async function isWanted(
  { prompts }: ConfigurationServices,
  { uri }: Applied,
  steps: readonly DocumentStep[],
  name: string,
): Promise<boolean> {
  const apply = vscode.l10n.t('Apply');
  const show = vscode.l10n.t('Show Change');
  const question =
    steps.length === 1
      ? vscode.l10n.t('Apply this change to {0}?', name)
      : vscode.l10n.t('Apply these {0} changes to {1}?', steps.length, name);
  const lines = steps.map(({ sentence, operation }, at) => `${at + 1}. ${plain(sentence)} (${operation})`);
  const answer = await prompts.confirm(question, lines.join('\n'), apply, ...(uri === undefined ? [] : [show]));
  if (answer === show && uri !== undefined) await compareWithServer(uri);
  return answer === apply;
}

/** Somebody else was faster. Nothing is lost: neither their change nor this text. */
export async function afterChange(
  { engine, prompts }: ConfigurationServices,
  { uri, subject, text }: Applied & { readonly uri: vscode.Uri },
  name: string,
): Promise<ApplyResult> {
  const now = await engine.send('documents/open', { subject, keeping: text });
  if (!now.ok) return { kind: 'failed', error: now.error };
  const compare = vscode.l10n.t('Compare');
  const discard = vscode.l10n.t('Discard Mine');
  const question = vscode.l10n.t('Somebody else changed {0} after this document was opened.', name);
  const detail = vscode.l10n.t(
    'Nothing was applied. Compare shows what there is now beside your text, which is kept; a save then applies your text to it.',
  );
  const answer = await prompts.confirm(question, detail, compare, discard);
  if (answer === discard) return { kind: 'discarded', document: now.value };
  if (answer === compare) {
    await compareWithServer(uri);
    return { kind: 'rebased', document: now.value };
  }
  return { kind: 'notConfirmed' };
}

async function tellPartly(
  { prompts, failures }: ConfigurationServices,
  steps: readonly DocumentStep[],
  done: readonly string[],
  failed: { readonly stepId: string; readonly error: CosError },
  name: string,
): Promise<void> {
  const sentenceOf = (id: string): string => steps.find((step) => step.id === id)?.sentence ?? id;
  const cause = failures.sentence(failed.error);
  const showLog = vscode.l10n.t('Show Log');
  const text =
    done.length === 0
      ? vscode.l10n.t('Nothing was applied to {0}. "{1}" failed: {2}', name, sentenceOf(failed.stepId), cause)
      : vscode.l10n.t(
          '{0} of {1} changes were applied to {2}. "{3}" failed: {4} Your text is kept; a save applies the rest.',
          done.length,
          steps.length,
          name,
          sentenceOf(failed.stepId),
          cause,
        );
  if ((await prompts.error(text, showLog)) === showLog) await vscode.commands.executeCommand('ibmcos.log.show');
}
