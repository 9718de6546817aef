import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock, Identity, RequestHandler } from '../contracts.ts';
import type { Bucket } from '../store/buckets.ts';
import type { ObjectVersion } from '../store/objects.ts';
import type { Store } from '../store/store.ts';
import { archiveStateOf } from './archive.ts';
import { newErrorDocument } from './errorDocument.ts';
import { S3Error } from './errors.ts';
import { setHeaders } from './exchange.ts';
import type { PublicAccessBlockSetting } from './publicAccess.ts';
import { newRequestId, readRequest } from './request.ts';
import type { WebsiteRedirect, WebsiteSetting } from './website.ts';

/** What the website endpoint is made of. */
export interface WebsiteHandlerOptions {
  readonly store: Store;
  readonly identity: Identity;
  readonly clock: Clock;
  /** Host names below which a bucket's name stands; `/<bucket>/…` is understood too. */
  readonly hostnames?: readonly string[];
}

type Site = {
  readonly bucket: Bucket;
  readonly setting: WebsiteSetting;
  readonly request: { readonly isHead: boolean };
};

/** Serves buckets as websites: GET and HEAD, for everyone, public objects only (rule 104). */
export function createWebsiteHandler(options: WebsiteHandlerOptions): RequestHandler {
  return async (message, response) => {
    try {
      await serve(options, message, response);
    } catch (thrown) {
      if (response.headersSent) {
        response.destroy();
        return;
      }
      const error = thrown instanceof S3Error ? thrown : new S3Error('InternalError', 'The page could not be served.');
      sendPage(message, response, error.status, newErrorDocument(error, message.url ?? '/', newRequestId()));
    }
  };
}

async function serve(
  options: WebsiteHandlerOptions,
  message: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const request = readRequest(message, options.hostnames ?? [], newRequestId());
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    throw new S3Error('MethodNotAllowed', 'A website answers GET and HEAD only.');
  }
  const bucket = request.bucket === undefined ? undefined : options.store.buckets.find(request.bucket);
  if (bucket === undefined) {
    throw new S3Error('NoSuchBucket', 'The specified bucket does not exist.');
  }
  const setting = options.store.buckets.getSetting(bucket.id, 'website') as WebsiteSetting | undefined;
  if (setting === undefined) {
    throw new S3Error('NoSuchWebsiteConfiguration', 'The specified bucket does not have a website configuration');
  }
  const site: Site = { bucket, setting, request: { isHead: request.method === 'HEAD' } };
  const key = request.key ?? '';
  const pathPrefix = request.rawPath.startsWith(`/${bucket.name}`) ? `/${bucket.name}` : '';
  const { redirectAll } = setting;
  if (redirectAll !== undefined) {
    const protocol = redirectAll.protocol ?? 'http';
    return sendRedirect(response, 301, `${protocol}://${redirectAll.hostName}/${encodeKey(key)}`);
  }
  const early = setting.rules.find((rule) => rule.errorCode === undefined && key.startsWith(rule.keyPrefix ?? ''));
  if (early !== undefined) {
    return follow(message, response, early, key, pathPrefix);
  }
  const wanted = key === '' || key.endsWith('/') ? `${key}${setting.indexSuffix ?? ''}` : key;
  const found = findPublic(options, bucket, wanted);
  if (found.kind === 'object') {
    return sendObject(options, site, response, found.version, 200);
  }
  const isFolder =
    !key.endsWith('/') && findPublic(options, bucket, `${key}/${setting.indexSuffix ?? ''}`).kind === 'object';
  if (found.status === 404 && isFolder) {
    return sendRedirect(response, 302, `${pathPrefix}/${encodeKey(key)}/`);
  }
  const late = setting.rules.find((rule) => rule.errorCode === found.status && key.startsWith(rule.keyPrefix ?? ''));
  if (late !== undefined) {
    return follow(message, response, late, key, pathPrefix);
  }
  const page = setting.errorKey === undefined ? undefined : findPublic(options, bucket, setting.errorKey);
  if (page?.kind === 'object') {
    return sendObject(options, site, response, page.version, found.status);
  }
  throw found.status === 404
    ? new S3Error('NoSuchKey', 'The specified key does not exist.')
    : new S3Error('AccessDenied', 'Access Denied');
}

