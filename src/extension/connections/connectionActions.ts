import type { Connection, Credential } from '../../model/connection';
import type { CosError, Result } from '../../model/cosError';
import type { CommandServices } from '../command/command';
import * as vscode from '../ui/vscode';
import { addConnection, editConnection, reportText, testConnection } from './connectionForm';
import { withPair } from './draft';
import { secretPlaceText } from './secretPlaceText';
import { nameSentence } from './draftSteps';
import { saveChange } from './saveChange';

type Outcome = Result<unknown> | undefined;

const withoutSecret: CosError = {
  kind: 'signInNeeded',
  reason: 'secretMissing',
  op: 'connection/test',
  retry: 'afterSignIn',
  detail: 'secretMissing',
};

/** Adds a connection in the way that is chosen. */
export async function add(services: CommandServices): Promise<undefined> {
  const items = [
    {
      icon: 'key',
      label: vscode.l10n.t('IBM Cloud API key'),
      detail: vscode.l10n.t('Signs in to IBM Cloud Object Storage through IAM'),
      way: 'iam',
    },
    {
      icon: 'globe',
      label: vscode.l10n.t('One-time passcode'),
      detail: vscode.l10n.t('Opens the sign-in page of IBM Cloud in the browser; for your own account, also with MFA'),
      way: 'passcode',
    },
    {
      icon: 'lock',
      label: vscode.l10n.t('HMAC key pair'),
      detail: vscode.l10n.t('For IBM Cloud Object Storage or any S3-compatible service'),
      way: 'hmac',
    },
    {
      icon: 'unlock',
      label: vscode.l10n.t('Public bucket, without signing in'),
      detail: vscode.l10n.t('Reads what everyone may read'),
      way: 'anonymous',
    },
    {
      icon: 'clippy',
      label: vscode.l10n.t('Service credential on the clipboard'),
      detail: vscode.l10n.t('The JSON of a service credential, with an API key, an HMAC key pair, or both'),
      way: 'clipboard',
    },
    {
      icon: 'json',
      label: vscode.l10n.t('Service credential in a file…'),
      detail: vscode.l10n.t('The same, saved as a file'),
      way: 'file',
    },
    {
      icon: 'ticket',
      label: vscode.l10n.t('IAM access token'),
      detail: vscode.l10n.t('For an hour at most, such as one that the ibmcloud command printed'),
      way: 'token',
    },
    {
      icon: 'vm',
      label: vscode.l10n.t('Trusted profile'),
      detail: vscode.l10n.t('For VS Code on a cluster or server of IBM Cloud that has a token of its own'),
      way: 'profile',
    },
    {
      icon: 'search',
      label: vscode.l10n.t('Credentials found on this machine…'),
      detail: vscode.l10n.t(
        'Of the environment, ~/.bluemix/cos_credentials and the AWS files; nothing is used unasked',
      ),
      way: 'found',
    },
    {
      icon: 'server-environment',
      label: vscode.l10n.t('Local Object Storage'),
      detail: vscode.l10n.t('A COS on this machine with sample buckets; needs no account'),
      way: 'local',
    },
  ] as const;
  const chosen = await services.prompts.pick(items, {
    title: vscode.l10n.t('Add Connection'),
    placeHolder: vscode.l10n.t('How do you connect?'),
  });
  if (chosen === undefined) return;
  if (chosen.way === 'local') {
    if (await services.localServer.start()) await services.view.revealConnection(services.localServer.connectionId);
    return;
  }
  if (chosen.way === 'clipboard' || chosen.way === 'file') {
    const { addFromClipboard, addFromFile } = await import('./addCredential');
    await reveal(services, chosen.way === 'file' ? addFromFile(services) : addFromClipboard(services));
    return;
  }
  if (chosen.way === 'anonymous') {
    await reveal(services, (await import('./anonymous')).fillInAnonymous(services, undefined));
    return;
  }
  if (chosen.way === 'passcode' || chosen.way === 'token' || chosen.way === 'profile') {
    const ways = await import('./passcode');
    const add = { passcode: ways.addWithPasscode, token: ways.addWithToken, profile: ways.addWithProfile }[chosen.way];
    await reveal(services, add(services));
    return;
  }
  if (chosen.way === 'found') {
    await reveal(services, (await import('./addFound')).addFound(services));
    return;
  }
  await reveal(services, addConnection(services, chosen.way));
}

/** Shows in the tree what was added. */
async function reveal({ view }: CommandServices, adding: Promise<Connection | undefined>): Promise<undefined> {
  const added = await adding;
  if (added !== undefined) await view.revealConnection(added.id);
}

