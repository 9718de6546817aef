import { randomUUID } from 'node:crypto';
import type { Clock } from '../contracts';
import type { ServiceAnswer, ServiceRequest } from '../jsonService';
import type { Identities } from './identities';
import { iamErrors } from './iamErrors';
import type { Passcodes } from './passcodes';
import type { TokenSubject } from './tokens';
import type { TrustedProfile } from './trustedProfile';

/** How tokens are issued; the admin endpoint changes it. */
export interface TokenSettings {
  accessLifetimeSeconds: number;
  refreshLifetimeSeconds: number;
  /** `required`: the person's API key is refused with BXNIM0400E and only a passcode opens a session. */
  externalAuthentication: 'off' | 'required';
}

/** IAM's defaults: an hour, and 72 hours. */
export function defaultTokenSettings(): TokenSettings {
  return { accessLifetimeSeconds: 3600, refreshLifetimeSeconds: 259_200, externalAuthentication: 'off' };
}

const apiKeyGrant = 'urn:ibm:params:oauth:grant-type:apikey';
const computeGrant = 'urn:ibm:params:oauth:grant-type:cr-token';
const assumeGrant = 'urn:ibm:params:oauth:grant-type:assume';
const passcodeGrant = 'urn:ibm:params:oauth:grant-type:passcode';

interface Context {
  readonly identities: Identities;
  readonly passcodes: Passcodes;
  readonly clock: Clock;
  readonly settings: TokenSettings;
  /** Base URL of the IAM service. */
  readonly issuer: () => string;
}

/** Answers `POST /identity/token` and `POST /oidc/token` (control-plane §1.2). Throws `ServiceError` with IAM's codes. */
export function answerTokenRequest(request: ServiceRequest, context: Context): ServiceAnswer {
  if (!/^application\/x-www-form-urlencoded\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw iamErrors.notForm();
  }
  const form = new URLSearchParams(request.bodyText);
  const grantType = required(form, 'grant_type');
  const clientId = basicClientId(request.headers.authorization);
  switch (grantType) {
    case apiKeyGrant:
      return grantByApiKey(form, clientId, context);
    case passcodeGrant:
      return grantByPasscode(form, clientId, context);
    case computeGrant:
      return grantByComputeToken(form, context);
    case assumeGrant:
      return grantByAssuming(form, context);
    case 'refresh_token':
      return grantByRefreshToken(form, clientId, context);
    default:
      throw iamErrors.unknownGrant(grantType);
  }
}

function grantByApiKey(form: URLSearchParams, clientId: string | undefined, context: Context): ServiceAnswer {
  const key = context.identities.findKey(required(form, 'apikey'));
  // IBM documents no code of its own for keys that exist and open nothing; `/v1/apikeys/details` tells them apart.
  if (key === undefined || key.condition !== undefined) throw iamErrors.unknownApiKey();
  if (key.owner === 'user' && context.settings.externalAuthentication === 'required') {
    throw iamErrors.externalAuthentication(`${context.issuer()}/identity/passcode`);
  }
  const subject = context.identities.subjectOf(key);
  const grantType = apiKeyGrant;
  if (form.get('response_type') === 'delegated_refresh_token') {
    const receiver = required(form, 'receiver_client_ids');
    return answerDelegated(subject, receiver, context);
  }
  return answerTokens({ subject, grantType, clientId, sessionId: randomUUID() }, context);
}

function grantByPasscode(form: URLSearchParams, clientId: string | undefined, context: Context): ServiceAnswer {
  const passcode = required(form, 'passcode');
  if (clientId === undefined) throw iamErrors.wrongClient();
  if (!context.passcodes.redeem(passcode)) throw iamErrors.invalidToken('passcode');
  const active = context.identities.accounts.filter((account) => account.state === 'ACTIVE');
  const only = active.length === 1 ? active[0] : undefined;
  const subject = context.identities.personSubject(only?.id);
  return answerTokens({ subject, grantType: passcodeGrant, clientId, sessionId: randomUUID() }, context);
}

/** A compute resource takes on a profile. Such a session is never refreshed: the token is shown again. */
function grantByComputeToken(form: URLSearchParams, context: Context): ServiceAnswer {
  const computeToken = required(form, 'cr_token');
  const profile = profileOf(form, context);
  if (profile.computeToken !== computeToken) throw iamErrors.invalidToken('cr_token');
  return answerProfile(profile, computeGrant, context);
}

/** A person or service ID of the same account takes on a profile. */
function grantByAssuming(form: URLSearchParams, context: Context): ServiceAnswer {
  const verdict = context.identities.verifyAccessToken(required(form, 'access_token'));
  const profile = profileOf(form, context);
  if (!verdict.ok || verdict.token.subject.kind === 'profile') throw iamErrors.invalidToken('access_token');
  if (verdict.principal.accountId !== profile.accountId) throw iamErrors.invalidToken('access_token');
  return answerProfile(profile, assumeGrant, context);
}

