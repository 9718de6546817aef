import * as vscode from 'vscode';
import type { Connection, Credential } from '../../model/connection';
import type { CosError, Result } from '../../model/cosError';
import type { ConnectionId } from '../../model/ids';
import { addConnection, editConnection, reportText, testConnection } from '../connections/connectionForm';
import { withPair } from '../connections/draft';
import { nameSentence } from '../connections/draftSteps';
import { saveChange } from '../connections/saveChange';
import { secretPlaceText } from '../tree/tooltips';
import type { CommandServices, CommandTable } from './command';

/** Commands on connections. */
export const connectionCommands = {
  'ibmcos.connection.add': { target: 'none', run: add },
  'ibmcos.connection.addFromClipboard': {
    target: 'none',
    run: async (services) =>
      await reveal(services, (await import('../connections/addCredential')).addFromClipboard(services)),
  },
  'ibmcos.connection.addFromFile': {
    target: 'none',
    run: async (services) =>
      await reveal(services, (await import('../connections/addCredential')).addFromFile(services)),
  },
  'ibmcos.connection.addFound': {
    target: 'none',
    run: async (services) => await reveal(services, (await import('../connections/addFound')).addFound(services)),
  },
  'ibmcos.connection.storeAndRemove': {
    target: 'none',
    run: async (services) =>
      await reveal(services, (await import('../connections/storeAndRemove')).storeAndRemove(services)),
  },
  'ibmcos.connection.edit': {
    target: 'connection',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) => {
        if (connectionId === services.localServer.connectionId) return rename(services, connection);
        if (connection.kind === 'anonymous') {
          await (await import('../connections/anonymous')).fillInAnonymous(services, connection);
        } else await editConnection(services, connection);
        return undefined;
      }),
  },
  'ibmcos.connection.rename': {
    target: 'connection',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, (connection) => rename(services, connection)),
  },
  'ibmcos.connection.test': {
    target: 'connection',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, (connection) => test(services, connection)),
  },
  'ibmcos.connection.diagnose': {
    target: 'connection',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) =>
        (await import('../connections/doctor')).examine(services, connection),
      ),
  },
  'ibmcos.connection.whyRefused': {
    target: 'bucket',
    run: (services, { connectionId, bucket }) =>
      withConnection(services, connectionId, async (connection) =>
        (await import('../connections/doctor')).examine(services, connection, { bucket }),
      ),
  },
  'ibmcos.connection.signIn': {
    target: 'connection',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, (connection) => signIn(services, connection)),
  },
  'ibmcos.connection.protect': {
    target: 'connection',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) =>
        (await import('../connections/protectConnection')).protectConnection(services, connection),
      ),
  },
  'ibmcos.connection.allowChanges': {
    target: 'connection',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) =>
        (await import('../connections/protectConnection')).allowChanges(services, connection),
      ),
  },
  'ibmcos.connection.chooseNetwork': {
    target: 'connection',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) =>
        (await import('../connections/chooseNetwork')).chooseNetwork(services, connection),
      ),
  },
  'ibmcos.connection.replaceKey': {
    target: 'connection',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) =>
        (await import('../connections/replaceKey')).replaceKey(services, connection),
      ),
  },
  'ibmcos.connection.createHmacKey': {
    target: 'connection',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, async (connection) =>
        (await import('../connections/createHmacKey')).createHmacKey(services, connection),
      ),
  },
  'ibmcos.connection.remove': {
    target: 'connection',
    run: (services, { connectionId }) =>
      withConnection(services, connectionId, (connection) => remove(services, connection)),
  },
} satisfies CommandTable;

type Outcome = Result<unknown> | undefined;

async function withConnection(
  services: CommandServices,
  id: ConnectionId,
  work: (connection: Connection) => Promise<Outcome>,
): Promise<Outcome> {
  const connection = services.connections.get(id);
  return connection === undefined ? { ok: false, error: failure('invalid', 'noConnection') } : work(connection);
}

