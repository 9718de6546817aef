import * as vscode from '../ui/vscode';
import { readServiceCredential } from '../../model/serviceCredential';
import { targetOf } from '../command/targets';
import { uploadContents, type NamedContent } from '../uploads/uploadContents';
import { countJob, runOrganise } from '../organise/organise';
import { planOrganise } from '../organise/organisePlan';
import { jobDetail } from '../organise/organiseTexts';
import { uploadUris, type UploadServices } from '../uploads/uploadUris';
import { countText } from '../ui/format';
import { dropFolder, parseUriList, treeRows, uriList, type AddCredential } from './dropPlan';
import type { FolderRef, TreeNode } from '../nodes/treeNode';

/** No service credential is longer; anything else is not read. */
const mostCredentialBytes = 256 * 1024;

/** Does what a drop onto a row means: moves or copies rows, uploads files, adds a connection with a credential. */
export async function handleDrop(
  services: UploadServices,
  addCredential: AddCredential,
  node: TreeNode | undefined,
  data: vscode.DataTransfer,
  token: vscode.CancellationToken,
): Promise<void> {
  const folder = dropFolder(node);
  const rows: unknown = data.get(treeRows)?.value;
  if (Array.isArray(rows) && folder !== undefined) {
    await organise(services, rows as readonly TreeNode[], folder);
    return;
  }
  const dropped = Array.isArray(rows) ? { uris: [], contents: [] } : await readDrop(data);
  if (token.isCancellationRequested) return;
  if (folder === undefined) {
    const credential = await credentialIn(dropped);
    if (credential !== undefined) await addCredential(credential.text, `"${credential.name}"`);
    else void services.prompts.info(vscode.l10n.t('Drop onto a bucket, a folder or an object.'));
    return;
  }
  const failure = dropped.uris.length > 0 ? await uploadUris(services, folder, dropped.uris) : undefined;
  if (failure?.ok === false) await services.failures.report(failure.error);
  if (dropped.contents.length > 0) await uploadContents(services, folder, dropped.contents);
}

async function organise(services: UploadServices, rows: readonly TreeNode[], folder: FolderRef): Promise<void> {
  const { prompts, engine, failures } = services;
  const selections = targetOf('objects', { nodes: rows, uris: [] });
  if (selections === undefined) {
    void prompts.info(vscode.l10n.t('Drag objects or folders; buckets and connections stay where they are.'));
    return;
  }
  const plan = planOrganise(selections, folder, 'move');
  if (plan.kind === 'intoItself') {
    void prompts.warn(vscode.l10n.t('A folder cannot be copied or moved into itself: "{0}"', plan.prefix));
    return;
  }
  // Dropped where it lies: a hand that slipped, not a wish for a duplicate.
  if (plan.kind === 'nothing') return;
  const count = await countJob(engine, plan.requests);
  if (!count.ok) {
    await failures.report(count.error);
    return;
  }
  const move = vscode.l10n.t('Move');
  const copy = vscode.l10n.t('Copy');
  const to = `${folder.bucket}/${folder.prefix}`;
  const message = vscode.l10n.t('Move or copy {0} to "{1}"?', countText(count.value, vscode.l10n.t), to);
  const detail = jobDetail(plan.requests, count.value, 'move', vscode.l10n.t);
  const answer = await prompts.confirm(message, detail, move, copy);
  if (answer === undefined) return;
  const requests = plan.requests.map((request) => ({ ...request, deleteSource: answer === move }));
  const outcome = await runOrganise(services, requests, to, count.value);
  if (outcome.kind === 'failed') await failures.report(outcome.result.error);
}

/** What came from outside of the view. */
interface Dropped {
  readonly uris: readonly vscode.Uri[];
  readonly contents: readonly NamedContent[];
}

/** The only file of a drop, if it holds a service credential, or what is nearly one. */
async function credentialIn({ uris, contents }: Dropped): Promise<{ name: string; text: string } | undefined> {
  const [uri, content] = [uris[0], contents[0]];
  if (uris.length + contents.length !== 1) return undefined;
  const name = uri === undefined ? (content?.name ?? '') : uri.path.slice(uri.path.lastIndexOf('/') + 1);
  try {
    const bytes = uri === undefined ? await content?.read() : await readSmall(uri);
    if (bytes === undefined || bytes.length > mostCredentialBytes) return undefined;
    const text = Buffer.from(bytes).toString('utf8');
    const { kind } = readServiceCredential(text);
    return kind === 'malformed' || kind === 'notACredential' ? undefined : { name, text };
  } catch {
    return undefined; // a folder, or a file that may not be read: no credential in any case
  }
}

async function readSmall(uri: vscode.Uri): Promise<Uint8Array | undefined> {
  const { type, size } = await vscode.workspace.fs.stat(uri);
  const isSmallFile = (type & vscode.FileType.File) !== 0 && size <= mostCredentialBytes;
  return isSmallFile ? await vscode.workspace.fs.readFile(uri) : undefined;
}

/** Files with a path go to the engine; those that a browser hands over come with their bytes. */
async function readDrop(data: vscode.DataTransfer): Promise<Dropped> {
  const uris = new Map<string, vscode.Uri>();
  const contents: NamedContent[] = [];
  const list = data.get(uriList);
  for (const text of list === undefined ? [] : parseUriList(await list.asString())) {
    const uri = vscode.Uri.parse(text);
    uris.set(uri.toString(), uri);
  }
  for (const [, item] of data) {
    const file = item.asFile();
    if (file === undefined) continue;
    if (file.uri !== undefined) uris.set(file.uri.toString(), file.uri);
    else contents.push({ name: file.name, read: async () => file.data() });
  }
  return { uris: [...uris.values()], contents };
}
