import { createPrivateKey, createPublicKey, randomUUID, sign, verify, type KeyObject } from 'node:crypto';
import type { Clock } from '../contracts';

/** What a token is for. Refresh tokens must not pass as access tokens, so the purpose is a signed claim. */
export type TokenPurpose = 'access' | 'refresh' | 'delegatedRefresh';

/** What a token says about its bearer. */
export interface TokenSubject {
  readonly iamId: string;
  readonly kind: 'user' | 'serviceId' | 'profile';
  readonly name: string;
  readonly email?: string;
  /** Absent: a passcode login that has not chosen an account yet (control-plane §1.2). */
  readonly accountId?: string;
}

/** A token that holds. */
export interface VerifiedToken {
  readonly id: string;
  readonly purpose: TokenPurpose;
  readonly subject: TokenSubject;
  readonly clientId: string;
  readonly sessionId: string;
  readonly expiresAtMs: number;
}

export type TokenVerdict =
  | { readonly ok: true; readonly token: VerifiedToken }
  | { readonly ok: false; readonly reason: 'malformed' | 'expired' | 'revoked' };

/** What the tokens ask about revocation. */
export interface Revocations {
  generation(): string;
  isRevoked(tokenId: string): boolean;
}

interface Claims {
  readonly jti: string;
  readonly purpose: TokenPurpose;
  readonly generation: string;
  readonly iam_id: string;
  readonly id: string;
  readonly sub: string;
  readonly sub_type?: 'ServiceId' | 'Profile';
  readonly name: string;
  readonly email?: string;
  readonly account?: { readonly valid: true; readonly bss: string };
  readonly iss: string;
  readonly iat: number;
  readonly exp: number;
  readonly grant_type: string;
  readonly scope: string;
  readonly client_id: string;
  readonly session_id: string;
  readonly authn: { readonly sub: string; readonly iam_id: string; readonly name: string };
}

/** Signs and checks tokens: RS256 JWTs with the claims of control-plane §1.2. */
export class Tokens {
  private readonly privateKey: KeyObject;
  private readonly publicKey: KeyObject;
  private readonly clock: Clock;
  private readonly revocations: Revocations;
  /** Signatures that were checked already: a client sends the same token with each request. */
  private readonly checked = new Map<string, Claims>();

  constructor(signingKeyPem: string, clock: Clock, revocations: Revocations) {
    this.privateKey = createPrivateKey(signingKeyPem);
    this.publicKey = createPublicKey(this.privateKey);
    this.clock = clock;
    this.revocations = revocations;
  }

  issue(options: {
    purpose: TokenPurpose;
    subject: TokenSubject;
    lifetimeSeconds: number;
    grantType: string;
    clientId: string;
    sessionId: string;
    issuer: string;
  }): string {
    const { subject } = options;
    const issuedAt = Math.floor(this.clock.nowMs() / 1000);
    const sub = subject.kind === 'user' ? (subject.email ?? subject.iamId) : subject.iamId.replace(/^iam-/, '');
    const claims: Claims = {
      jti: randomUUID(),
      purpose: options.purpose,
      generation: this.revocations.generation(),
      iam_id: subject.iamId,
      id: subject.iamId,
      sub,
      ...subTypes[subject.kind],
      name: subject.name,
      ...(subject.email === undefined ? {} : { email: subject.email }),
      ...(subject.accountId === undefined ? {} : { account: { valid: true, bss: subject.accountId } }),
      iss: options.issuer,
      iat: issuedAt,
      exp: issuedAt + options.lifetimeSeconds,
      grant_type: options.grantType,
      scope: 'ibm openid',
      client_id: options.clientId,
      session_id: options.sessionId,
      authn: { sub, iam_id: subject.iamId, name: subject.name },
    };
    const signed = `${encode({ alg: 'RS256', kid: 'local', typ: 'JWT' })}.${encode(claims)}`;
    return `${signed}.${sign('sha256', Buffer.from(signed), this.privateKey).toString('base64url')}`;
  }

  verify(token: string): TokenVerdict {
    const claims = this.checked.get(token) ?? this.checkSignature(token);
    if (claims === undefined) return { ok: false, reason: 'malformed' };
    if (claims.exp * 1000 <= this.clock.nowMs()) return { ok: false, reason: 'expired' };
    if (claims.generation !== this.revocations.generation() || this.revocations.isRevoked(claims.jti)) {
      return { ok: false, reason: 'revoked' };
    }
    return {
      ok: true,
      token: {
        id: claims.jti,
        purpose: claims.purpose,
        subject: {
          iamId: claims.iam_id,
          kind: kindOf(claims),
          name: claims.name,
          ...(claims.email === undefined ? {} : { email: claims.email }),
          ...(claims.account === undefined ? {} : { accountId: claims.account.bss }),
        },
        clientId: claims.client_id,
        sessionId: claims.session_id,
        expiresAtMs: claims.exp * 1000,
      },
    };
  }

  private checkSignature(token: string): Claims | undefined {
    const [header, payload, signature, ...rest] = token.split('.');
    if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) return undefined;
    const signed = Buffer.from(`${header}.${payload}`);
    if (!verify('sha256', signed, this.publicKey, Buffer.from(signature, 'base64url'))) return undefined;
    // What carries our signature is what issue() wrote.
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Claims;
    if (this.checked.size >= 1000) this.checked.clear();
    this.checked.set(token, claims);
    return claims;
  }
}

const subTypes: Readonly<Record<TokenSubject['kind'], Pick<Claims, 'sub_type'>>> = {
  user: {},
  serviceId: { sub_type: 'ServiceId' },
  profile: { sub_type: 'Profile' },
};

function kindOf({ sub_type: subType }: Claims): TokenSubject['kind'] {
  if (subType === undefined) return 'user';
  return subType === 'Profile' ? 'profile' : 'serviceId';
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