async function add(services: CommandServices): Promise<undefined> {
  const items = [
    {
      label: vscode.l10n.t('$(key) IBM Cloud API key'),
      detail: vscode.l10n.t('Signs in to IBM Cloud Object Storage through IAM'),
      way: 'iam',
    },
    {
      label: vscode.l10n.t('$(globe) One-time passcode'),
      detail: vscode.l10n.t('Opens the sign-in page of IBM Cloud in the browser; for your own account, also with MFA'),
      way: 'passcode',
    },
    {
      label: vscode.l10n.t('$(lock) HMAC key pair'),
      detail: vscode.l10n.t('For IBM Cloud Object Storage or any S3-compatible service'),
      way: 'hmac',
    },
    {
      label: vscode.l10n.t('$(unlock) Public bucket, without signing in'),
      detail: vscode.l10n.t('Reads what everyone may read'),
      way: 'anonymous',
    },
    {
      label: vscode.l10n.t('$(clippy) Service credential on the clipboard'),
      detail: vscode.l10n.t('The JSON of a service credential, with an API key, an HMAC key pair, or both'),
      way: 'clipboard',
    },
    {
      label: vscode.l10n.t('$(json) Service credential in a file…'),
      detail: vscode.l10n.t('The same, saved as a file'),
      way: 'file',
    },
    {
      label: vscode.l10n.t('$(ticket) IAM access token'),
      detail: vscode.l10n.t('For an hour at most, such as one that the ibmcloud command printed'),
      way: 'token',
    },
    {
      label: vscode.l10n.t('$(vm) Trusted profile'),
      detail: vscode.l10n.t('For VS Code on a cluster or server of IBM Cloud that has a token of its own'),
      way: 'profile',
    },
    {
      label: vscode.l10n.t('$(search) Credentials found on this machine…'),
      detail: vscode.l10n.t(
        'Of the environment, ~/.bluemix/cos_credentials and the AWS files; nothing is used unasked',
      ),
      way: 'found',
    },
    {
      label: vscode.l10n.t('$(server-environment) Local Object Storage'),
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
    const { addFromClipboard, addFromFile } = await import('../connections/addCredential');
    await reveal(services, chosen.way === 'file' ? addFromFile(services) : addFromClipboard(services));
    return;
  }
  if (chosen.way === 'anonymous') {
    await reveal(services, (await import('../connections/anonymous')).fillInAnonymous(services, undefined));
    return;
  }
  if (chosen.way === 'passcode' || chosen.way === 'token' || chosen.way === 'profile') {
    const ways = await import('../connections/passcode');
    const add = { passcode: ways.addWithPasscode, token: ways.addWithToken, profile: ways.addWithProfile }[chosen.way];
    await reveal(services, add(services));
    return;
  }
  if (chosen.way === 'found') {
    await reveal(services, (await import('../connections/addFound')).addFound(services));
    return;
  }
  await reveal(services, addConnection(services, chosen.way));
}

async function reveal({ view }: CommandServices, adding: Promise<Connection | undefined>): Promise<undefined> {
  const added = await adding;
  if (added !== undefined) await view.revealConnection(added.id);
}

async function rename(services: CommandServices, connection: Connection): Promise<Outcome> {
  const name = await services.prompts.input({
    prompt: vscode.l10n.t('New name of the connection'),
    value: connection.name,
    validateInput: nameSentence,
  });
  if (name === undefined) return undefined;
  return await saveChange(services.connections, connection.id, (now) => ({ ...now, name: name.trim() }));
}

async function test(services: CommandServices, connection: Connection): Promise<Outcome> {
  const credential = await services.connections.findCredential(connection.id);
  if (credential === undefined) return { ok: false, error: failure('signInNeeded', 'secretMissing') };
  const report = await testConnection(services, connection, credential);
  if (!report.ok) return report;
  const place = secretPlaceText(await services.connections.secretPlace(connection.id));
  void services.prompts.info(`${reportText(connection, report.value)}. ${vscode.l10n.t('Its secret is {0}.', place)}`);
  return undefined;
}

/** Asks for the secret alone, and keeps it only when it works or the person insists. */
async function signIn(services: CommandServices, connection: Connection): Promise<Outcome> {
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

async function askCredential(services: CommandServices, connection: Connection): Promise<Credential | undefined> {
  const { prompts } = services;
  const title = vscode.l10n.t('Sign in to "{0}"', connection.name);
  if (connection.kind === 'iam' && connection.signIn !== undefined) {
    const { askPasscode, askProfile, askToken } = await import('../connections/passcode');
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

async function remove(services: CommandServices, connection: Connection): Promise<undefined> {
  const isLocal = connection.id === services.localServer.connectionId;
  const detail = isLocal
    ? vscode.l10n.t('Local Object Storage stops. Its buckets and objects stay on this machine for the next start.')
    : vscode.l10n.t('Its settings and its secret in the keychain are deleted. Buckets and objects stay as they are.');
  const removeButton = vscode.l10n.t('Remove');
  const question = vscode.l10n.t('Remove the connection "{0}"?', connection.name);
  if ((await services.prompts.confirm(question, detail, removeButton)) !== removeButton) return;
  await services.connections.remove(connection.id);
}

function failure(kind: CosError['kind'], reason: NonNullable<CosError['reason']>): CosError {
  const retry = kind === 'signInNeeded' ? 'afterSignIn' : 'never';
  return { kind, reason, op: 'connection/test', retry, detail: reason };
}
