import type { Credential } from '../../model/connection';
import { requireSafeTransport } from '../auth/iam';
import { presignV4, type LinkRequest } from '../auth/presign';
import { sha256Hex, signV4 } from '../auth/sigV4';
import type { TokenCache } from '../auth/tokenCache';
import { CosFailure } from '../failure';
import { orAborted } from '../orAborted';
import type { WireRequest } from '../http/exchange';
import { createBearerTokens, type BearerCredential, type BearerOptions } from './bearerTokens';

/** Proves to the service who asks. One for each client. */
export interface Authorizer {
  /** Headers of a request with the credentials in, for one attempt. */
  authorize(origin: string, request: WireRequest, needsInstance: boolean, signal: AbortSignal): Promise<WireRequest>;
  /** A URL with the signature in it. `unsupported` for API keys without an HMAC pair beside them: tokens cannot sign (data-plane §17). */
  presign(request: LinkRequest, expiresSeconds: number, signal: AbortSignal): Promise<string>;
  /** Has a credential at hand, so that failing to get one is not mistaken for a failing request. */
  ready(signal: AbortSignal): Promise<void>;
  /** After a refusal of the request that carried this `authorization`: whether a newer token is there, worth one more try. */
  renewAfterRefusal(refusedAuthorization: string, signal: AbortSignal): Promise<boolean>;
  /** The access token last used, to explain a refusal; undefined for HMAC keys. */
  currentToken(): string | undefined;
  close(): void;
}

/** What an authorizer is made of. */
export interface AuthorizerOptions extends BearerOptions {
  readonly resolveCredential: (signal: AbortSignal) => Promise<Credential>;
}

/** Creates the authorizer of a connection: bearer tokens for API keys, Signature Version 4 for HMAC keys. */
export function createAuthorizer(options: AuthorizerOptions): Authorizer {
  const { connection, clock } = options;
  let credential: Promise<Credential> | undefined;
  let tokens: TokenCache | undefined;
  const closing = new AbortController();
  let lastToken: string | undefined;

  async function heldCredential(signal: AbortSignal): Promise<Credential> {
    credential ??= options.resolveCredential(closing.signal).catch((error: unknown) => {
      credential = undefined; // the user may sign in meanwhile
      throw error;
    });
    return await orAborted(credential, signal);
  }

  function tokensFor(held: BearerCredential): TokenCache {
    tokens ??= createBearerTokens(held, options);
    return tokens;
  }

  return {
    async authorize(origin, request, needsInstance, signal) {
      const held = await heldCredential(signal);
      switch (held.kind) {
        case 'apiKey':
        case 'session':
        case 'profile':
        case 'token': {
          requireSafeTransport(new URL(origin), 'connection');
          const token = await tokensFor(held).get(signal);
          lastToken = token;
          const instance: Record<string, string> =
            needsInstance && connection.kind === 'iam'
              ? { 'ibm-service-instance-id': connection.serviceInstanceId }
              : {};
          return { ...request, headers: { ...request.headers, ...instance, authorization: `Bearer ${token}` } };
        }
        case 'anonymous':
          return request;
        case 'hmac': {
          if (connection.kind !== 'hmac') throw wrongCredential();
          const isTls = origin.startsWith('https:');
          // Over TLS the payload is protected already, and hashing it costs more than sending it.
          const payloadHash =
            isTls && request.body !== undefined ? 'UNSIGNED-PAYLOAD' : sha256Hex(request.body ?? new Uint8Array());
          const headers = signV4(
            { ...request, authority: new URL(origin).host, payloadHash },
            { ...held, region: connection.region },
            clock.nowMs(),
          );
          return { ...request, headers };
        }
      }
    },
    async presign(request, expiresSeconds, signal) {
      const held = await heldCredential(signal);
      if (connection.kind === 'hmac' && held.kind !== 'hmac') throw wrongCredential();
      const pair = held.kind === 'hmac' ? held : held.kind === 'apiKey' ? held.hmac : undefined;
      if (pair === undefined) throw cannotSign();
      const { accessKeyId, secretAccessKey, sessionToken } = pair;
      const token = sessionToken === undefined ? {} : { sessionToken };
      // COS accepts any region (data-plane §17); an HMAC connection says which, for services that do not.
      const region = connection.kind === 'hmac' ? connection.region : 'us-south';
      return presignV4(request, { accessKeyId, secretAccessKey, ...token, region }, clock.nowMs(), expiresSeconds);
    },
    async ready(signal) {
      const held = await heldCredential(signal);
      if (isBearer(held)) await tokensFor(held).get(signal);
    },
    async renewAfterRefusal(refusedAuthorization, signal) {
      if (tokens === undefined) return false;
      return (await tokens.afterRefusal(refusedAuthorization.replace(/^Bearer /, ''), signal)) !== undefined;
    },
    currentToken: () => lastToken,
    close() {
      closing.abort(new Error('the connection was closed'));
      tokens?.close();
    },
  };
}

function isBearer(credential: Credential): credential is BearerCredential {
  return credential.kind !== 'hmac' && credential.kind !== 'anonymous';
}

function wrongCredential(): CosFailure {
  return new CosFailure({
    kind: 'signInNeeded',
    op: 'connection',
    reason: 'secretMissing',
    retry: 'afterSignIn',
    detail: 'The stored secret is an HMAC key pair, but the connection signs in with an API key. Sign in again.',
  });
}

function cannotSign(): CosFailure {
  return new CosFailure({
    kind: 'unsupported',
    op: 'links/create',
    retry: 'never',
    detail: 'A link is signed with an HMAC secret access key, and this connection has none; create an HMAC key for it.',
  });
}
