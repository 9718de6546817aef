import { createHash } from 'node:crypto';
import { canonicalQuery, encodeRfc3986, signature, type SigningKey } from './sigV4';

/** A request that a link stands for. */
export interface LinkRequest {
  readonly method: 'GET' | 'PUT';
  /** `https://host[:port]`, without path. */
  readonly origin: string;
  /** Percent-encoded path, each `%XX` in upper case, without query. */
  readonly path: string;
  /** Decoded query parameters that are part of the link. */
  readonly query: Readonly<Record<string, string>>;
}

/**
 * A URL that carries its Signature Version 4 in the query (data-plane §17): whoever has it may make this one request
 * until it expires. COS sets no upper limit to `expiresSeconds`, unlike AWS with its 7 days. Only the host is signed, so
 * that any client can use it with headers of its own.
 */
export function presignV4(request: LinkRequest, key: SigningKey, nowMs: number, expiresSeconds: number): string {
  const stamp = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
  const scope = `${stamp.slice(0, 8)}/${key.region}/s3/aws4_request`;
  const parameters = {
    ...request.query,
    'X-Amz-Algorithm': 'AWS4-HMAC-SHA256',
    'X-Amz-Credential': `${key.accessKeyId}/${scope}`,
    'X-Amz-Date': stamp,
    'X-Amz-Expires': String(expiresSeconds),
    'X-Amz-SignedHeaders': 'host',
    ...(key.sessionToken === undefined ? {} : { 'X-Amz-Security-Token': key.sessionToken }),
  };
  const query = canonicalQuery(
    Object.entries(parameters)
      .map(([name, value]) => `${encodeRfc3986(name)}=${encodeRfc3986(value)}`)
      .join('&'),
  );
  const canonicalRequest = [
    request.method,
    request.path,
    query,
    `host:${new URL(request.origin).host}`,
    '',
    'host',
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const digest = createHash('sha256').update(canonicalRequest, 'utf8').digest('hex');
  const signed = signature(key, stamp, scope, digest);
  return `${request.origin}${request.path}?${query}&X-Amz-Signature=${signed}`;
}
