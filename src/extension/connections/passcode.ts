import * as vscode from '../ui/vscode';
import type { Account, PasscodeSession } from '../../model/account';
import type { Connection, Credential, IamConnection, OtherSignIn } from '../../model/connection';
import type { Result } from '../../model/cosError';
import { addFromDraft, type FormServices } from './connectionForm';
import { emptyDraft } from './draft';
import { signInHosts } from './userSetting';

type Session = Extract<Credential, { kind: 'session' }>;

/** Adds a connection of a person who signs in with a one-time passcode. */
export async function addWithPasscode(services: FormServices): Promise<Connection | undefined> {
  const credential = await askPasscode(services, signInHosts(), undefined);
  return credential === undefined ? undefined : addOther(services, 'passcode', credential);
}

/** Adds a connection with an access token from elsewhere. */
export async function addWithToken(services: FormServices): Promise<Connection | undefined> {
  const credential = await askToken(services, vscode.l10n.t('Add Connection'));
  return credential === undefined ? undefined : addOther(services, 'token', credential);
}

/** Adds a connection of a trusted profile, for VS Code on a compute resource of IBM Cloud. */
export async function addWithProfile(services: FormServices): Promise<Connection | undefined> {
  const credential = await askProfile(services, vscode.l10n.t('Add Connection'));
  return credential === undefined ? undefined : addOther(services, 'profile', credential);
}

function addOther(
  services: FormServices,
  signIn: OtherSignIn,
  credential: Credential,
): Promise<Connection | undefined> {
  const draft = { ...emptyDraft('iam', signInHosts()), other: { signIn, credential } };
  return addFromDraft(services, draft, { hmac: undefined, locationEndpoints: undefined }, 'instance');
}

/** Asks for an access token. */
export async function askToken({ prompts }: FormServices, title: string): Promise<Credential | undefined> {
  const text = await prompts.input({
    title,
    prompt: vscode.l10n.t(
      'IAM access token (ibmcloud iam oauth-tokens); it ends within an hour and is asked for again',
    ),
    password: true,
    validateInput: (value) => (bareToken(value) === '' ? vscode.l10n.t('It must not be empty.') : undefined),
  });
  return text === undefined ? undefined : { kind: 'token', accessToken: bareToken(text) };
}

/** Asks for a trusted profile and the file of the machine's token; suggests what the environment says (credentials §3.3). */
export async function askProfile({ prompts }: FormServices, title: string): Promise<Credential | undefined> {
  const { TRUSTED_PROFILE_ID: knownId = '', CR_TOKEN_FILE_PATH: knownPath = '' } = process.env;
  const validateInput = (text: string): string | undefined =>
    text.trim() === '' ? vscode.l10n.t('It must not be empty.') : undefined;
  const idPrompt = vscode.l10n.t('Id of the trusted profile (Profile-…)');
  const profileId = await prompts.input({ title, prompt: idPrompt, value: knownId, validateInput });
  if (profileId === undefined) return undefined;
  const pathPrompt = vscode.l10n.t("File with this machine's token, which its platform renews");
  const value = knownPath === '' ? '/var/run/secrets/tokens/sa-token' : knownPath;
  const tokenFsPath = await prompts.input({ title, prompt: pathPrompt, value, validateInput });
  return tokenFsPath === undefined
    ? undefined
    : { kind: 'profile', profileId: profileId.trim(), tokenFsPath: tokenFsPath.trim() };
}

/** The command line prints the token with the word that goes before it. */
function bareToken(text: string): string {
  return text.trim().replace(/^(?:IAM token:\s*)?(?:Bearer\s+)?/i, '');
}

/**
 * Opens the page with a one-time passcode, takes the code, and lets the person choose an account, or takes the one of the
 * connection. A code that is not accepted is asked for again.
 */
export async function askPasscode(
  services: FormServices,
  hosts: Pick<IamConnection, 'iamEndpoint' | 'controlEndpoints'>,
  connection: IamConnection | undefined,
): Promise<Session | undefined> {
  const { prompts } = services;
  const page = await services.engine.send('accounts/findPasscodePage', iamOf(hosts));
  if (!page.ok) return fail(services, page);
  await vscode.env.openExternal(vscode.Uri.parse(page.value, true));
  for (;;) {
    const passcode = await prompts.input({
      title:
        connection === undefined ? vscode.l10n.t('Add Connection') : vscode.l10n.t('Sign in to "{0}"', connection.name),
      prompt: vscode.l10n.t(
        'One-time passcode from the page that opened in the browser; it works once, within five minutes',
      ),
      password: true,
      validateInput: (text) => (text.trim() === '' ? vscode.l10n.t('It must not be empty.') : undefined),
    });
    if (passcode === undefined) return undefined;
    const session = await redeem(services, hosts, passcode.trim());
    if (session.ok) return chooseAccount(services, session.value, connection);
    if (session.error.kind === 'cancelled') return undefined;
    const again = vscode.l10n.t('Get Another Passcode');
    if ((await prompts.error(services.failures.sentence(session.error), again)) !== again) return undefined;
    await vscode.env.openExternal(vscode.Uri.parse(page.value, true));
  }
}

async function redeem(
  { engine }: FormServices,
  hosts: Pick<IamConnection, 'iamEndpoint' | 'controlEndpoints'>,
  passcode: string,
): Promise<Result<PasscodeSession>> {
  const accountsEndpoint = hosts.controlEndpoints?.accounts;
  const place = { ...iamOf(hosts), ...(accountsEndpoint === undefined ? {} : { accountsEndpoint }) };
  return vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: vscode.l10n.t('Signing in'), cancellable: true },
    async (_progress, token) => engine.send('accounts/redeemPasscode', { passcode, ...place }, token),
  );
}

async function chooseAccount(
  { prompts }: FormServices,
  { refreshToken, accounts }: PasscodeSession,
  connection: IamConnection | undefined,
): Promise<Session | undefined> {
  const own = accountOfCrn(connection?.serviceInstanceId);
  if (own !== undefined && accounts.some(({ id }) => id === own)) {
    return { kind: 'session', refreshToken, accountId: own };
  }
  const [only] = accounts;
  if (accounts.length <= 1)
    return { kind: 'session', refreshToken, ...(only === undefined ? {} : { accountId: only.id }) };
  const items = accounts.map((account: Account) => ({ label: account.name, description: account.id, account }));
  const picked = await prompts.pick(items, {
    title: vscode.l10n.t('Sign In'),
    placeHolder: vscode.l10n.t('Account to work in'),
    matchOnDescription: true,
  });
  return picked === undefined ? undefined : { kind: 'session', refreshToken, accountId: picked.account.id };
}

/** The account that a CRN says an instance belongs to (control-plane §2.2). */
function accountOfCrn(crn: string | undefined): string | undefined {
  return /^a\/(.+)$/.exec(crn?.split(':')[6] ?? '')?.[1];
}

function iamOf({ iamEndpoint }: Pick<IamConnection, 'iamEndpoint'>): { readonly iamEndpoint?: string } {
  return iamEndpoint === undefined ? {} : { iamEndpoint };
}

async function fail(services: FormServices, answer: Extract<Result<unknown>, { ok: false }>): Promise<undefined> {
  await services.failures.report(answer.error);
  return undefined;
}
