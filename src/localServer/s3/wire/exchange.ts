import type { ServerResponse } from 'node:http';
import type { Fault, Principal } from '../../contracts';
import type { Bucket } from '../../store/buckets';
import type { Store } from '../../store/store';
import type { Authenticated } from '../auth/authenticate';
import type { Permission } from '../auth/permissions';
import { endWith } from './bandwidth';
import { visibleBucket, type ConfigurationDelay } from './configurationDelay';
import { planBody, requireIntegrity } from './body';
import { receiveXml } from './receiveBody';
import { S3Error } from '../message/errors';
import type { S3HandlerOptions, S3Switches } from '../message/options';
import type { S3Request } from '../message/request';
import { parseXml, s3Namespace, writeXml, type XmlElement, type XmlNode } from '../message/xml';

/** One request on its way to its answer. */
export interface Exchange {
  readonly options: S3HandlerOptions;
  readonly switches: S3Switches;
  readonly store: Store;
  readonly request: S3Request;
  readonly response: ServerResponse;
  readonly auth: Authenticated;
  readonly principal: Principal;
  readonly faults: readonly Fault[];
  readonly configurationDelay: ConfigurationDelay;
  /** The server's time when the request came in. */
  readonly nowMs: number;
}

/** An exchange about a bucket that exists at this endpoint. */
export interface BucketExchange extends Exchange {
  readonly bucket: Bucket;
}

/** An exchange about a key. */
export interface ObjectExchange extends BucketExchange {
  readonly key: string;
}

interface Named {
  /** The API's name of the operation, by which faults are matched. */
  readonly name: string;
}

/** What the router finds for a request. */
export type Operation =
  | (Named & { readonly level: 'service'; readonly permission: Permission; run(exchange: Exchange): Promise<void> })
  | (Named & {
      readonly level: 'newBucket';
      readonly permission: Permission;
      run(exchange: Exchange, name: string): Promise<void>;
    })
  | (Named & {
      readonly level: 'bucket';
      readonly permission: Permission;
      run(exchange: BucketExchange): Promise<void>;
    })
  | (Named & {
      readonly level: 'object';
      readonly permission: Permission;
      run(exchange: ObjectExchange): Promise<void>;
    })
  /** Needs no permission, see rule 25. */
  | (Named & { readonly level: 'preflight'; run(exchange: BucketExchange): Promise<void> })
  /** Says in its body who sends it. */
  | (Named & { readonly level: 'form'; run(exchange: BucketExchange): Promise<void> })
  /** Known not to be possible; said only to those who may address the bucket (order of checks). */
  | (Named & { readonly level: 'refused'; readonly error: () => S3Error });

export type ResponseHeaders = Readonly<Record<string, string | number | undefined>>;

/** Answers without a body. */
export function sendEmpty(exchange: Exchange, status: number, headers: ResponseHeaders = {}): void {
  setHeaders(exchange.response, headers);
  if (
    exchange.request.method !== 'GET' &&
    exchange.request.method !== 'HEAD' &&
    loseAnswer(exchange, Buffer.alloc(0))
  ) {
    return;
  }
  if (status !== 204 && status !== 304) {
    exchange.response.setHeader('Content-Length', 0);
  }
  exchange.response.writeHead(status).end();
}

/** Answers with a document. */
export function sendXml(exchange: Exchange, root: XmlNode, headers: ResponseHeaders = {}): void {
  const body = writeXml(root, s3Namespace);
  if (!loseAnswer(exchange, body)) {
    sendDocument(exchange.response, 200, body, headers);
  }
}

/**
 * Plays a connection that breaks while the answer is sent, or before it is: what was asked for has been done then, and
 * the client does not know. True when a fault says so.
 */
function loseAnswer(exchange: Exchange, body: Buffer): boolean {
  const fault = exchange.faults.find(({ kind }) => kind === 'resetAfter' || kind === 'truncateAfter');
  const { response } = exchange;
  const { socket } = response;
  if (socket === null || (fault?.kind !== 'resetAfter' && fault?.kind !== 'truncateAfter')) {
    return false;
  }
  if (body.length === 0) {
    socket.resetAndDestroy();
    return true;
  }
  response.writeHead(200, { 'Content-Type': 'application/xml', 'Content-Length': body.length });
  response.write(body.subarray(0, Math.min(fault.bytes, body.length - 1)), () => {
    if (fault.kind === 'resetAfter') {
      socket.resetAndDestroy();
    } else {
      socket.end();
    }
  });
  return true;
}

export function sendDocument(
  response: ServerResponse,
  status: number,
  body: Buffer,
  headers: ResponseHeaders = {},
): void {
  setHeaders(response, headers);
  response.setHeader('Content-Type', 'application/xml');
  response.setHeader('Content-Length', body.length);
  response.writeHead(status);
  endWith(response, body);
}

export function setHeaders(response: ServerResponse, headers: ResponseHeaders): void {
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) {
      response.setHeader(name, value);
    }
  }
}

/**
 * Reads and parses the request's document; `integrity` says whether something must vouch for it (rule 49): `strict` where
 * IBM's service model asks for it and the documentation does not.
 */
export async function readDocument(
  exchange: Exchange,
  rootNames: string | readonly string[],
  integrity: 'required' | 'strict' | 'optional',
): Promise<XmlElement> {
  const plan = planBody(exchange.request, exchange.auth, { checksums: 'body' });
  if (integrity === 'required' || (integrity === 'strict' && exchange.switches.modelChecksums === 'required')) {
    requireIntegrity(plan);
  }
  return parseXml(await receiveXml(exchange.request.message, exchange.response, plan), rootNames);
}

/** The bucket as it is now, inside a write transaction; it may have gone since the request came in. */
export function currentBucket(exchange: BucketExchange): Bucket {
  const bucket = exchange.store.buckets.findById(exchange.bucket.id);
  if (bucket === undefined) {
    throw noSuchBucket();
  }
  return visibleBucket(exchange, bucket);
}

export function noSuchBucket(): S3Error {
  return new S3Error('NoSuchBucket', 'The specified bucket does not exist.');
}

/** The id under which a principal owns what it makes. */
export function ownerIdOf(principal: Principal): string {
  return principal.kind === 'anonymous' ? 'anonymous' : principal.accountId;
}

/** True when a body comes with the request, by what its headers say. */
export function carriesBody(exchange: Exchange): boolean {
  const length = exchange.request.headers.get('content-length') ?? '0';
  return length !== '0' || exchange.request.message.headers['transfer-encoding'] !== undefined;
}

/** Refuses a body on an operation that takes none (rule 9). */
export function refuseBody(exchange: Exchange): void {
  if (carriesBody(exchange)) {
    throw new S3Error('UnexpectedContent', 'This request does not support content.');
  }
}

/** `2016-11-30T19:52:53.125Z` (rule 13). */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** `Wed, 30 Nov 2016 19:52:53 GMT` (rule 13). */
export function httpTime(timeMs: number): string {
  return new Date(timeMs).toUTCString();
}
