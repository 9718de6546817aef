import type { Account, PasscodeSession } from '../../model/account';
import { CosFailure } from '../failure';
import type { HttpClient } from '../http/httpClient';
import { listedPages, maxGatheredPages } from '../pages';
import { refuseRedirect, withRedirects } from '../http/redirects';
import { iamUrl, requestToken, requireSafeTransport } from './iam';
import { isRecord } from './iamFailure';
import { tokenClaims } from './tokenClaims';

/** Where a person signs in. */
export interface SignInPlace {
  readonly iamEndpoint: string;
  /** Base URL of the account list. */
  readonly accountsEndpoint: string;
}

const maxAnswerBytes = 1024 * 1024;

/**
 * The page on which a person finds a one-time passcode, as IAM's discovery document names it (control-plane §1.1). Falls back
 * to the usual path where there is no document, or it names something that is not to be opened.
 */
export async function findPasscodePage(http: HttpClient, iamEndpoint: string, signal: AbortSignal): Promise<string> {
  const base = iamUrl(iamEndpoint);
  const usual = `${base.origin}${base.pathname.replace(/\/$/, '')}/identity/passcode`;
  const document = await getJson(http, base, '/identity/.well-known/openid-configuration', {}, signal).catch(
    (error: unknown) => {
      if (signal.aborted || !(error instanceof CosFailure) || error.error.kind !== 'invalid') throw error;
      return undefined;
    },
  );
  const page = document?.['passcode_endpoint'];
  if (typeof page !== 'string' || !URL.canParse(page)) return usual;
  const url = new URL(page);
  return url.protocol === 'https:' || url.origin === base.origin ? url.href : usual;
}

/**
 * Signs in with a one-time passcode (control-plane §1.2): a refresh token, and the accounts to choose from. Throws
 * `signInNeeded`/`passcodeRefused` for one that is wrong, used or too old.
 */
export async function redeemPasscode(
  http: HttpClient,
  { iamEndpoint, accountsEndpoint }: SignInPlace,
  passcode: string,
  signal: AbortSignal,
): Promise<PasscodeSession> {
  const issued = await requestToken(http, iamEndpoint, { kind: 'passcode', passcode }, signal);
  if (issued.refreshToken === undefined) {
    const detail = 'IAM gave no refresh token for the passcode, so that nobody could stay signed in.';
    throw new CosFailure({ kind: 'unsupported', op: 'IamToken', retry: 'never', detail });
  }
  const accounts = await listAccounts(http, accountsEndpoint, issued.accessToken, signal);
  const { accountId } = tokenClaims(issued.accessToken);
  const own =
    accountId === undefined || accounts.some(({ id }) => id === accountId) ? [] : [{ id: accountId, name: '' }];
  return { refreshToken: issued.refreshToken, accounts: [...accounts, ...own] };
}

/** The active accounts of a person, by name (control-plane §1.5); none for identities that have none. */
async function listAccounts(
  http: HttpClient,
  endpoint: string,
  token: string,
  signal: AbortSignal,
): Promise<readonly Account[]> {
  const base = new URL(endpoint);
  requireSafeTransport(base, 'ListAccounts');
  const pages = listedPages<AccountPage, string>(
    { op: 'ListAccounts', what: 'accounts' },
    {
      maxPages: maxGatheredPages,
      ask: async ({ cursor: path = '/coe/v2/accounts' }) => {
        const answer = await getJson(http, base, path, { authorization: `Bearer ${token}` }, signal);
        if (answer === undefined) return { accounts: [], names: [], nextPath: undefined };
        const resources: unknown[] = Array.isArray(answer['resources']) ? answer['resources'] : [];
        return {
          accounts: resources.flatMap(accountOf),
          names: resources.map((resource) => JSON.stringify(resource)),
          nextPath: nextPath(answer['next_url'], base),
        };
      },
      next: (page) => page.nextPath,
      names: (page) => page.names,
    },
  );
  const found: Account[] = [];
  for await (const page of pages) found.push(...page.accounts);
  return found.toSorted((one, other) => one.name.localeCompare(other.name));
}

interface AccountPage {
  readonly accounts: readonly Account[];
  /** Of all that the page holds, those that are not active among them. */
  readonly names: readonly string[];
  readonly nextPath: string | undefined;
}

/** Relative, with an opaque query; only ever asked for at the same host. */
function nextPath(next: unknown, base: URL): string | undefined {
  if (typeof next !== 'string' || next === '' || !URL.canParse(next, base.href)) return undefined;
  const { pathname, search } = new URL(next, base);
  return `${pathname}${search}`;
}

function accountOf(resource: unknown): readonly Account[] {
  const metadata = isRecord(resource) ? resource['metadata'] : undefined;
  const entity = isRecord(resource) ? resource['entity'] : undefined;
  const id = isRecord(metadata) ? metadata['guid'] : undefined;
  if (typeof id !== 'string' || !isRecord(entity)) return [];
  if (typeof entity['state'] === 'string' && entity['state'] !== 'ACTIVE') return [];
  return [{ id, name: typeof entity['name'] === 'string' ? entity['name'] : id }];
}

/** A JSON object; undefined for 404. Other refusals throw `invalid`. */
async function getJson(
  http: HttpClient,
  base: URL,
  path: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Record<string, unknown> | undefined> {
  const op = path.includes('accounts') ? 'ListAccounts' : 'IamDiscovery';
  const send = async (at: string): Promise<Record<string, unknown> | undefined> =>
    await http.send(
      {
        op,
        origin: base.origin,
        repeatable: 'always',
        prepare: async () => ({
          method: 'GET',
          path: at,
          headers: { accept: 'application/json', ...headers },
        }),
        consume: async (answer) => {
          refuseRedirect(answer, op, base, at);
          const text = (await answer.read(maxAnswerBytes)).toString('utf8');
          if (answer.status === 404) return undefined;
          if (answer.status === 200) return parseObject(text, op, base.host);
          const again = answer.status === 429 || answer.status >= 500;
          throw new CosFailure({
            kind: again ? 'throttled' : 'invalid',
            op,
            host: base.host,
            httpStatus: answer.status,
            retry: again ? 'later' : 'never',
            detail: `"${base.host}" answered ${op} with status ${answer.status}.`,
          });
        },
      },
      signal,
    );
  return await withRedirects(base.origin, `${base.pathname.replace(/\/$/, '')}${path}`, send);
}

function parseObject(text: string, op: string, host: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    if (isRecord(value)) return value;
  } catch {
    // told below
  }
  const detail = `"${host}" answered ${op} with something that is not JSON.`;
  throw new CosFailure({ kind: 'invalid', op, host, reason: 'notACosEndpoint', retry: 'never', detail });
}
