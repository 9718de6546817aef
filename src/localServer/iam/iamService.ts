import { timingSafeEqual } from 'node:crypto';
import type { Clock } from '../contracts';
import {
  bearerToken,
  ServiceError,
  type JsonService,
  type Route,
  type ServiceAnswer,
  type ServiceRequest,
} from '../jsonService';
import type { Account } from './accounts';
import type { Identities } from './identities';
import { describeIamError, iamErrors } from './iamErrors';
import type { Passcodes } from './passcodes';
import { answerTokenRequest, type TokenSettings } from './tokenEndpoint';

/** Accounts come one to a page, so that a client that forgets to page shows it at once. */
const accountsPerPage = 1;

/** IAM identity and the account list, on one port (control-plane §1). */
export function createIamService(options: {
  identities: Identities;
  passcodes: Passcodes;
  settings: TokenSettings;
  clock: Clock;
  readonly issuer: () => string;
  /** First segment of the address below which passcodes are shown, told to the owner of the data folder only. */
  readonly pathSecret: string;
}): JsonService {
  const { identities, passcodes, issuer } = options;
  const token = (request: ServiceRequest) => answerTokenRequest(request, options);
  /** Where a request came in: the bare address, or the one with the secret. */
  const baseOf = ({ params }: ServiceRequest): string =>
    isSecret(params['secret'] ?? '', options.pathSecret) ? `${issuer()}/${options.pathSecret}` : issuer();
  const page = (request: ServiceRequest): ServiceAnswer => {
    if (baseOf(request) === issuer()) throw addressRefused();
    refuseOtherPages(request);
    return { status: 200, html: passcodes.page(), headers: pageHeaders };
  };
  const routes: readonly Route[] = [
    { method: 'POST', path: '/identity/token', operation: 'iam.token', handle: token },
    { method: 'POST', path: '/oidc/token', operation: 'iam.token', handle: token },
    {
      method: 'GET',
      path: '/identity/.well-known/openid-configuration',
      operation: 'iam.discovery',
      handle: (request) => ({
        status: 200,
        json: {
          issuer: `${issuer()}/identity`,
          token_endpoint: `${baseOf(request)}/identity/token`,
          passcode_endpoint: `${baseOf(request)}/identity/passcode`,
          authorization_endpoint: `${baseOf(request)}/identity/authorize`,
          id_token_signing_alg_values_supported: ['RS256'],
        },
      }),
    },
    { method: 'GET', path: '/identity/passcode', operation: 'iam.passcodePage', handle: page },
    {
      method: 'GET',
      path: '/v1/apikeys/details',
      operation: 'iam.apiKeyDetails',
      handle: (request) => describeApiKey(request, identities),
    },
    {
      method: 'GET',
      path: '/coe/v2/accounts',
      operation: 'accounts.list',
      handle: (request) => listAccounts(request, identities),
    },
    {
      method: 'GET',
      path: '/coe/v2/accounts/:id',
      operation: 'accounts.get',
      handle: (request) => {
        const account = visibleAccounts(request, identities).find(({ id }) => id === request.params['id']);
        if (account === undefined) throw new ServiceError(404, 'BXNAC0404E', 'The account was not found.');
        return { status: 200, json: describeAccount(account, identities) };
      },
    },
  ];
  return {
    name: 'iam',
    describeError: describeIamError,
    // A client that keeps the address of an earlier run still gets tokens there, and no passcode.
    routes: routes.flatMap((route) => [route, { ...route, path: `/:secret${route.path}` }]),
  };
}

const pageHeaders = {
  'Content-Security-Policy':
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'X-Frame-Options': 'DENY',
  'X-Content-Type-Options': 'nosniff',
  'Referrer-Policy': 'no-referrer',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

function addressRefused(): ServiceError {
  return new ServiceError(
    403,
    'address_refused',
    'Every user of this machine can come here: use the signInEndpoint of the JSON line or of credentials.json.',
  );
}

/** A passcode is shown to a person who opens the page, not to another page that fetches or frames it. */
function refuseOtherPages({ headers }: ServiceRequest): void {
  const site = headers['sec-fetch-site'];
  const mode = headers['sec-fetch-mode'];
  const destination = headers['sec-fetch-dest'];
  if (
    headers.origin !== undefined ||
    site === 'cross-site' ||
    (mode !== undefined && mode !== 'navigate') ||
    (destination !== undefined && destination !== 'document')
  ) {
    throw new ServiceError(403, 'browser_refused', 'The passcode page does not answer other web pages.');
  }
}

function isSecret(sent: string, secret: string): boolean {
  const [one, other] = [Buffer.from(sent), Buffer.from(secret)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function describeApiKey(request: ServiceRequest, identities: Identities): ServiceAnswer {
  const value = request.headers['iam-apikey'];
  if (typeof value !== 'string' || value === '') throw iamErrors.propertyMissing('IAM-Apikey');
  const key = identities.findKey(value);
  if (key === undefined) throw iamErrors.unknownApiKey();
  const createdAt = new Date(key.createdAtMs).toISOString();
  return {
    status: 200,
    json: {
      id: `ApiKey-${key.id}`,
      entity_tag: '1',
      crn: `crn:v1:bluemix:public:iam-identity::a/${key.accountId}::apikey:ApiKey-${key.id}`,
      name: key.name,
      iam_id: key.iamId,
      account_id: key.accountId,
      locked: key.condition === 'locked',
      disabled: key.condition === 'disabled',
      ...(key.condition === 'expired' ? { expires_at: createdAt } : {}),
      created_at: createdAt,
      modified_at: createdAt,
      created_by: identities.person.iamId,
    },
  };
}

function visibleAccounts(request: ServiceRequest, identities: Identities): readonly Account[] {
  const value = bearerToken(request.headers);
  const verdict = value === undefined ? undefined : identities.verifyAccessToken(value);
  if (!verdict?.ok) throw iamErrors.unauthorized();
  // A service ID or profile belongs to no account as a member.
  if (verdict.token.subject.kind !== 'user') throw new ServiceError(404, 'BXNAC0404E', 'No account was found.');
  return identities.accounts;
}

function listAccounts(request: ServiceRequest, identities: Identities): ServiceAnswer {
  const accounts = visibleAccounts(request, identities);
  const start = Number(request.url.searchParams.get('_start') ?? '0');
  if (!Number.isInteger(start) || start < 0) throw iamErrors.propertyMissing('_start');
  const resources = accounts.slice(start, start + accountsPerPage);
  const next = start + accountsPerPage;
  return {
    status: 200,
    json: {
      total_results: accounts.length,
      next_url: next < accounts.length ? `/coe/v2/accounts?_start=${next}` : null,
      resources: resources.map((account) => describeAccount(account, identities)),
    },
  };
}

function describeAccount(account: Account, identities: Identities): unknown {
  return {
    metadata: { guid: account.id, url: `/coe/v2/accounts/${account.id}`, created_at: null, updated_at: null },
    entity: {
      name: account.name,
      type: account.type,
      state: account.state,
      owner: identities.person.iamId,
      owner_userid: identities.person.email,
      owner_unique_id: identities.person.iamId,
      country_code: 'USA',
      currency_code: 'USD',
      linkages: [],
    },
  };
}
