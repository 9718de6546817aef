// An S3 server that does no work: it drops what it gets, remembers sizes, and sends zeros. It shows what clients cost.
// Usage: node bench/idlePeer.ts [TLS-FOLDER]. Prints its port.
import { readFileSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

const zeros = Buffer.alloc(1024 * 1024);
const modified = 'Mon, 01 Jan 2024 00:00:00 GMT';
/** An ETag that is no MD5, so that nobody compares. */
const etag = '"00000000000000000000000000000000-1"';
/** By path. */
const sizes = new Map<string, number>();
const partSizes = new Map<string, Map<string, number>>();
/** Of uploads in parts, what Complete brought, told to the look that follows; the bodies are zeros, so to nobody later. */
const wholes = new Map<string, OutgoingHttpHeaders>();
/** What a benchmark says the checksum of the zeros is, as `SHA256 value` in `x-bench-checksum` of a PUT. */
const declared = new Map<string, OutgoingHttpHeaders>();
let uploads = 0;

function handle(request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '', 'http://peer');
  const query = url.searchParams;
  const { headers } = request;
  const sentBytes = Number(headers['x-amz-decoded-content-length'] ?? headers['content-length'] ?? 0);
  const uploadId = query.get('uploadId') ?? '';
  request.resume();
  if (request.method === 'GET' || request.method === 'HEAD') answerRead(request, response, url);
  else {
    request.once('end', () => {
      if (query.has('uploads')) {
        uploads += 1;
        partSizes.set(String(uploads), new Map());
        xml(response, `<InitiateMultipartUploadResult><UploadId>${uploads}</UploadId></InitiateMultipartUploadResult>`);
      } else if (request.method === 'POST') {
        const parts = [...(partSizes.get(uploadId)?.values() ?? [])];
        sizes.set(
          url.pathname,
          parts.reduce((sum, size) => sum + size, 0),
        );
        if (headers['x-amz-checksum-type'] === 'FULL_OBJECT')
          wholes.set(url.pathname, { ...checksumsOf(headers), 'x-amz-checksum-type': 'FULL_OBJECT' });
        xml(response, `<CompleteMultipartUploadResult><ETag>${etag}</ETag></CompleteMultipartUploadResult>`);
      } else {
        if (query.has('partNumber')) partSizes.get(uploadId)?.set(query.get('partNumber') ?? '', sentBytes);
        else if (request.method === 'PUT') {
          sizes.set(url.pathname, sentBytes);
          const [algorithm = '', value = ''] = String(headers['x-bench-checksum'] ?? '').split(' ');
          if (value !== '')
            declared.set(url.pathname, {
              [`x-amz-checksum-${algorithm.toLowerCase()}`]: value,
              'x-amz-checksum-type': 'FULL_OBJECT',
            });
        }
        response.writeHead(200, { etag, ...checksumsOf(headers), 'content-length': 0 }).end();
      }
    });
  }
}

/** COS repeats the checksum that it has compared; a client that is not told so may take other measures. */
function checksumsOf(headers: IncomingHttpHeaders): OutgoingHttpHeaders {
  return Object.fromEntries(
    Object.entries(headers).filter(([name]) => /^x-amz-checksum-(?!algorithm|type)/.test(name)),
  );
}

function answerRead(request: IncomingMessage, response: ServerResponse, url: URL): void {
  const sizeBytes = sizes.get(url.pathname);
  if (/^\/[^/]+\/?$/.test(url.pathname)) {
    if (request.method === 'HEAD') response.writeHead(200).end();
    else xml(response, listOf(url.pathname.replace(/\/$/, ''), url.searchParams));
    return;
  }
  if (sizeBytes === undefined) {
    response.writeHead(404, { 'content-length': 0 }).end();
    return;
  }
  const whole = request.method === 'HEAD' ? wholes.get(url.pathname) : undefined;
  wholes.delete(url.pathname);
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  const from = Number(range?.[1] ?? 0);
  const to = range?.[2] === undefined || range[2] === '' ? sizeBytes - 1 : Math.min(Number(range[2]), sizeBytes - 1);
  response.writeHead(range === null ? 200 : 206, {
    etag,
    'last-modified': modified,
    'accept-ranges': 'bytes',
    'content-type': 'application/octet-stream',
    'content-length': to - from + 1,
    ...whole,
    ...(range === null ? declared.get(url.pathname) : {}),
    ...(range === null ? {} : { 'content-range': `bytes ${from}-${to}/${sizeBytes}` }),
  });
  if (request.method === 'HEAD') response.end();
  else sendZeros(response, to - from + 1);
}

function sendZeros(response: ServerResponse, lengthBytes: number): void {
  let left = lengthBytes;
  const more = (): void => {
    while (left > 0 && !response.destroyed) {
      const bytes = zeros.subarray(0, Math.min(left, zeros.length));
      left -= bytes.length;
      if (!response.write(bytes) && left > 0) {
        response.once('drain', more);
        return;
      }
    }
    response.end();
  };
  more();
}

/** A page of up to 1,000 keys; the token is how many came before. */
function listOf(bucket: string, query: URLSearchParams): string {
  const prefix = query.get('prefix') ?? '';
  const skip = Number(query.get('continuation-token') ?? query.get('marker') ?? 0) || 0;
  const start = `${bucket}/${prefix}`;
  const all = [...sizes].filter(([path]) => path.startsWith(start));
  const until = skip + 1000;
  const contents = all.slice(skip, until).map(([path, size]) => {
    const key = path.slice(bucket.length + 1);
    return `<Contents><Key>${key}</Key><Size>${size}</Size><ETag>${etag}</ETag><LastModified>2024-01-01T00:00:00.000Z</LastModified><StorageClass>STANDARD</StorageClass></Contents>`;
  });
  const isMore = until < all.length;
  const next = isMore ? `<NextContinuationToken>${until}</NextContinuationToken><NextMarker>${until}</NextMarker>` : '';
  return `<ListBucketResult><Name>${bucket.slice(1)}</Name><Prefix>${prefix}</Prefix><MaxKeys>1000</MaxKeys><KeyCount>${contents.length}</KeyCount><IsTruncated>${isMore}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
}

function xml(response: ServerResponse, body: string): void {
  const text = `<?xml version="1.0" encoding="UTF-8"?>${body}`;
  response.writeHead(200, { 'content-type': 'application/xml', 'content-length': Buffer.byteLength(text) }).end(text);
}

const tlsFolder = process.argv[2];
const server =
  tlsFolder === undefined
    ? createServer(handle)
    : createTlsServer(
        { key: readFileSync(join(tlsFolder, 'server-key.pem')), cert: readFileSync(join(tlsFolder, 'server.pem')) },
        handle,
      );
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`));
// Ends with the benchmark.
process.stdin.on('end', () => process.exit(0)).resume();
