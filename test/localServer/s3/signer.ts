import { createHash, createHmac } from 'node:crypto';

/** What a Signature Version 4 is made of; written from the specification, apart from the server's verifier. */
export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

const hex = (data: string | Buffer): string => createHash('sha256').update(data).digest('hex');
const mac = (key: string | Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

export function amzDate(timeMs: number): string {
  return new Date(timeMs).toISOString().replace(/[-:]|\.\d{3}/g, '');
}

function escape(text: string): string {
  return [...Buffer.from(text)]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9_.~-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

function canonicalPath(path: string): string {
  return path
    .split('/')
    .map((segment) => escape(decodeURIComponent(segment)))
    .join('/');
}

function canonicalQuery(query: string): string {
  return query
    .split('&')
    .filter((piece) => piece !== '')
    .map((piece) => {
      const [name = '', value = ''] = piece.split(/=(.*)/s);
      return `${escape(decodeURIComponent(name))}=${escape(decodeURIComponent(value))}`;
    })
    .sort()
    .join('&');
}

export function signingKeyOf(key: SigningKey, date: string): Buffer {
  return mac(mac(mac(mac(`AWS4${key.secretAccessKey}`, date.slice(0, 8)), key.region), 's3'), 'aws4_request');
}

/** Returns the headers with `authorization` added. `headers` must hold `host`; the time is added, as `x-amz-date` unless said otherwise. */
export function signHeaders(
  key: SigningKey,
  timeMs: number,
  request: { method: string; path: string; headers: Record<string, string>; payloadHash: string },
  timeHeader: 'x-amz-date' | 'date' = 'x-amz-date',
): { headers: Record<string, string>; signature: string } {
  const date = amzDate(timeMs);
  const scope = `${date.slice(0, 8)}/${key.region}/s3/aws4_request`;
  const headers: Record<string, string> = {
    ...request.headers,
    [timeHeader]: date,
    'x-amz-content-sha256': request.payloadHash,
  };
  const signed = Object.keys(headers)
    .map((name) => name.toLowerCase())
    .filter((name) => ['host', 'date', 'content-md5'].includes(name) || name.startsWith('x-amz-'))
    .sort();
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const [path = '', query = ''] = request.path.split(/\?(.*)/s);
  const canonical = [
    request.method,
    canonicalPath(path),
    canonicalQuery(query),
    ...signed.map((name) => `${name}:${lower[name]!.trim().replace(/ +/g, ' ')}`),
    '',
    signed.join(';'),
    request.payloadHash,
  ].join('\n');
  const signature = mac(signingKeyOf(key, date), `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hex(canonical)}`).toString(
    'hex',
  );
  headers['authorization'] =
    `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=${signed.join(';')}, Signature=${signature}`;
  return { headers, signature };
}

/** Returns the path with the parameters of a presigned URL. */
export function presign(
  key: SigningKey,
  timeMs: number,
  request: { method: string; path: string; host: string; expiresSeconds: number },
): string {
  const date = amzDate(timeMs);
  const scope = `${date.slice(0, 8)}/${key.region}/s3/aws4_request`;
  const [path = '', query = ''] = request.path.split(/\?(.*)/s);
  const all = [
    query,
    'X-Amz-Algorithm=AWS4-HMAC-SHA256',
    `X-Amz-Credential=${escape(`${key.accessKeyId}/${scope}`)}`,
    `X-Amz-Date=${date}`,
    `X-Amz-Expires=${request.expiresSeconds}`,
    'X-Amz-SignedHeaders=host',
  ]
    .filter((piece) => piece !== '')
    .join('&');
  const canonical = [
    request.method,
    canonicalPath(path),
    canonicalQuery(all),
    `host:${request.host}`,
    '',
    'host',
    'UNSIGNED-PAYLOAD',
  ].join('\n');
  const signature = mac(signingKeyOf(key, date), `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hex(canonical)}`).toString(
    'hex',
  );
  return `${path}?${all}&X-Amz-Signature=${signature}`;
}

/** A body of signed chunks, with a signed trailer if one is given. */
export function signedChunks(
  key: SigningKey,
  timeMs: number,
  seedSignature: string,
  chunks: readonly Buffer[],
  trailer?: { name: string; value: string },
): Buffer {
  const date = amzDate(timeMs);
  const scope = `${date.slice(0, 8)}/${key.region}/s3/aws4_request`;
  const signingKey = signingKeyOf(key, date);
  let previous = seedSignature;
  const pieces: Buffer[] = [];
  for (const chunk of [...chunks, Buffer.alloc(0)]) {
    previous = mac(
      signingKey,
      `AWS4-HMAC-SHA256-PAYLOAD\n${date}\n${scope}\n${previous}\n${hex('')}\n${hex(chunk)}`,
    ).toString('hex');
    pieces.push(Buffer.from(`${chunk.length.toString(16)};chunk-signature=${previous}\r\n`), chunk);
    if (chunk.length > 0) {
      pieces.push(Buffer.from('\r\n'));
    }
  }
  if (trailer !== undefined) {
    const line = `${trailer.name}:${trailer.value}`;
    const signature = mac(
      signingKey,
      `AWS4-HMAC-SHA256-TRAILER\n${date}\n${scope}\n${previous}\n${hex(`${line}\n`)}`,
    ).toString('hex');
    pieces.push(Buffer.from(`${line}\r\nx-amz-trailer-signature:${signature}\r\n`));
  }
  pieces.push(Buffer.from('\r\n'));
  return Buffer.concat(pieces);
}
