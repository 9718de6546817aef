import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock, Faults, Identity, RequestHandler } from '../contracts';
import { archiveStateOf } from '../s3/lifecycle/archive';
import { checkReadConditions } from '../s3/object/conditions';
import { checkFirewall } from '../s3/authorize';
import { S3Error } from '../s3/message/errors';
import type { S3Switches } from '../s3/message/options';
import { readRange, type Slice } from '../s3/object/range';
import { readRequest, type S3Request } from '../s3/message/request';
import type { WebsiteSetting } from '../s3/bucket/website';
import type { Bucket } from '../store/buckets';
import { DamagedError } from '../store/damaged';
import type { ObjectVersion } from '../store/objects';
import type { Store } from '../store/store';
import { encodeKey, findRedirect, type Redirect } from './routing';

interface WebsiteOptions {
  readonly store: Store;
  readonly identity: Identity;
  readonly clock: Clock;
  readonly faults: Faults;
  readonly switches: S3Switches;
  readonly protocol: 'http' | 'https';
  readonly log: (line: string) => void;
}

/** What a request comes to. */
type Outcome =
  | { readonly kind: 'page'; readonly version: ObjectVersion; readonly status: number }
  | { readonly kind: 'redirect'; readonly redirect: Redirect }
  | { readonly kind: 'error'; readonly status: number; readonly code: string; readonly message: string };

/**
 * Static websites (rule 104): `http://<bucket>.localhost:<port>/`, or `/<bucket>/…` where names under localhost do not
 * resolve. GET and HEAD only; everyone is anonymous, whatever they send to prove otherwise.
 */
export function createWebsiteHandler(options: WebsiteOptions): RequestHandler {
  return async (message, response) => {
    try {
      const request = readRequest(message, ['localhost'], randomUUID());
      const address = { ...(request.bucket === undefined ? {} : { bucket: request.bucket }) };
      options.faults.take({ method: request.method, operation: 'website.get', ...address });
      await send(options, request, response, resolve(options, request));
    } catch (thrown) {
      if (!(thrown instanceof S3Error)) {
        const why = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
        options.log(`website: ${why}`);
      }
      if (response.headersSent || response.destroyed) response.destroy();
      else if (thrown instanceof S3Error) sendFailure(message, response, thrown);
      else
        sendError(
          message,
          response,
          500,
          'InternalError',
          thrown instanceof DamagedError ? thrown.message : 'The website cannot be shown.',
        );
    }
  };
}

function resolve(options: WebsiteOptions, request: S3Request): Outcome {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    return failure(405, 'MethodNotAllowed', 'A website answers GET and HEAD only.');
  }
  const bucket = request.bucket === undefined ? undefined : options.store.buckets.find(request.bucket);
  if (bucket === undefined) return failure(404, 'NoSuchBucket', 'The specified bucket does not exist.');
  checkFirewall({ store: options.store, request }, bucket);
  const setting = options.store.buckets.getSetting(bucket.id, 'website') as WebsiteSetting | undefined;
  if (setting === undefined) {
    return failure(404, 'NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration.');
  }
  const key = request.key ?? '';
  const host = request.headers.get('host') ?? '';
  // Below `/<bucket>/` a redirect must stay there.
  const isPathStyle = !host.toLowerCase().startsWith(`${bucket.name}.`);
  const base = { protocol: options.protocol, host: isPathStyle ? `${host}/${bucket.name}` : host };
  const { redirectAll } = setting;
  if (redirectAll !== undefined) {
    const location = `${redirectAll.protocol ?? base.protocol}://${redirectAll.hostName}/${encodeKey(key)}`;
    return { kind: 'redirect', redirect: { status: 301, location } };
  }
  const early = findRedirect(setting.rules, key, undefined, base);
  if (early !== undefined) return { kind: 'redirect', redirect: early };
  const here = `${base.protocol}://${host}${request.rawPath}`;
  const page = findPage(options, bucket, key, setting.indexSuffix, here);
  if (page.kind !== 'error') return page;
  const late = findRedirect(setting.rules, key, page.status, base);
  if (late !== undefined) return { kind: 'redirect', redirect: late };
  const errorPage = setting.errorKey === undefined ? undefined : findReadable(options, bucket, setting.errorKey);
  return errorPage?.kind === 'readable' ? { kind: 'page', version: errorPage.version, status: page.status } : page;
}

