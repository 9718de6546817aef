import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import { objectKey } from '../../model/ids';
import type { UploadOptions } from '../../model/uploadOptions';
import type { BucketsTree, Changes, EngineClient, FailureReporter, Prompts, TransferRunner } from '../services';
import { openDocument } from '../ui/openEditors';
import { uploadContents, type NamedContent } from './uploadContents';
import type { UploadTarget } from './uploadTarget';

/** What uploading needs. */
export interface UploadServices {
  readonly engine: EngineClient;
  readonly transfers: TransferRunner;
  readonly changes: Changes;
  readonly prompts: Prompts;
  readonly failures: FailureReporter;
  readonly view: Pick<BucketsTree, 'select'>;
}

/**
 * Uploads files and folders: by path through the engine; from places that only VS Code can read, byte by byte, and then
 * without `options`.
 */
export async function uploadUris(
  services: UploadServices,
  target: UploadTarget,
  uris: readonly vscode.Uri[],
  options?: UploadOptions,
): Promise<Result<unknown> | undefined> {
  if (!(await saveOpenFiles(services.prompts, uris))) return undefined;
  const { connectionId, bucket, prefix } = target;
  const sources = uris.filter(({ scheme }) => scheme === 'file').map(({ fsPath }) => ({ fsPath }));
  if (sources.length > 0) {
    if (!(await mayUpload(services, target, sources))) return undefined;
    const run = await services.transfers.run({
      kind: 'upload',
      connectionId,
      bucket,
      prefix,
      sources,
      clash: 'ask',
      ...(options === undefined ? {} : { options }),
    });
    if (!run.ok) return run;
    const [first] = run.value.itemsDone > 0 ? sources : [];
    if (first !== undefined) await selectUploaded(services, target, first.fsPath);
  }
  const others = uris.filter(({ scheme }) => scheme !== 'file');
  if (others.length > 0) await uploadContents(services, target, others.map(contentOf));
  return undefined;
}

/** Selects what a file or folder has become. */
async function selectUploaded({ view }: UploadServices, target: UploadTarget, fsPath: string): Promise<void> {
  const { connectionId, bucket, prefix } = target;
  const isFolder = await stat(fsPath).then(
    (found) => found.isDirectory(),
    () => false,
  );
  await view.select({ connectionId, bucket, key: objectKey(`${prefix}${basename(fsPath)}${isFolder ? '/' : ''}`) });
}

/** Counts what folders hold, and asks where that is much: the service charges for requests and storage. */
async function mayUpload(
  { prompts }: UploadServices,
  { bucket, prefix }: UploadTarget,
  sources: readonly { readonly fsPath: string }[],
): Promise<boolean> {
  const fsPaths = sources.map(({ fsPath }) => fsPath);
  const { countFiles, hasFolders } = await import('./countFiles');
  if (!(await hasFolders(fsPaths))) return true;
  const title = vscode.l10n.t('Counting files');
  const progress = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  const count = await vscode.window.withProgress(progress, async (_progress, token) =>
    countFiles(fsPaths, () => token.isCancellationRequested),
  );
  if (count === undefined) return false;
  const { uploadQuestion } = await import('../organise/organiseTexts');
  const question = uploadQuestion(count, `${bucket}/${prefix}`, vscode.l10n.t);
  if (question === undefined) return true;
  const { message, detail, button } = question;
  return (await prompts.confirm(message, detail, button)) === button;
}

/** What is uploaded is the file on disk, so unsaved text would silently stay behind. False when the person gave up. */
async function saveOpenFiles(prompts: Prompts, uris: readonly vscode.Uri[]): Promise<boolean> {
  const unsaved = uris.map(openDocument).filter((document) => document?.isDirty === true && !document.isUntitled);
  if (unsaved.length === 0) return true;
  const save = vscode.l10n.t('Save and Upload');
  const asSaved = vscode.l10n.t('Upload as Last Saved');
  const question = vscode.l10n.t('{0} of the files have unsaved changes.', unsaved.length);
  const answer = await prompts.confirm(question, '', save, asSaved);
  if (answer !== save) return answer === asSaved;
  for (const document of unsaved) if (document !== undefined && !(await document.save())) return false;
  return true;
}

function contentOf(uri: vscode.Uri): NamedContent {
  const document = openDocument(uri);
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  return {
    name: name === '' ? 'object' : name,
    read: async () =>
      document?.isUntitled === true ? new TextEncoder().encode(document.getText()) : vscode.workspace.fs.readFile(uri),
  };
}
