import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { LocalServerInfo } from '../../src/localServer/info';

/**
 * What a server says instead of the truth. `nothing`: 200 without a body to whatever it is asked, and nothing is done.
 * `falsified`: reads are answered with other content than is there, a HEAD of nothing as if it were, writes as with
 * `nothing`.
 */
export const lies = ['nothing', 'falsified'] as const;
export type Lie = (typeof lies)[number];

/** Stands between a client and the server, and lies when it is told to: a step that passes then has asserted nothing. */
export interface LyingRelay {
  /** The server as its clients see it. Signing in and the admin endpoint stay true. */
  readonly server: LocalServerInfo;
  /** `POST` of a lie or of `truth` behind it switches, for programs that run their steps by themselves. */
  readonly controlUrl: string;
  tell(what: Lie | 'truth'): void;
  stop(): Promise<void>;
}

export async function startLyingRelay(info: LocalServerInfo): Promise<LyingRelay> {
  let told: Lie | 'truth' = 'truth';
  const servers: Server[] = [];
  const listen = async (answer: (request: IncomingMessage, response: ServerResponse) => void) => {
    const server = createServer(answer);
    servers.push(server.listen(0, '127.0.0.1'));
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const relayed = new Map<string, string>();
  const relay = async (text: string) => {
    const { origin, protocol, hostname } = new URL(text);
    const known = relayed.get(origin);
    const own =
      known ??
      `${protocol}//${hostname}:${await listen((request, response) => void answerAs(told, origin, request, response))}`;
    relayed.set(origin, own);
    return own + text.slice(origin.length);
  };
  const controlPort = await listen((request, response) => {
    const wanted = request.url?.slice(1);
    const next = wanted === 'truth' ? wanted : lies.find((lie) => lie === wanted);
    if (next !== undefined) told = next;
    response.writeHead(next === undefined ? 404 : 204).end();
  });
  const endpoints: Record<string, string> = {};
  for (const [location, url] of Object.entries(info.endpoints)) endpoints[location] = await relay(url);
  return {
    server: {
      ...info,
      endpoints,
      endpoint: await relay(info.endpoint),
      configEndpoint: await relay(info.configEndpoint),
      kmsEndpoint: await relay(info.kmsEndpoint),
      resourceControllerEndpoint: await relay(info.resourceControllerEndpoint),
      websiteEndpoint: await relay(info.websiteEndpoint),
    },
    controlUrl: `http://127.0.0.1:${controlPort}/`,
    tell: (what) => void (told = what),
    stop: async () => {
      for (const server of servers) {
        server.close();
        server.closeAllConnections();
      }
      await Promise.all(servers.filter(({ listening }) => listening).map((server) => once(server, 'close')));
    },
  };
}

async function answerAs(
  told: Lie | 'truth',
  origin: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const isRead = request.method === 'GET' || request.method === 'HEAD' || request.method === 'OPTIONS';
  if (told === 'nothing' || (told === 'falsified' && !isRead)) {
    request.resume();
    request.once('end', () => response.writeHead(200, { 'Content-Length': '0' }).end());
    return;
  }
  const { method = 'GET', url = '/', rawHeaders, headers } = request;
  // A request without a body goes on without one, not as an empty one in chunks.
  const hasFraming = headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;
  const sentHeaders = isRead || hasFraming ? rawHeaders : [...rawHeaders, 'Content-Length', '0'];
  const { hostname, port } = new URL(origin);
  const onward = httpRequest({ host: hostname, port, method, path: url, headers: sentHeaders });
  onward.on('error', () => response.destroy());
  response.on('close', () => onward.destroy());
  request.pipe(onward);
  const [answer] = (await once(onward, 'response').catch(() => [])) as [IncomingMessage?];
  if (answer === undefined) return;
  answer.on('error', () => response.destroy());
  if (told === 'truth') {
    response.writeHead(answer.statusCode ?? 500, answer.statusMessage, answer.rawHeaders);
    answer.pipe(response);
    return;
  }
  const chunks: Buffer[] = [];
  for await (const chunk of answer) chunks.push(chunk as Buffer);
  // The status is all that a HEAD says of what is not there.
  const status = method === 'HEAD' && answer.statusCode === 404 ? 200 : (answer.statusCode ?? 500);
  response.writeHead(status, falsifyHeaders(answer, method === 'HEAD'));
  response.end(falsifyBody(Buffer.concat(chunks), answer.headers['content-type'] ?? ''));
}

/** What the connection itself needs stays; what would give the lie away before the step looks is left out. */
const kept = /^(?:date|connection|keep-alive|transfer-encoding|content-length|content-encoding)$/i;
const leftOut = /^x-amz-checksum-/i;

function falsifyHeaders(answer: IncomingMessage, isHead: boolean): string[] {
  const told: string[] = [];
  for (let index = 0; index < answer.rawHeaders.length; index += 2) {
    const [name = '', value = ''] = answer.rawHeaders.slice(index, index + 2);
    if (leftOut.test(name)) continue;
    if (isHead && /^content-length$/i.test(name)) told.push(name, String(Number(value) + 1));
    else told.push(name, kept.test(name) ? value : falsifyText(value));
  }
  return told;
}

function falsifyBody(body: Buffer, contentType: string): Buffer {
  const text = () => body.toString('utf8');
  if (/xml/i.test(contentType)) {
    return Buffer.from(text().replaceAll(/>([^<]+)</g, (_, value: string) => `>${falsifyText(value)}<`));
  }
  if (/json/i.test(contentType)) {
    const other = (_: string, value: unknown) =>
      typeof value === 'string'
        ? falsifyText(value)
        : typeof value === 'number'
          ? value + 1
          : typeof value === 'boolean'
            ? !value
            : value;
    return Buffer.from(body.length === 0 ? '' : JSON.stringify(JSON.parse(text(), other)));
  }
  return body.map((byte) => byte ^ 1) as Buffer;
}

/** Another text of the same kind and length: a date stays a date, a number a number. */
export function falsifyText(text: string): string {
  const otherYear = (year: string) => String(Number(year) + 4);
  if (/^\d{4}-\d\d-\d\dT/.test(text)) return text.replace(/^\d{4}/, otherYear);
  if (/^\w{3}, \d\d \w{3} \d{4} /.test(text)) return text.replace(/\d{4}/, otherYear);
  return text.replaceAll(/&\w+;|[a-zA-Z0-9]/g, (char) => {
    if (char.startsWith('&')) return char;
    if (char === '9') return '1';
    if (char === 'z') return 'a';
    if (char === 'Z') return 'A';
    return String.fromCharCode(char.charCodeAt(0) + 1);
  });
}
