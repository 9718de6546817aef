import * as vscode from '../ui/vscode';
import type { Connection } from '../../model/connection';
import {
  readServiceCredential,
  type CredentialTextProblem,
  type ServiceCredential,
} from '../../model/serviceCredential';
import { addFromDraft, type FormServices } from './connectionForm';
import { emptyDraft, type Draft } from './draft';
import { instanceIdProblem } from './instanceId';
import { askSignIn } from './signInWays';
import { signInHosts } from './userSetting';

/** No service credential is longer; anything else is not read at all. */
const mostBytes = 256 * 1024;

/** Adds a connection with the service credential on the clipboard, and offers to clear it from there. */
export async function addFromClipboard(services: FormServices): Promise<Connection | undefined> {
  const { clipboard } = vscode.env;
  const text = await clipboard.readText();
  const added = await addCredentialText(services, text, vscode.l10n.t('The clipboard'));
  if (added !== undefined) void offerToClear(services, text);
  return added;
}

async function offerToClear({ prompts }: FormServices, text: string): Promise<void> {
  const clear = vscode.l10n.t('Clear Clipboard');
  const question = vscode.l10n.t('The secret is in the keychain now, and still on the clipboard.');
  if ((await prompts.info(question, clear)) !== clear) return;
  // Somebody may have copied something else meanwhile.
  if ((await vscode.env.clipboard.readText()) === text) await vscode.env.clipboard.writeText('');
}

/** Adds a connection with the service credential of a file that is picked. */
export async function addFromFile(services: FormServices): Promise<Connection | undefined> {
  const uris = await services.prompts.openFiles({
    title: vscode.l10n.t('Open a Service Credential'),
    openLabel: vscode.l10n.t('Add Connection'),
    canSelectMany: false,
    filters: { [vscode.l10n.t('Service credentials')]: ['json', 'txt'], [vscode.l10n.t('All files')]: ['*'] },
  });
  const uri = uris?.[0];
  if (uri === undefined) return undefined;
  const name = uri.path.slice(uri.path.lastIndexOf('/') + 1);
  const { size } = await vscode.workspace.fs.stat(uri);
  const text = size > mostBytes ? '' : Buffer.from(await vscode.workspace.fs.readFile(uri)).toString('utf8');
  return addCredentialText(services, text, `"${name}"`);
}

/** Adds a connection with the service credential that a text holds. `source` begins the sentence that says why there is none. */
export async function addCredentialText(
  services: FormServices,
  text: string,
  source: string,
): Promise<Connection | undefined> {
  const read = readServiceCredential(text.length > mostBytes ? '' : text);
  if (read.kind !== 'found') {
    void services.prompts.error(problemSentence(read, source));
    return undefined;
  }
  const credential = await askSignIn(services, read.credential);
  return credential === undefined ? undefined : addServiceCredential(services, credential);
}

/** Adds a connection with a credential, and asks for what is not in it. */
export async function addServiceCredential(
  services: FormServices,
  credential: ServiceCredential & { readonly region?: string },
): Promise<Connection | undefined> {
  const draft = draftOfCredential(credential);
  const needsInstance = draft.kind === 'iam' && instanceIdProblem(draft.serviceInstanceId) !== undefined;
  const given = { hmac: credential.hmac, locationEndpoints: credential.locationEndpoints };
  return addFromDraft(services, draft, given, needsInstance ? 'instance' : 'endpoint');
}

/** The API key signs in where there is one; the HMAC pair is kept beside it (credentials §1, §2.3). */
function draftOfCredential(credential: ServiceCredential & { readonly region?: string }): Draft {
  const { apiKey, hmac, name = '', endpoint = '', serviceInstanceId = '', region = '' } = credential;
  if (apiKey === undefined) return { ...emptyDraft('hmac'), ...hmac, endpoint, region, name } as Draft;
  const hosts = signInHosts();
  const iamEndpoint = credential.iamEndpoint ?? hosts.iamEndpoint;
  const empty = emptyDraft('iam', iamEndpoint === undefined ? hosts : { ...hosts, iamEndpoint });
  return { ...empty, apiKey, serviceInstanceId, endpoint, name } as Draft;
}

/** Why a text is no service credential, as a sentence that begins with where it is from. */
export function problemSentence(problem: CredentialTextProblem, source: string): string {
  switch (problem.kind) {
    case 'malformed':
      return problem.at === undefined
        ? vscode.l10n.t('{0} holds no service credential: copy the JSON with "apikey" or "cos_hmac_keys".', source)
        : vscode.l10n.t(
            '{0} holds JSON that breaks at {1}: copy all of it, from the first brace to the last.',
            source,
            problem.at,
          );
    case 'notACredential':
      return vscode.l10n.t('{0} holds JSON, but neither "apikey" nor "cos_hmac_keys".', source);
    case 'halfPair':
      return vscode.l10n.t('{0} holds only one half of an HMAC key pair.', source);
    case 'redacted':
      return vscode.l10n.t(
        '{0} holds a credential whose secrets are REDACTED: whoever copied it may not see them. An administrator of the account can.',
        source,
      );
  }
}