/** The profile that a form names, by one of its three names. */
function profileOf(form: URLSearchParams, { identities }: Context): TrustedProfile {
  const { profile } = identities;
  const names = [
    ['profile_id', profile.id],
    ['profile_crn', profile.crn],
    ['profile_name', profile.name],
  ] as const;
  const given = names.filter(([property]) => (form.get(property) ?? '') !== '');
  const [named] = given;
  if (named === undefined || given.length > 1) throw iamErrors.propertyMissing('profile_id');
  if (form.get(named[0]) !== named[1]) throw iamErrors.invalidToken(named[0]);
  return profile;
}

function answerProfile(profile: TrustedProfile, grantType: string, context: Context): ServiceAnswer {
  const { iamId, name, accountId } = profile;
  const subject: TokenSubject = { iamId, kind: 'profile', name, accountId };
  return answerTokens({ subject, grantType, clientId: undefined, sessionId: randomUUID() }, context);
}

function grantByRefreshToken(form: URLSearchParams, clientId: string | undefined, context: Context): ServiceAnswer {
  const verdict = context.identities.tokens.verify(required(form, 'refresh_token'));
  if (!verdict.ok) {
    switch (verdict.reason) {
      case 'malformed':
        throw iamErrors.invalidToken('refresh_token');
      case 'expired':
        throw iamErrors.refreshTokenExpired();
      case 'revoked':
        throw iamErrors.sessionInactive();
    }
  }
  const { token } = verdict;
  if (token.purpose !== 'refresh') throw iamErrors.invalidToken('refresh_token');
  if (clientId !== token.clientId) throw iamErrors.wrongClient();
  const accountId = form.get('account') ?? form.get('bss_account') ?? undefined;
  const subject = switchAccount(token.subject, accountId, context.identities);
  return answerTokens({ subject, grantType: 'refresh_token', clientId, sessionId: token.sessionId }, context);
}

function switchAccount(subject: TokenSubject, accountId: string | undefined, identities: Identities): TokenSubject {
  if (accountId === undefined || accountId === subject.accountId) return subject;
  const account = identities.accounts.find((candidate) => candidate.id === accountId);
  // A service ID lives in one account; an API key's session is bound to its own.
  if (account?.state !== 'ACTIVE' || subject.kind !== 'user') throw iamErrors.invalidToken('account');
  return { ...subject, accountId };
}

function answerTokens(
  grant: { subject: TokenSubject; grantType: string; clientId: string | undefined; sessionId: string },
  context: Context,
): ServiceAnswer {
  const { subject, grantType, sessionId } = grant;
  const { accessLifetimeSeconds, refreshLifetimeSeconds } = context.settings;
  const common = { subject, grantType, sessionId, issuer: `${context.issuer()}/identity` };
  const { tokens } = context.identities;
  const clientId = grant.clientId ?? 'default';
  return {
    status: 200,
    json: {
      access_token: tokens.issue({ ...common, clientId, purpose: 'access', lifetimeSeconds: accessLifetimeSeconds }),
      // Without a client of its own a caller gets no refresh token, but this text in its place.
      refresh_token:
        grant.clientId === undefined
          ? 'not_supported'
          : tokens.issue({ ...common, clientId, purpose: 'refresh', lifetimeSeconds: refreshLifetimeSeconds }),
      token_type: 'Bearer',
      expires_in: accessLifetimeSeconds,
      expiration: Math.floor(context.clock.nowMs() / 1000) + accessLifetimeSeconds,
      scope: 'ibm openid',
      session_id: sessionId,
    },
  };
}

function answerDelegated(subject: TokenSubject, receiverClientId: string, context: Context): ServiceAnswer {
  const lifetimeSeconds = context.settings.refreshLifetimeSeconds;
  return {
    status: 200,
    json: {
      delegated_refresh_token: context.identities.tokens.issue({
        purpose: 'delegatedRefresh',
        subject,
        grantType: apiKeyGrant,
        clientId: receiverClientId,
        sessionId: randomUUID(),
        issuer: `${context.issuer()}/identity`,
        lifetimeSeconds,
      }),
      token_type: 'Bearer',
      expires_in: lifetimeSeconds,
      expiration: Math.floor(context.clock.nowMs() / 1000) + lifetimeSeconds,
      scope: 'ibm openid',
    },
  };
}

function required(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (value === null || value === '') throw iamErrors.propertyMissing(name);
  return value;
}

/** The client id of a Basic header: `bx` of `Basic Yng6Yng=`. */
function basicClientId(authorization: string | undefined): string | undefined {
  const encoded = /^basic +(\S+)$/i.exec(authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const [clientId] = Buffer.from(encoded, 'base64').toString('utf8').split(':');
  return clientId === '' ? undefined : clientId;
}