type Found =
  { readonly kind: 'object'; readonly version: ObjectVersion } | { readonly kind: 'none'; readonly status: 403 | 404 };

/** An object that everyone may read. What is absent is only said to be so where everyone may read all. */
function findPublic(options: WebsiteHandlerOptions, bucket: Bucket, key: string): Found {
  const isOpenToAll = options.identity.findPublicRole?.(bucket.name) !== undefined;
  const block = options.store.buckets.getSetting(bucket.id, 'publicAccessBlock') as
    PublicAccessBlockSetting | undefined;
  const version = options.store.objects.findLatest(bucket.id, key);
  if (version === undefined || version.isMarker) {
    return { kind: 'none', status: 404 };
  }
  const isPublic = isOpenToAll || (version.acl === 'public-read' && block?.ignorePublicAcls !== true);
  const state = archiveStateOf(version, options.clock.nowMs());
  return isPublic && state !== 'archived' && state !== 'restoring'
    ? { kind: 'object', version }
    : { kind: 'none', status: 403 };
}

async function sendObject(
  options: WebsiteHandlerOptions,
  site: Site,
  response: ServerResponse,
  version: ObjectVersion,
  status: number,
): Promise<void> {
  const { headers } = version.attributes;
  const location = headers['x-amz-website-redirect-location'];
  if (location !== undefined && status === 200) {
    response.writeHead(301, { Location: location, 'Content-Length': 0 }).end();
    return;
  }
  setHeaders(response, {
    'Content-Type': headers['content-type'] ?? 'application/octet-stream',
    'Content-Encoding': headers['content-encoding'],
    'Content-Language': headers['content-language'],
    'Cache-Control': headers['cache-control'],
    'Content-Length': version.sizeBytes,
    ETag: `"${version.etag}"`,
    'Last-Modified': new Date(version.modifiedAtMs).toUTCString(),
  });
  if (site.request.isHead) {
    response.writeHead(status).end();
    return;
  }
  const bytes = options.store.blobs.read(options.store.objects.segments(version), 0, version.sizeBytes);
  response.writeHead(status);
  await pipeline(Readable.from(bytes, { objectMode: false }), response);
}

function follow(
  message: IncomingMessage,
  response: ServerResponse,
  rule: { readonly keyPrefix?: string; readonly redirect: WebsiteRedirect },
  key: string,
  pathPrefix: string,
): void {
  const { redirect } = rule;
  const target =
    redirect.replaceKeyWith ??
    (redirect.replaceKeyPrefixWith === undefined
      ? key
      : redirect.replaceKeyPrefixWith + key.slice((rule.keyPrefix ?? '').length));
  const host = redirect.hostName ?? message.headers.host ?? '';
  const path = redirect.hostName === undefined ? `${pathPrefix}/${encodeKey(target)}` : `/${encodeKey(target)}`;
  sendRedirect(response, redirect.httpRedirectCode ?? 301, `${redirect.protocol ?? 'http'}://${host}${path}`);
}

function sendRedirect(response: ServerResponse, status: number, location: string): void {
  response.writeHead(status, { Location: location, 'Content-Length': 0 }).end();
}

function sendPage(message: IncomingMessage, response: ServerResponse, status: number, body: Buffer): void {
  response.writeHead(status, { 'Content-Type': 'application/xml', 'Content-Length': body.length });
  response.end(message.method === 'HEAD' ? undefined : body);
}

function encodeKey(key: string): string {
  return key.split('/').map(encodeURIComponent).join('/');
}
