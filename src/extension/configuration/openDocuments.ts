import * as vscode from '../ui/vscode';
import { bucketTopics, maxSelectionNames, type DocumentSubject } from '../../model/configDocument';
import { configScheme } from '../../model/configUri';
import type { Result } from '../../model/cosError';
import type { CommandOutcome, CommandServices } from '../command/command';
import type { BucketTarget, ObjectsTarget, ObjectTarget } from '../command/targets';
import { compareWithServer } from './comparing';
import { insertTemplate } from './insertTemplate';
import { topicName } from './subjectName';

/** Opens the properties of an object. */
export async function openProperties(
  services: CommandServices,
  { connectionId, bucket, key, versionId }: ObjectTarget,
): Promise<CommandOutcome> {
  const version = versionId === undefined ? {} : { versionId };
  return await openConfiguration(services, { kind: 'object', connectionId, bucket, key, ...version });
}

/** Opens what the objects of a selection or folder have in common; of a single object, its properties. */
export async function openSelectionProperties(
  services: CommandServices,
  targets: readonly ObjectsTarget[],
): Promise<CommandOutcome> {
  const [target, ...others] = targets;
  if (target === undefined) return;
  if (others.length > 0) {
    void services.prompts.info(vscode.l10n.t('Choose objects of one bucket: one document shows one selection.'));
    return;
  }
  const { connectionId, bucket, keys, prefixes } = target;
  const [key] = keys;
  if (key !== undefined && keys.length + prefixes.length === 1) {
    return await openConfiguration(services, { kind: 'object', connectionId, bucket, key });
  }
  if (keys.length + prefixes.length > maxSelectionNames) {
    const text = vscode.l10n.t(
      'A document shows at most {0} selected objects and folders. Select fewer, or the folder that holds them.',
      maxSelectionNames,
    );
    void services.prompts.info(text);
    return;
  }
  return await openConfiguration(services, { kind: 'selection', connectionId, bucket, keys, prefixes });
}

/** Asks for a part of a bucket's configuration and opens it. */
export async function openBucket(services: CommandServices, target: BucketTarget): Promise<CommandOutcome> {
  const items = bucketTopics.map((topic) => ({ label: topicName(topic, vscode.l10n.t), topic }));
  const placeHolder = vscode.l10n.t('Configuration of the bucket "{0}"', target.bucket);
  const chosen = await services.prompts.pick(items, { placeHolder });
  if (chosen === undefined) return;
  return await openConfiguration(services, { kind: 'bucket', ...target, topic: chosen.topic });
}

/** Opens a configuration document. */
export async function openConfiguration(
  { configuration }: CommandServices,
  subject: DocumentSubject,
): Promise<Result<null>> {
  return await configuration.open(subject);
}

/** Applies the active document, a draft as well as one that is being edited. */
export async function applyActive(services: CommandServices): Promise<CommandOutcome> {
  const document = activeDocument(services);
  if (document === undefined) return;
  if (document.isDirty) {
    await document.save();
    return;
  }
  try {
    await services.configuration.apply(document.uri, document.getText());
  } catch (error) {
    if (!(error instanceof vscode.FileSystemError)) throw error;
    void services.prompts.error(error.message);
  }
}

/** Shows what the service has beside the active document. */
export async function compareActive(services: CommandServices): Promise<CommandOutcome> {
  const document = activeDocument(services);
  if (document !== undefined) await compareWithServer(document.uri);
}

/** Inserts a template into the active document. */
export async function insertIntoActive(services: CommandServices): Promise<CommandOutcome> {
  const document = activeDocument(services);
  if (document !== undefined) await insertTemplate(services, document);
}

/** Reads the active document anew. What was not applied is lost, so that is asked first. */
export async function reloadActive(services: CommandServices): Promise<CommandOutcome> {
  const document = activeDocument(services);
  if (document === undefined) return;
  const { configuration } = services;
  if (document.isDirty || (await configuration.hasDraft(document.uri))) {
    const button = vscode.l10n.t('Discard Changes');
    const question = vscode.l10n.t('Read the configuration again and discard what was not applied?');
    if ((await services.prompts.confirm(question, '', button)) !== button) return;
  }
  try {
    await configuration.reload(document.uri);
  } catch (error) {
    if (!(error instanceof vscode.FileSystemError)) throw error;
    void services.prompts.error(error.message);
    return;
  }
  if (document.isDirty) await vscode.commands.executeCommand('workbench.action.files.revert');
}

function activeDocument({ prompts }: CommandServices): vscode.TextDocument | undefined {
  const document = vscode.window.activeTextEditor?.document;
  if (document?.uri.scheme === configScheme) return document;
  void prompts.info(vscode.l10n.t('Open a configuration document first, such as the properties of an object.'));
  return undefined;
}
