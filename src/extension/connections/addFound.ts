import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import type { Connection } from '../../model/connection';
import {
  discoverCredentials,
  isAmazonKey,
  type CredentialPlace,
  type Discovery,
  type SourceCredential,
  type SourceProblem,
} from '../../model/credentialSources';
import { addServiceCredential, problemSentence } from './addCredential';
import type { FormServices } from './connectionForm';

/** Where credentials are looked for; replaced in tests. */
export interface Machine {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly homeFolder: string;
}

type FoundItem = vscode.QuickPickItem & { readonly credential?: SourceCredential; readonly problem?: string };

/**
 * Adds a connection with a credential that other tools of this machine use: environment, cos_credentials, AWS files. Offers all
 * of them in that order, says which one IBM's tools take, and uses none that was not picked.
 */
export async function addFound(
  services: FormServices,
  machine: Machine = { environment: process.env, homeFolder: homedir() },
): Promise<Connection | undefined> {
  const { prompts } = services;
  if (!vscode.workspace.isTrusted) {
    void prompts.info(vscode.l10n.t('Credentials of this machine are only looked for in trusted workspaces.'));
    return undefined;
  }
  const discoveries = [...discoverCredentials({ ...machine, join, read: readIfThere }, { kind: 'all' })];
  if (discoveries.length === 0) {
    void prompts.info(
      vscode.l10n.t(
        'Nothing was found: not in the environment (IBM_API_KEY_ID, AWS_ACCESS_KEY_ID …), nor as ~/.bluemix/cos_credentials, nor in ~/.aws.',
      ),
    );
    return undefined;
  }
  const picked = await prompts.pick(foundItems(discoveries), {
    title: vscode.l10n.t('Credentials Found on This Machine'),
    placeHolder: vscode.l10n.t("In the order in which IBM's tools look; the secret is copied to the keychain"),
    matchOnDetail: true,
  });
  if (picked?.problem !== undefined) void prompts.error(picked.problem);
  if (picked?.credential === undefined || !(await acceptsAmazonKey(services, picked.credential))) return undefined;
  return addServiceCredential(services, picked.credential);
}

/** What was found, in the order of discovery; what cannot be used says why. */
function foundItems(discoveries: readonly Discovery[]): readonly FoundItem[] {
  // AWS profiles without a key of IBM may be of another provider: no tool should take them unasked.
  const first = discoveries.findIndex((one) => one.kind === 'found' && !isForeign(one.credential));
  return discoveries.map((one, index) => {
    if (one.kind === 'problem') {
      const problem = sourceProblemSentence(one.problem);
      return { label: `$(warning) ${vscode.l10n.t('Cannot be used')}`, detail: problem, problem };
    }
    const { credential } = one;
    return {
      label: `$(${credential.apiKey === undefined ? 'lock' : 'key'}) ${placeText(credential.place)}`,
      description: [kindText(credential), ...(index === first ? [vscode.l10n.t("taken by IBM's tools")] : [])].join(
        ' · ',
      ),
      detail: detailText(credential),
      credential,
    };
  });
}

function isForeign({ place, apiKey }: SourceCredential): boolean {
  return place.kind === 'awsProfile' && apiKey === undefined;
}

function placeText(place: CredentialPlace): string {
  switch (place.kind) {
    case 'environment':
      return vscode.l10n.t('Environment variable {0}', place.variable);
    case 'cosFile':
      return place.fsPath;
    case 'awsProfile':
      return vscode.l10n.t('Profile "{0}" of {1}', place.profile, place.fsPath);
  }
}

function kindText({ apiKey, hmac }: SourceCredential): string {
  if (hmac === undefined) return vscode.l10n.t('API key');
  if (apiKey !== undefined) return vscode.l10n.t('API key, and an HMAC key pair for links');
  return isAmazonKey(hmac.accessKeyId) ? vscode.l10n.t('key of Amazon Web Services') : vscode.l10n.t('HMAC key pair');
}

function detailText(credential: SourceCredential): string {
  const { serviceInstanceId, endpoint } = credential;
  const known = [
    ...(serviceInstanceId === undefined ? [] : [serviceInstanceId]),
    ...(endpoint === undefined ? [] : [endpoint]),
  ];
  const unknown = isForeign(credential)
    ? vscode.l10n.t('May belong to another provider; you are asked for the endpoint that it is sent to')
    : vscode.l10n.t('You are asked for what is not in it');
  return known.length === 0 ? unknown : known.join(' · ');
}

async function acceptsAmazonKey({ prompts }: FormServices, { hmac, apiKey }: SourceCredential): Promise<boolean> {
  if (apiKey !== undefined || hmac === undefined || !isAmazonKey(hmac.accessKeyId)) return true;
  const use = vscode.l10n.t('Use It');
  const question = vscode.l10n.t('This is a key of Amazon Web Services.');
  const detail = vscode.l10n.t(
    'IBM Cloud does not know it. It is sent to the endpoint that you enter, and nowhere else.',
  );
  return (await prompts.confirm(question, detail, use)) === use;
}

function sourceProblemSentence(problem: SourceProblem): string {
  switch (problem.kind) {
    case 'halfPair':
      return vscode.l10n.t('{0} is set but {1} is not; an HMAC pair needs both.', problem.set, problem.missing);
    case 'temporary':
      return vscode.l10n.t('{0} is set: temporary credentials cannot be used, take an HMAC pair.', problem.variable);
    case 'cosFile':
      return problemSentence(problem.problem, `"${problem.fsPath}"`);
    case 'swappedNames':
      return vscode.l10n.t(
        'Profile "{0}" of {1} holds an API key and instance id under the names of an HMAC pair; rename them to ibm_api_key_id and ibm_service_instance_id.',
        problem.profile,
        problem.fsPath,
      );
    case 'unreadable':
      return vscode.l10n.t('"{0}" cannot be read: {1}', problem.fsPath, problem.why);
  }
}

function readIfThere(fsPath: string): string | undefined {
  try {
    return readFileSync(fsPath, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