function findPage(
  options: WebsiteOptions,
  bucket: Bucket,
  key: string,
  indexSuffix: string | undefined,
  here: string,
): Outcome {
  const isFolder = key === '' || key.endsWith('/');
  const found = findReadable(options, bucket, isFolder && indexSuffix !== undefined ? key + indexSuffix : key);
  switch (found.kind) {
    case 'readable': {
      const location = found.version.attributes.headers['x-amz-website-redirect-location'];
      if (location !== undefined) return { kind: 'redirect', redirect: { status: 301, location } };
      return { kind: 'page', version: found.version, status: 200 };
    }
    case 'denied':
    case 'absent': {
      const folderPage = `${key}/${indexSuffix ?? ''}`;
      if (!isFolder && indexSuffix !== undefined && findReadable(options, bucket, folderPage).kind === 'readable') {
        return { kind: 'redirect', redirect: { status: 302, location: `${here}/` } };
      }
      return found.kind === 'absent'
        ? failure(404, 'NoSuchKey', 'The specified key does not exist.')
        : failure(403, 'AccessDenied', 'Access Denied');
    }
  }
}

/** An absent object is `denied` unless everyone may read the bucket: its absence is not everyone's business. */
function findReadable(
  { store, identity, clock }: WebsiteOptions,
  bucket: Bucket,
  key: string,
): { kind: 'readable'; version: ObjectVersion } | { kind: 'denied' | 'absent' } {
  const isPublic = identity.findPublicRole?.(bucket.name) !== undefined;
  const version = key === '' ? undefined : store.objects.findLatest(bucket.id, key);
  if (version === undefined || version.isMarker) return { kind: isPublic ? 'absent' : 'denied' };
  const block = store.buckets.getSetting(bucket.id, 'publicAccessBlock') as { ignorePublicAcls: boolean } | undefined;
  const isPublicObject = version.acl === 'public-read' && block?.ignorePublicAcls !== true;
  // Archived objects and those under a customer's key cannot be shown to anyone without more.
  const archiveState = archiveStateOf(version, clock.nowMs());
  const isPlain = archiveState !== 'archived' && archiveState !== 'restoring' && version.encryption === undefined;
  return (isPublic || isPublicObject) && isPlain ? { kind: 'readable', version } : { kind: 'denied' };
}

function failure(status: number, code: string, message: string): Outcome {
  return { kind: 'error', status, code, message };
}

async function send(
  options: WebsiteOptions,
  request: S3Request,
  response: ServerResponse,
  outcome: Outcome,
): Promise<void> {
  switch (outcome.kind) {
    case 'error':
      sendError(request.message, response, outcome.status, outcome.code, outcome.message);
      return;
    case 'redirect':
      response.writeHead(outcome.redirect.status, { Location: outcome.redirect.location, 'Content-Length': '0' }).end();
      return;
    case 'page':
      await sendPage(options, request, response, outcome);
  }
}

async function sendPage(
  { store, switches }: WebsiteOptions,
  request: S3Request,
  response: ServerResponse,
  { version, status }: { version: ObjectVersion; status: number },
): Promise<void> {
  const segments = store.objects.segments(version);
  let slice: Slice = { kind: 'whole', startByte: 0, endByte: version.sizeBytes };
  if (status === 200) {
    checkReadConditions((name) => request.headers.get(name), version, switches);
    slice = readRange(request, undefined, version, segments);
  }
  // Before the status is sent: bytes that are damaged are none of a page.
  const bytes =
    request.method === 'HEAD' ? undefined : await store.blobs.read(version, segments, slice.startByte, slice.endByte);
  if (response.destroyed) {
    await bytes?.return?.();
    return;
  }
  const range = `bytes ${slice.startByte}-${slice.endByte - 1}/${version.sizeBytes}`;
  response.writeHead(slice.kind === 'range' ? 206 : status, {
    ...version.attributes.headers,
    ...Object.fromEntries(
      Object.entries(version.attributes.metadata).map(([name, value]) => [`x-amz-meta-${name}`, value]),
    ),
    ETag: `"${version.etag}"`,
    'Last-Modified': new Date(version.modifiedAtMs).toUTCString(),
    'Accept-Ranges': 'bytes',
    'Content-Length': String(slice.endByte - slice.startByte),
    ...(slice.kind === 'range' ? { 'Content-Range': range } : {}),
  });
  if (bytes === undefined) {
    response.end();
    return;
  }
  await pipeline(Readable.from(bytes), response);
}

/** A failed condition or range: 304 has no body, the others get a page. */
function sendFailure(message: IncomingMessage, response: ServerResponse, error: S3Error): void {
  if (error.status === 304) response.writeHead(304, error.headers).end();
  else sendError(message, response, error.status, error.code, error.message);
}

function sendError(
  message: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: string,
  text: string,
): void {
  const body = `<html>\n<head><title>${status} ${code}</title></head>\n<body>\n<h1>${status} ${code}</h1>\n<p>${escapeHtml(text)}</p>\n</body>\n</html>\n`;
  if (!message.complete) response.setHeader('Connection', 'close');
  response.writeHead(status, {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': String(Buffer.byteLength(body)),
    ...(status === 405 ? { Allow: 'GET, HEAD' } : {}),
  });
  response.end(message.method === 'HEAD' ? undefined : body);
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
