import { plain } from '../ui/gate/plain';
import * as vscode from '../ui/vscode';
import type { CosError, Result } from '../../model/cosError';
import type { CommandServices } from '../command/command';
import type { ObjectTarget } from '../command/targets';
import { inLanes } from '../command/lanes';

/** What became of one object. */
export interface Worked<T> {
  readonly object: ObjectTarget;
  readonly result: Result<T>;
}

/** Objects that are worked on at once. */
const parallel = 6;

/** Does something with every object, with progress and cancel. What was not begun when it was cancelled is not listed. */
export async function workThrough<T>(
  title: string,
  objects: readonly ObjectTarget[],
  work: (object: ObjectTarget, token: vscode.CancellationToken) => Promise<Result<T>>,
): Promise<readonly Worked<T>[]> {
  const location = objects.length > 1 ? vscode.ProgressLocation.Notification : vscode.ProgressLocation.Window;
  const options = { location, title, cancellable: objects.length > 1 };
  return vscode.window.withProgress(options, async (progress, token) => {
    const results: (Worked<T> | undefined)[] = Array.from({ length: objects.length }, () => undefined);
    let done = 0;
    const workOn = async (object: ObjectTarget, at: number): Promise<void> => {
      const result = await work(object, token);
      if (result.ok || result.error.kind !== 'cancelled') results[at] = { object, result };
      done += 1;
      const message = vscode.l10n.t('{0} of {1}', done, objects.length);
      progress.report({ message, increment: 100 / objects.length });
    };
    await inLanes(objects, parallel, workOn, () => token.isCancellationRequested);
    return results.filter((worked) => worked !== undefined);
  });
}

/**
 * Says how work on several objects ended, with a report where something failed. A single failure is left to the caller,
 * which has buttons for it.
 */
export async function summarise(
  services: CommandServices,
  worked: readonly Worked<unknown>[],
  total: number,
  doneText: (count: number) => string,
): Promise<Result<unknown> | undefined> {
  const failures = worked.flatMap(({ object, result }) => (result.ok ? [] : [{ object, error: result.error }]));
  const done = worked.length - failures.length;
  const [first] = failures;
  if (total === 1) {
    if (first !== undefined) return { ok: false, error: first.error };
    if (done === 1) void services.prompts.info(doneText(1));
    return undefined;
  }
  const left = total - worked.length;
  const texts = [
    doneText(done),
    ...(failures.length === 0 ? [] : [vscode.l10n.t('{0} failed.', failures.length)]),
    ...(left === 0 ? [] : [vscode.l10n.t('{0} were left as they are, since you cancelled.', left)]),
  ];
  if (first === undefined) {
    void services.prompts.info(texts.join(' '));
    return undefined;
  }
  void offerReport(services, texts.join(' '), failures);
  return undefined;
}

async function offerReport(
  { prompts, failures }: CommandServices,
  text: string,
  failed: readonly { readonly object: ObjectTarget; readonly error: CosError }[],
): Promise<void> {
  const button = vscode.l10n.t('Show Report');
  if ((await prompts.warn(text, button)) !== button) return;
  const lines = failed.map(
    ({ object, error }) => `${plain(`${object.bucket}/${object.key}`)}\n    ${plain(failures.sentence(error))}`,
  );
  const document = await vscode.workspace.openText(`${text}\n\n${lines.join('\n')}\n`);
  await vscode.window.showTextDocument(document, { preview: true });
}
