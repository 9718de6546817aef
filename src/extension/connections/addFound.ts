import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from '../ui/vscode';
import type { Connection } from '../../model/connection';
import { discoverCredentials, isAmazonKey, signInOf } from '../../model/credentialSources';
import type { CredentialPlace, Discovery, SourceCredential, SourceProblem } from '../../model/sourceCredential';
import { encodingOf } from '../../model/textFile';
import { addServiceCredential, problemSentence } from './addCredential';
import type { FormServices } from './connectionForm';
import { keysText, waysOf, withSignIn } from './signInWays';

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

/**
 * What was found, in the order of discovery; what cannot be used says why. What holds both keys is there once for each, the one
 * first that IBM's tools take, or that the setting names.
 */
function foundItems(discoveries: readonly Discovery[]): readonly FoundItem[] {
  // AWS profiles without a key of IBM may be of another provider: no tool should take them unasked.
  const first = discoveries.findIndex((one) => one.kind === 'found' && !isForeign(one.credential));
  return discoveries.flatMap((one, index): readonly FoundItem[] => {
    if (one.kind === 'problem') {
      const problem = sourceProblemSentence(one.problem);
      return [{ icon: 'warning', label: vscode.l10n.t('Cannot be used'), detail: problem, problem }];
    }
    const taken = signInOf(one.credential);
    return waysOf(one.credential, taken).map((way) => {
      const credential = withSignIn(one.credential, way);
      const isTaken = index === first && way === taken;
      return {
        icon: way === 'hmac' ? 'lock' : 'key',
        label: placeText(credential.place),
        description: [kindText(credential), ...(isTaken ? [vscode.l10n.t("taken by IBM's tools")] : [])].join(' · '),
        detail: detailText(credential),
        credential,
      };
    });
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
  const isAmazons = apiKey === undefined && hmac !== undefined && isAmazonKey(hmac.accessKeyId);
  return isAmazons ? vscode.l10n.t('key of Amazon Web Services') : keysText({ apiKey, hmac });
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
    case 'halfPair': {
      const { set, missing, profile, fsPath } = problem;
      return profile === undefined || fsPath === undefined
        ? vscode.l10n.t('{0} is set but {1} is not; an HMAC pair needs both.', set, missing)
        : vscode.l10n.t(
            'Profile "{0}" of {1} has {2} but not {3}; an HMAC pair needs both.',
            profile,
            fsPath,
            set,
            missing,
          );
    }
    case 'noProfile':
    case 'noKeys':
      return vscode.l10n.t('The AWS files hold no credentials for profile "{0}".', problem.profile);
    case 'otherSignIn':
      return vscode.l10n.t(
        'Profile "{0}" of {1} signs in by {2}, which only Amazon Web Services has.',
        problem.profile,
        problem.fsPath,
        problem.option,
      );
    case 'unreadableLine':
      return vscode.l10n.t('Line {0} of "{1}" is neither a [section] nor "key = value".', problem.line, problem.fsPath);
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
    const bytes = readFileSync(fsPath);
    return new TextDecoder(encodingOf(bytes)).decode(bytes);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}
