import type { Identity, Principal } from '../../contracts';
import { accessDenied, invalidArgument, invalidRequest } from '../message/errors';
import type { S3Request } from '../message/request';
import { verifySignature, type ChunkSigning } from './sigv4';

/** Who sent a request, and how its streamed payload is signed if it is. */
export interface Authenticated {
  readonly principal: Principal;
  readonly form: 'anonymous' | 'bearer' | 'header' | 'query';
  readonly chunks?: ChunkSigning;
}

/** Finds out who sent a request: a token, a signature, a presigned URL, or nobody (rule 16). */
export function authenticate(request: S3Request, identity: Identity, nowMs: number): Authenticated {
  const authorization = request.headers.get('authorization');
  const isPresigned = ['X-Amz-Algorithm', 'X-Amz-Signature', 'X-Amz-Credential'].some((name) =>
    request.query.has(name),
  );
  if (authorization !== undefined && isPresigned) {
    throw invalidArgument('Only one auth mechanism is allowed: the query and the Authorization header both carry one.');
  }
  if (request.query.has('Signature') && request.query.has('AWSAccessKeyId')) {
    throw invalidRequest(
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  }
  if (isPresigned) {
    return withKey(request, identity, nowMs, 'query');
  }
  if (authorization === undefined) {
    return { principal: { kind: 'anonymous' }, form: 'anonymous' };
  }
  const bearer = /^bearer +(\S+)$/i.exec(authorization);
  if (bearer !== null) {
    const verdict = identity.verifyToken(bearer[1] ?? '');
    if (!verdict.ok) {
      throw accessDenied(`The access token is ${verdict.reason}.`);
    }
    return { principal: verdict.principal, form: 'bearer' };
  }
  if (authorization.startsWith('AWS4-HMAC-SHA256')) {
    return withKey(request, identity, nowMs, 'header');
  }
  if (authorization.startsWith('AWS ')) {
    throw invalidRequest(
      'The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.',
    );
  }
  throw accessDenied('The Authorization header holds neither a Bearer token nor a Signature Version 4.');
}

function withKey(request: S3Request, identity: Identity, nowMs: number, form: 'header' | 'query'): Authenticated {
  const { accessKeyId, chunks } = verifySignature(
    request,
    form,
    nowMs,
    (id) => identity.findHmacKey(id)?.secretAccessKey,
  );
  const key = identity.findHmacKey(accessKeyId);
  if (key === undefined) {
    throw accessDenied();
  }
  return { principal: key.principal, form, chunks };
}
