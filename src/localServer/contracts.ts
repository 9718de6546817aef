import type { IncomingMessage, ServerResponse } from 'node:http';

/** The server's time. Injected, so that retention, expiry and token lifetimes can be tested. */
export interface Clock {
  /** Milliseconds since the epoch. */
  nowMs(): number;
}

/** IAM service roles that the data plane distinguishes (data-plane §21). */
export type Role = 'ObjectReader' | 'ContentReader' | 'Reader' | 'ObjectWriter' | 'Writer' | 'Manager';

/** Who sent a request, after authentication. */
export type Principal =
  | { readonly kind: 'anonymous' }
  | {
      readonly kind: 'iam';
      readonly id: string;
      readonly accountId: string;
      readonly role: Role;
      /** Instances this identity may use, by guid. */
      readonly instanceIds: readonly string[];
    }
  | {
      readonly kind: 'hmac';
      readonly id: string;
      readonly accountId: string;
      readonly role: Role;
      /** The one instance that the key selects (rule 18). */
      readonly instanceId: string;
    };

/** A Cloud Object Storage service instance of this server. */
export interface ServiceInstance {
  readonly guid: string;
  readonly crn: string;
  readonly name: string;
  readonly accountId: string;
  readonly plan: 'standard' | 'lite' | 'onerate';
}

/** What the data plane needs to know of accounts, keys and tokens. */
export interface Identity {
  /** The principal of an access token, or why it is refused (rule 19). */
  verifyToken(
    token: string,
  ): { ok: true; principal: Principal } | { ok: false; reason: 'malformed' | 'expired' | 'revoked' };
  /** The secret and principal of an HMAC access key, absent when unknown or revoked. */
  findHmacKey(accessKeyId: string): { secretAccessKey: string; principal: Principal } | undefined;
  /** An instance by full CRN or bare guid (control-plane §2.2). */
  findInstance(crnOrGuid: string): ServiceInstance | undefined;
  /** The role that a public access policy gives everyone on a bucket (rule 25), absent without such a policy. */
  findPublicRole?(bucketName: string): 'ObjectReader' | 'ContentReader' | undefined;
  /** True when a new bucket may be encrypted with this Key Protect root key (rule 33). Without this method none may. */
  hasRootKey?(rootKeyCrn: string): boolean;
}

/** What a fault does to one request. Set through the admin endpoint, see docs/local-server.md. */
export type Fault =
  | { readonly kind: 'status'; readonly status: 429 | 500 | 503; readonly retryAfterSeconds?: number }
  | { readonly kind: 'latency'; readonly delayMs: number }
  | { readonly kind: 'bandwidth'; readonly bytesPerSecond: number }
  | { readonly kind: 'resetAfter'; readonly bytes: number }
  | { readonly kind: 'truncateAfter'; readonly bytes: number }
  | { readonly kind: 'corruptBody' }
  | { readonly kind: 'errorIn200' }
  | { readonly kind: 'diskFull' };

/** The faults that are armed. Asking for one consumes one of its remaining hits. */
export interface Faults {
  take(request: { method: string; operation: string; bucket?: string; key?: string }): readonly Fault[];
}

/** Answers one HTTP request. Never rejects: failures become error responses. */
export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;
