import { readFile } from 'node:fs/promises';
import type { Connection, Credential } from '../../model/connection';
import { defaultIamEndpoint, requestToken, type IssuedToken } from '../auth/iam';
import { createTokenCache, type TokenCache } from '../auth/tokenCache';
import { tokenClaims } from '../auth/tokenClaims';
import type { EngineClock } from '../clock';
import { CosFailure } from '../failure';
import type { HttpClient } from '../http/httpClient';

/** A credential that brings access tokens, or is one. */
export type BearerCredential = Extract<Credential, { kind: 'apiKey' | 'session' | 'token' | 'profile' }>;

/** What getting tokens takes. */
export interface BearerOptions {
  readonly connection: Connection;
  readonly http: HttpClient;
  readonly clock: EngineClock;
  /** Keeps a refresh token that took the place of the one before, so that the next start need not ask the person. */
  readonly keepCredential?: (credential: Credential) => void;
}

/** A token that does not say when it ends is used until it is refused. */
const opaqueLifetimeMs = 24 * 3_600_000;

/** The tokens of a credential. */
export function createBearerTokens(credential: BearerCredential, options: BearerOptions): TokenCache {
  const { connection, http, clock } = options;
  const iamEndpoint = (connection.kind === 'iam' ? connection.iamEndpoint : undefined) ?? defaultIamEndpoint;
  switch (credential.kind) {
    case 'apiKey': {
      const grant = { kind: 'apiKey', apiKey: credential.apiKey } as const;
      return createTokenCache((signal) => requestToken(http, iamEndpoint, grant, signal), clock);
    }
    case 'session':
      return createTokenCache(sessionSource(credential, iamEndpoint, options), clock);
    case 'profile':
      return createTokenCache(async (signal) => {
        const computeToken = await readComputeToken(credential.tokenFsPath);
        const grant = { kind: 'profile', profileId: credential.profileId, computeToken } as const;
        return await requestToken(http, iamEndpoint, grant, signal);
      }, clock);
    case 'token':
      return createTokenCache(async () => givenToken(credential.accessToken, clock), clock);
  }
}

/** Each refresh may bring a new refresh token, which then counts. */
function sessionSource(
  credential: Extract<Credential, { kind: 'session' }>,
  iamEndpoint: string,
  { http, keepCredential }: BearerOptions,
): (signal: AbortSignal) => Promise<IssuedToken> {
  let held = credential;
  return async (signal) => {
    const { refreshToken, accountId } = held;
    const account = accountId === undefined ? {} : { accountId };
    const issued = await requestToken(http, iamEndpoint, { kind: 'refreshToken', refreshToken, ...account }, signal);
    if (issued.refreshToken !== undefined && issued.refreshToken !== refreshToken) {
      held = { ...held, refreshToken: issued.refreshToken };
      keepCredential?.(held);
    }
    return issued;
  };
}

function givenToken(accessToken: string, clock: EngineClock): IssuedToken {
  const { expiresAtMs } = tokenClaims(accessToken);
  const lifetimeMs = expiresAtMs === undefined ? opaqueLifetimeMs : expiresAtMs - clock.nowMs();
  if (lifetimeMs > 0) return { accessToken, lifetimeMs };
  throw new CosFailure({
    kind: 'signInNeeded',
    op: 'IamToken',
    reason: 'sessionExpired',
    retry: 'afterSignIn',
    detail: 'The access token has expired.',
  });
}

/** Read anew for each token: the platform renews the file. */
async function readComputeToken(fsPath: string): Promise<string> {
  try {
    return (await readFile(fsPath, 'utf8')).trim();
  } catch (cause) {
    const detail = `The token file "${fsPath}" of the trusted profile cannot be read.`;
    const error = { kind: 'localFile', op: 'IamToken', reason: 'noSuchFile', fsPath, retry: 'never', detail } as const;
    throw new CosFailure(error, { cause });
  }
}
