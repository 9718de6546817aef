import { plainName } from '../ui/gate/plain';
import * as vscode from '../ui/vscode';
import { objectKey } from '../../model/ids';
import { heldText } from './uploadTexts';
import type { CommandOutcome, CommandServices, CommandTable } from '../command/command';
import type { BucketTarget, UploadsTarget } from '../command/targets';

/** Commands on uploads that were begun and neither completed nor aborted, by whatever tool. */
export const incompleteUploadCommands = {
  'ibmcos.uploads.show': { target: 'bucket', effect: 'reads', run: showUploads },
  'ibmcos.uploads.abort': { target: 'uploads', effect: 'writes', run: abortUploads },
  'ibmcos.uploads.resume': { target: 'uploads', effect: 'writes', run: resumeUpload },
} satisfies CommandTable;

async function showUploads(services: CommandServices, target: BucketTarget): Promise<CommandOutcome> {
  const { engine, prompts, view } = services;
  const { connectionId, bucket } = target;
  const title = vscode.l10n.t('Listing incomplete uploads of "{0}"', bucket);
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  const listed = await vscode.window.withProgress(options, async (_progress, token) =>
    engine.send('uploads/list', { connectionId, bucket }, token),
  );
  if (!listed.ok) return listed;
  view.showUploads(target, listed.value);
  if (listed.value.uploads.length > 0) return view.reveal({ connectionId, bucket, key: objectKey('') });
  void prompts.info(vscode.l10n.t('No upload was left incomplete in "{0}".', bucket));
  return;
}

async function abortUploads(services: CommandServices, target: UploadsTarget | undefined): Promise<CommandOutcome> {
  const { engine, prompts, failures } = services;
  if (target === undefined) return;
  const { connectionId, bucket } = target;
  const uploads = target.uploads.filter(({ isRunning }) => isRunning !== true);
  if (uploads.length === 0) {
    void prompts.info(vscode.l10n.t('These uploads are running; cancel their transfers instead.'));
    return;
  }
  const held = heldText(uploads, true, vscode.l10n.t);
  const button = vscode.l10n.t('Abort');
  const message = vscode.l10n.t('Abort {0} in "{1}"?', held, bucket);
  const detail = vscode.l10n.t(
    'Their parts are deleted and cannot be brought back. A program that is still uploading one of them will fail.',
  );
  const names = uploads.slice(0, 10).map(({ key }) => plainName(key));
  if ((await prompts.confirm(message, `${names.join('\n')}\n\n${detail}`, button)) !== button) return;
  const aborted = await engine.send('uploads/abort', {
    connectionId,
    bucket,
    uploads: uploads.map(({ key, uploadId }) => ({ key, uploadId })),
  });
  await listAgain(services, target);
  if (!aborted.ok) return aborted;
  const [first] = aborted.value.failures;
  if (first === undefined) {
    void prompts.info(vscode.l10n.t('Aborted {0}; the space is free.', held));
    return;
  }
  void prompts.error(
    vscode.l10n.t(
      '{0} uploads could not be aborted; the first: {1}',
      aborted.value.failures.length,
      failures.sentence(first.error),
    ),
  );
}

async function resumeUpload(services: CommandServices, target: UploadsTarget | undefined): Promise<CommandOutcome> {
  const { prompts, transfers } = services;
  const upload = target?.uploads[0];
  if (target === undefined || upload === undefined || target.uploads.length > 1) {
    void prompts.info(vscode.l10n.t('One upload at a time can be resumed, each with its own file.'));
    return;
  }
  const { connectionId, bucket } = target;
  const { key, uploadId } = upload;
  const [file] = (await prompts.openFiles({ title: vscode.l10n.t('File that "{0}" was uploaded from', key) })) ?? [];
  if (file === undefined) return;
  if (file.scheme !== 'file') {
    void prompts.warn(
      vscode.l10n.t('An upload can be resumed only with a file of the machine that runs the extension.'),
    );
    return;
  }
  const clash = await clashOf(services, target, key);
  if (clash === undefined) return;
  if (typeof clash !== 'string') return clash;
  const run = await transfers.run({
    kind: 'resumeUpload',
    connectionId,
    bucket,
    key,
    uploadId,
    fsPath: file.fsPath,
    clash,
  });
  await listAgain(services, target);
  return run.ok ? undefined : run;
}

/** What to do about an object that has the key already; the name of an upload cannot be changed any more. */
async function clashOf(
  { engine, prompts }: CommandServices,
  { connectionId, bucket }: BucketTarget,
  key: UploadsTarget['uploads'][number]['key'],
): Promise<'fail' | 'replace' | Extract<CommandOutcome, { ok: false }> | undefined> {
  const found = await engine.send('objects/head', { connectionId, bucket, key });
  if (!found.ok) return found.error.reason === 'noSuchKey' ? 'fail' : found;
  const replace = vscode.l10n.t('Replace');
  const answer = await prompts.confirm(
    vscode.l10n.t('The target exists already: "{0}"', key),
    vscode.l10n.t('Finishing the upload replaces the object that is there now.'),
    replace,
  );
  return answer === replace ? 'replace' : undefined;
}

async function listAgain({ engine, view }: CommandServices, { connectionId, bucket }: BucketTarget): Promise<void> {
  const listed = await engine.send('uploads/list', { connectionId, bucket });
  if (listed.ok) view.showUploads({ connectionId, bucket }, listed.value);
}
