import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { S3Error } from './errors';

/** A request taken apart: address, parameters and headers, before anyone has judged them. */
export interface S3Request {
  readonly id: string;
  readonly method: string;
  readonly bucket?: string;
  /** Exactly as addressed, decoded: `//`, `..`, leading and trailing slashes are part of it. */
  readonly key?: string;
  /** Path as sent, still encoded; what a signature covers. */
  readonly rawPath: string;
  /** Decoded parameters in the order sent. Names are case-sensitive (rule 6). */
  readonly query: ReadonlyMap<string, string>;
  readonly message: IncomingMessage;
  /** A header's value by lower-case name, or that of a parameter that a presigned URL carries instead (rule 24). */
  header(name: string): string | undefined;
  /** All headers by lower-case name, repeated ones joined with a comma (rule 62). */
  readonly headers: ReadonlyMap<string, string>;
}

/** The id of the answer to a request that could not even be taken apart. */
export function newRequestId(): string {
  return randomUUID();
}

/** Takes a request apart. Throws InvalidURI when path or query are not decodable UTF-8. */
export function readRequest(message: IncomingMessage, hostnames: readonly string[], id: string): S3Request {
  const target = (message.url ?? '/').replace(/^https?:\/\/[^/?]*/i, '');
  const questionMark = target.indexOf('?');
  const rawPath = (questionMark < 0 ? target : target.slice(0, questionMark)) || '/';
  const query = readQuery(questionMark < 0 ? '' : target.slice(questionMark + 1));
  const headers = readHeaders(message);
  if (!rawPath.startsWith('/')) {
    throw new S3Error('InvalidURI', 'The request target must begin with "/".');
  }
  const isPresigned = query.has('X-Amz-Signature') || query.has('X-Amz-Algorithm');
  const hoisted = new Map<string, string>();
  if (isPresigned) {
    for (const [name, value] of query) {
      hoisted.set(name.toLowerCase(), value);
    }
  }
  return {
    id,
    method: message.method ?? 'GET',
    ...readAddress(rawPath, headers.get('host') ?? '', hostnames),
    rawPath,
    query,
    message,
    headers,
    header: (name) => headers.get(name) ?? (name.startsWith('x-amz-') ? hoisted.get(name) : undefined),
  };
}

function readAddress(rawPath: string, host: string, hostnames: readonly string[]): { bucket?: string; key?: string } {
  const hostname = host.replace(/:\d+$/, '').toLowerCase();
  const suffix = hostnames.find((name) => hostname.endsWith(`.${name.toLowerCase()}`));
  if (suffix !== undefined) {
    const bucket = hostname.slice(0, hostname.length - suffix.length - 1);
    return rawPath === '/' ? { bucket } : { bucket, key: decodePath(rawPath.slice(1)) };
  }
  const slash = rawPath.indexOf('/', 1);
  const bucket = decodePath(slash < 0 ? rawPath.slice(1) : rawPath.slice(1, slash));
  const key = slash < 0 ? '' : rawPath.slice(slash + 1);
  if (bucket === '') {
    // `//key` addresses no bucket; it must not be taken for the list of buckets.
    return rawPath === '/' ? {} : { bucket };
  }
  return key === '' ? { bucket } : { bucket, key: decodePath(key) };
}

function readQuery(text: string): Map<string, string> {
  const query = new Map<string, string>();
  for (const piece of text.split('&')) {
    if (piece !== '') {
      const equals = piece.indexOf('=');
      const name = decodePath((equals < 0 ? piece : piece.slice(0, equals)).replaceAll('+', ' '));
      const value = equals < 0 ? '' : decodePath(piece.slice(equals + 1).replaceAll('+', ' '));
      if (query.has(name)) {
        throw new S3Error('InvalidArgument', `The query parameter is given twice: "${name}".`);
      }
      query.set(name, value);
    }
  }
  return query;
}

function readHeaders(message: IncomingMessage): Map<string, string> {
  const headers = new Map<string, string>();
  for (let i = 0; i + 1 < message.rawHeaders.length; i += 2) {
    const name = (message.rawHeaders[i] ?? '').toLowerCase();
    const value = (message.rawHeaders[i + 1] ?? '').trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}

/** Percent-decodes; what is not UTF-8 afterwards is refused rather than repaired. */
function decodePath(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new S3Error('InvalidURI', 'The request holds a percent-encoding that is not valid UTF-8.');
  }
}