/** Gives a connection another name. */
export async function rename(services: CommandServices, connection: Connection): Promise<Outcome> {
  const name = await services.prompts.input({
    prompt: vscode.l10n.t('New name of the connection'),
    value: connection.name,
    validateInput: nameSentence,
  });
  if (name === undefined) return undefined;
  return await saveChange(services.connections, connection.id, (now) => ({ ...now, name: name.trim() }));
}

/** Says whether a connection works, and where its secret is. */
export async function test(services: CommandServices, connection: Connection): Promise<Outcome> {
  const credential = await services.connections.findCredential(connection.id);
  if (credential === undefined) return { ok: false, error: withoutSecret };
  const report = await testConnection(services, connection, credential);
  if (!report.ok) return report;
  const place = secretPlaceText(await services.connections.secretPlace(connection.id));
  void services.prompts.info(`${reportText(connection, report.value)}. ${vscode.l10n.t('Its secret is {0}.', place)}`);
  return undefined;
}

/** Asks for the secret alone, and keeps it only when it works or the person insists. */
export async function signIn(services: CommandServices, connection: Connection): Promise<Outcome> {
  if (connection.id === services.localServer.connectionId) {
    if (await services.localServer.start()) {
      void services.prompts.info(vscode.l10n.t('Local Object Storage runs on this machine and needs no sign-in.'));
    }
    return undefined;
  }
  if (connection.kind === 'anonymous') {
    void services.prompts.info(vscode.l10n.t('"{0}" reads public buckets, without signing in.', connection.name));
    return undefined;
  }
  const credential = await askCredential(services, connection);
  if (credential === undefined) return undefined;
  const report = await testConnection(services, connection, credential);
  if (!report.ok) {
    if (report.error.kind === 'cancelled') return undefined;
    const again = vscode.l10n.t('Enter Again');
    const saveAnyway = vscode.l10n.t('Save Anyway');
    const answer = await services.prompts.error(services.failures.sentence(report.error), again, saveAnyway);
    if (answer === again) return signIn(services, connection);
    if (answer !== saveAnyway) return undefined;
  }
  const kept = await services.connections.findCredential(connection.id);
  return await saveChange(services.connections, connection.id, (now) => now, withPair(credential, kept, undefined));
}

/** Asks for everything about a connection again. */
export async function edit(services: CommandServices, connection: Connection): Promise<Outcome> {
  if (connection.id === services.localServer.connectionId) return rename(services, connection);
  if (connection.kind === 'anonymous') {
    await (await import('./anonymous')).fillInAnonymous(services, connection);
  } else await editConnection(services, connection);
  return undefined;
}

async function askCredential(services: CommandServices, connection: Connection): Promise<Credential | undefined> {
  const { prompts } = services;
  const title = vscode.l10n.t('Sign in to "{0}"', connection.name);
  if (connection.kind === 'iam' && connection.signIn !== undefined) {
    const { askPasscode, askProfile, askToken } = await import('./passcode');
    switch (connection.signIn) {
      case 'passcode':
        return askPasscode(services, connection, connection);
      case 'profile':
        return askProfile(services, title);
      case 'token':
        return askToken(services, title);
    }
  }
  const validateInput = (text: string): string | undefined =>
    text.trim() === '' ? vscode.l10n.t('It must not be empty.') : undefined;
  if (connection.kind === 'iam') {
    const prompt = vscode.l10n.t('IBM Cloud API key');
    const apiKey = await prompts.input({ title, prompt, password: true, validateInput });
    return apiKey === undefined ? undefined : { kind: 'apiKey', apiKey: apiKey.trim() };
  }
  const accessKeyId = await prompts.input({ title, prompt: vscode.l10n.t('Access key id'), validateInput });
  if (accessKeyId === undefined) return undefined;
  const prompt = vscode.l10n.t('Secret access key');
  const secretAccessKey = await prompts.input({ title, prompt, password: true, validateInput });
  return secretAccessKey === undefined
    ? undefined
    : { kind: 'hmac', accessKeyId: accessKeyId.trim(), secretAccessKey: secretAccessKey.trim() };
}

/** Removes a connection after a question. */
export async function remove(services: CommandServices, connection: Connection): Promise<undefined> {
  const isLocal = connection.id === services.localServer.connectionId;
  const detail = isLocal
    ? vscode.l10n.t('Local Object Storage stops. Its buckets and objects stay on this machine for the next start.')
    : vscode.l10n.t('Its settings and its secret in the keychain are deleted. Buckets and objects stay as they are.');
  const removeButton = vscode.l10n.t('Remove');
  const question = vscode.l10n.t('Remove the connection "{0}"?', connection.name);
  if ((await services.prompts.confirm(question, detail, removeButton)) !== removeButton) return;
  await services.connections.remove(connection.id);
}
