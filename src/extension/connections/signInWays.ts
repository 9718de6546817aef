import * as vscode from '../ui/vscode';
import type { ServiceCredential } from '../../model/serviceCredential';
import type { SignInChoice } from '../../model/sourceCredential';
import type { FormServices } from './connectionForm';

interface Keys {
  readonly apiKey?: ServiceCredential['apiKey'] | undefined;
  readonly hmac?: ServiceCredential['hmac'] | undefined;
}

/** How a credential can sign in, the way first that nobody has to choose: what the setting says, else `otherwise`. */
export function waysOf({ apiKey, hmac }: Keys, otherwise: SignInChoice): readonly SignInChoice[] {
  if (apiKey === undefined) return ['hmac'];
  if (hmac === undefined) return ['iam'];
  const preferred = vscode.workspace.getConfiguration('ibmcos').get<string>('signIn.prefer');
  const first = preferred === 'iam' || preferred === 'hmac' ? preferred : otherwise;
  return first === 'iam' ? ['iam', 'hmac'] : ['hmac', 'iam'];
}

/** With an API key, the pair stays beside it for links; a pair signs in alone. */
export function withSignIn<T extends ServiceCredential>(credential: T, way: SignInChoice): T {
  if (way === 'iam') return credential;
  const { apiKey: _apiKey, serviceInstanceId: _instance, iamEndpoint: _iam, ...pair } = credential;
  return pair as T;
}

/** What a credential signs in with, in words. */
export function keysText({ apiKey, hmac }: Keys): string {
  if (hmac === undefined) return vscode.l10n.t('API key');
  return apiKey === undefined
    ? vscode.l10n.t('HMAC key pair')
    : vscode.l10n.t('API key, and an HMAC key pair for links');
}

/**
 * Asks which key of a credential is to sign in, where it holds both: IBM's tools take the API key of what is no
 * cos_credentials. Undefined where nobody chose.
 */
export async function askSignIn(
  { prompts }: FormServices,
  credential: ServiceCredential,
): Promise<ServiceCredential | undefined> {
  const ways = waysOf(credential, 'iam').map((way) => ({ way, credential: withSignIn(credential, way) }));
  const [only, ...others] = ways;
  if (only !== undefined && others.length === 0) return only.credential;
  const items = ways.map((one) => ({
    icon: one.way === 'hmac' ? 'lock' : 'key',
    label: keysText(one.credential),
    ...(one.way === 'iam' ? { description: vscode.l10n.t("taken by IBM's tools") } : {}),
    credential: one.credential,
  }));
  const picked = await prompts.pick(items, {
    title: vscode.l10n.t('The Credential Holds Two Keys'),
    placeHolder: vscode.l10n.t('Which one signs in? The setting ibmcos.signIn.prefer says which is offered first'),
  });
  return picked?.credential;
}
