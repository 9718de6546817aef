import * as vscode from '../ui/vscode';
import type { Connection, Credential } from '../../model/connection';
import type { Result } from '../../model/cosError';
import { readServiceCredential } from '../../model/serviceCredential';
import type { CommandServices } from '../command/command';
import { testConnection } from './connectionForm';
import { withPair } from './draft';
import { saveChange } from './saveChange';

/** Where IBM Cloud lists the API keys of an account. */
const apiKeysPage = 'https://cloud.ibm.com/iam/apikeys';

/**
 * Puts a new key into a connection. The key in use stays until the new one has signed in and listed what the old one could:
 * unlike signing in again, nothing untested is ever saved.
 */
export async function replaceKey(
  services: CommandServices,
  connection: Connection,
): Promise<Result<unknown> | undefined> {
  const { connections, prompts } = services;
  if (connection.id === services.localServer.connectionId) {
    void prompts.info(vscode.l10n.t('Local Object Storage keeps its own key; reset it to get another.'));
    return;
  }
  if (connection.kind === 'anonymous' || (connection.kind === 'iam' && connection.signIn !== undefined)) {
    void prompts.info(vscode.l10n.t('"{0}" has no key of its own; use Sign In Again.', connection.name));
    return;
  }
  const kept = await connections.findCredential(connection.id);
  for (;;) {
    const entered = await askKey(services, connection, kept);
    if (entered === undefined) return;
    const report = await testConnection(services, connection, entered);
    if (!report.ok && report.error.kind === 'cancelled') return;
    if (report.ok && (await acceptsLess(services, connection, kept, report.value.bucketCount))) {
      const saved = await saveChange(connections, connection.id, (now) => now, entered);
      if (!saved.ok) return saved;
      await tellReplaced(services, connection);
      return;
    }
    if (report.ok) return;
    const again = vscode.l10n.t('Enter Another Key');
    const sentence = vscode.l10n.t(
      '{0} The key was not replaced.',
      `${services.failures.sentence(report.error).replace(/\.$/, '')}.`,
    );
    if ((await prompts.error(sentence, again)) !== again) return;
  }
}

async function tellReplaced({ prompts }: CommandServices, connection: Connection): Promise<void> {
  const isIam = connection.kind === 'iam';
  const open = vscode.l10n.t('Open API Keys');
  const text = vscode.l10n.t(
    'The key of "{0}" was replaced. Transfers that run keep the old one until they end; delete it in IBM Cloud after that.',
    connection.name,
  );
  if ((await prompts.info(text, ...(isIam ? [open] : []))) === open) {
    await vscode.env.openExternal(vscode.Uri.parse(apiKeysPage));
  }
}

/** A key that may not list buckets is taken only where the person says so, or the old one could not either. */
async function acceptsLess(
  services: CommandServices,
  connection: Connection,
  kept: Credential | undefined,
  bucketCount: number | undefined,
): Promise<boolean> {
  if (bucketCount !== undefined || kept === undefined) return true;
  const before = await testConnection(services, connection, kept);
  if (!before.ok || before.value.bucketCount === undefined) return true;
  const replace = vscode.l10n.t('Replace Anyway');
  const question = vscode.l10n.t('The new key may not list the buckets of "{0}".', connection.name);
  const detail = vscode.l10n.t('The key in use may. The role Reader is missing on the service instance.');
  return (await services.prompts.confirm(question, detail, replace)) === replace;
}

async function askKey(
  services: CommandServices,
  connection: Connection,
  kept: Credential | undefined,
): Promise<Credential | undefined> {
  const { prompts } = services;
  const title = vscode.l10n.t('Replace the Key of "{0}"', connection.name);
  const notEmpty = (text: string): string | undefined =>
    text.trim() === '' ? vscode.l10n.t('It must not be empty.') : undefined;
  if (connection.kind === 'iam') {
    const prompt = vscode.l10n.t('New API key, or the JSON of a new service credential');
    const validateInput = (text: string): string | undefined => notEmpty(text) ?? jsonSentence(text);
    const text = await prompts.input({ title, prompt, password: true, validateInput });
    return text === undefined ? undefined : credentialIn(text.trim(), kept);
  }
  const idPrompt = vscode.l10n.t('New access key id');
  const accessKeyId = await prompts.input({ title, prompt: idPrompt, validateInput: notEmpty });
  if (accessKeyId === undefined) return undefined;
  const secretPrompt = vscode.l10n.t('New secret access key');
  const secret = await prompts.input({ title, prompt: secretPrompt, password: true, validateInput: notEmpty });
  return secret === undefined
    ? undefined
    : { kind: 'hmac', accessKeyId: accessKeyId.trim(), secretAccessKey: secret.trim() };
}

function jsonSentence(text: string): string | undefined {
  if (!text.trim().startsWith('{')) return undefined;
  const read = readServiceCredential(text);
  return read.kind === 'found' && read.credential.apiKey !== undefined
    ? undefined
    : vscode.l10n.t('This is JSON, but no service credential with an "apikey".');
}

/** A whole service credential brings its own HMAC pair; an API key alone leaves the one that signs links. */
export function credentialIn(text: string, kept: Credential | undefined): Credential {
  const read = text.startsWith('{') ? readServiceCredential(text) : undefined;
  if (read?.kind !== 'found' || read.credential.apiKey === undefined) {
    return withPair({ kind: 'apiKey', apiKey: text }, kept, undefined);
  }
  return withPair({ kind: 'apiKey', apiKey: read.credential.apiKey }, kept, read.credential.hmac);
}
