import { plainName } from '../ui/gate/plain';
import * as vscode from '../ui/vscode';
import type { DocumentSubject, SelectionChange, SelectionRefusal } from '../../model/configDocument';
import type { Result } from '../../model/cosError';
import type { TransferSnapshot } from '../../model/transferState';
import type { Translate } from '../ui/translate';
import { afterChange, type Applied, type ApplyResult } from './applying';
import { compareWithServer } from './comparing';
import type { ConfigurationServices } from './configurationServices';
import { changeSentences, isEmptyChange, isRewrite, requestsOfChange } from './quick/changeDraft';
import { subjectName } from './subjectName';

/** The document of a selection on its way to the service. */
export interface AppliedSelection extends Applied {
  readonly uri: vscode.Uri;
  readonly subject: DocumentSubject & { readonly kind: 'selection' };
}

/** A transfer was started; how the document goes on is known once it is over. Or what became of it at once. */
export type SelectionResult = ApplyResult | { readonly kind: 'started'; readonly ended: Promise<ApplyResult> };

/** Shows what a save would change on how many objects, and starts the transfer that does it. */
export async function applySelection(
  services: ConfigurationServices,
  applied: AppliedSelection,
): Promise<SelectionResult> {
  const { prompts } = services;
  const { uri, subject, opened } = applied;
  const { t } = vscode.l10n;
  const name = subjectName(subject, t);
  const answer = await lookAgain(services, applied);
  if (!answer.ok) {
    if (answer.error.kind === 'cancelled') return { kind: 'notConfirmed' };
    if (answer.error.reason === 'changedMeanwhile') return await afterChange(services, applied, name);
    return { kind: 'failed', error: answer.error };
  }
  const wanted = answer.value;
  if (isEmptyChange(wanted.change)) {
    void prompts.info(t('Nothing to change: {0} is as this document says.', name));
    return { kind: 'unchanged', document: opened };
  }
  const button = t('Change');
  const show = t('Show Change');
  const chosen = await prompts.confirm(t('Change {0}?', countText(wanted, t)), previewText(wanted, t), button, show);
  if (chosen === show) await compareWithServer(uri);
  if (chosen !== button) return { kind: 'notConfirmed' };
  const { connectionId, bucket, keys, prefixes } = subject;
  const { change, seen } = wanted;
  const request = { kind: 'change', connectionId, bucket, keys, prefixes, seen, change, method: 'copy' } as const;
  // Not waited for: it can be paused, and a save that waits as long would look as if the editor hung.
  const running = services.transfers.run(request);
  return { kind: 'started', ended: running.then(async (run) => await afterTransfer(services, applied, wanted, run)) };
}

async function lookAgain(
  { engine }: ConfigurationServices,
  { subject, text, opened }: AppliedSelection,
): Promise<Result<SelectionChange>> {
  const title = vscode.l10n.t('Looking at {0} again', subjectName(subject, vscode.l10n.t));
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return await vscode.window.withProgress(options, async (_progress, token) =>
    engine.send('documents/change', { subject, text, baseline: opened.baseline }, token),
  );
}

/** The document goes on over what there is now: as applied, or with a text that a save would apply to the rest. */
async function afterTransfer(
  { engine, prompts }: ConfigurationServices,
  { subject, text }: AppliedSelection,
  { refused }: SelectionChange,
  run: Result<TransferSnapshot>,
): Promise<ApplyResult> {
  if (!run.ok) return { kind: 'failed', error: run.error };
  const now = await engine.send('documents/open', { subject, keeping: text });
  if (!now.ok) return { kind: 'failed', error: now.error };
  const { state, itemsFailed, failures } = run.value;
  if (state === 'done') {
    void prompts.info(vscode.l10n.t('Applied to {0}.', subjectName(subject, vscode.l10n.t)));
  }
  // Those that were said to stay as they are leave nothing that a second save could do.
  const expected = new Set<string>(refused.map(({ key }) => key));
  const isExpected = itemsFailed === failures.length && failures.every(({ name }) => expected.has(name));
  const isDone = state === 'done' || (state === 'failed' && itemsFailed > 0 && isExpected);
  return { kind: isDone ? 'applied' : 'partly', document: now.value };
}

function countText({ count: { objects, isComplete } }: SelectionChange, t: Translate): string {
  if (!isComplete) return t('more than {0} objects', objects);
  return objects === 1 ? t('1 object') : t('{0} objects', objects);
}

/** What a save means, before it is made. */
export function previewText({ change, count, lookedAt, refused }: SelectionChange, t: Translate): string {
  return [
    changeSentences(change, t).join('\n'),
    t('Everything else stays. This takes about {0} requests.', requestsOfChange(change, count.objects)),
    ...(isRewrite(change)
      ? [t('Each object is copied onto itself inside the service; in a bucket with versions that makes a new version.')]
      : []),
    ...(refused.length === 0
      ? []
      : [
          [
            t('{0} of {1} that were looked at stay as they are:', refused.length, lookedAt),
            ...refused
              .slice(0, shownRefused)
              .map(({ key, reason }) => `"${plainName(key)}": ${refusalText(reason, t)}`),
            ...(refused.length > shownRefused ? [t('and {0} more', refused.length - shownRefused)] : []),
          ].join('\n'),
        ]),
  ].join('\n\n');
}

const shownRefused = 10;

function refusalText(reason: SelectionRefusal, t: Translate): string {
  switch (reason) {
    case 'protected':
      return t('protected by retention or a legal hold');
    case 'archived':
      return t('in archive');
    case 'accessList':
      return t('its access list grants more than could be kept');
    case 'unreadable':
      return t('a part of it could not be read and would be lost');
  }
}
