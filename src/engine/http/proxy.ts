import { BlockList, isIP } from 'node:net';
import { CosFailure } from '../failure';
import { isLoopback } from './loopback';

/** Which proxy to use, as settings and environment say. */
export interface ProxySettings {
  /** From the editor's `http.proxy`; empty or absent: the environment decides. */
  readonly proxyUrl?: string;
  /** From the editor's `http.noProxy`. */
  readonly noProxy?: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/**
 * The proxy for requests to an origin such as `https://host:443`, or undefined for a direct connection. Throws `CosFailure` for a
 * proxy that is not spoken to in HTTP.
 */
export function proxyForOrigin(origin: string, settings: ProxySettings): URL | undefined {
  const target = new URL(origin);
  if (isLoopback(target.hostname)) return undefined;
  const environmentNoProxy = firstOf(settings.environment, 'NO_PROXY', 'no_proxy') ?? '';
  const patterns = [...(settings.noProxy ?? []), ...environmentNoProxy.split(/[\s,]+/)];
  if (patterns.some((pattern) => isCoveredBy(target, pattern))) return undefined;
  const configured = settings.proxyUrl?.trim() ?? '';
  const text =
    configured !== ''
      ? configured
      : target.protocol === 'https:'
        ? firstOf(settings.environment, 'HTTPS_PROXY', 'https_proxy', 'ALL_PROXY', 'all_proxy')
        : firstOf(settings.environment, 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY', 'all_proxy');
  if (text === undefined) return undefined;
  const withScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  if (!URL.canParse(withScheme)) throw unreadableProxy();
  const proxy = new URL(withScheme);
  if (proxy.protocol !== 'http:' && proxy.protocol !== 'https:') throw otherProxy(proxy);
  return proxy;
}

/** Its text is not repeated: it may hold a password. */
function unreadableProxy(): CosFailure {
  const detail =
    'The address of the proxy cannot be read. Look at http.proxy, or at HTTPS_PROXY, HTTP_PROXY and ALL_PROXY in the environment: it looks like http://proxy.example.com:8080, with a user before an @ and every odd character percent-encoded.';
  return new CosFailure({ kind: 'invalid', op: 'connection', reason: 'proxyRefused', retry: 'never', detail });
}

function otherProxy({ protocol, host }: URL): CosFailure {
  const name = `${protocol}//${host}`;
  const detail = `The proxy "${name}" is not an HTTP proxy: only http:// and https:// proxies can be used. Name one in http.proxy or HTTPS_PROXY, or leave the host of the endpoint out by http.noProxy or NO_PROXY.`;
  return new CosFailure({ kind: 'invalid', op: 'connection', host, reason: 'proxyRefused', retry: 'never', detail });
}

/** Value of a `Proxy-Authorization` header for the user information of a proxy's URL. */
export function proxyAuthorization(proxy: URL): string | undefined {
  if (proxy.username === '' && proxy.password === '') return undefined;
  const user = `${decoded(proxy.username)}:${decoded(proxy.password)}`;
  return `Basic ${Buffer.from(user, 'utf8').toString('base64')}`;
}

/** As it stands where it is not percent-encoded. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function firstOf(environment: ProxySettings['environment'], ...names: string[]): string | undefined {
  for (const name of names) {
    const value = environment[name]?.trim();
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

/**
 * Patterns as curl, Go and VS Code read them: `*`, `host`, `.domain`, `*.domain`, each with an optional `:port`; and networks such
 * as `10.0.0.0/8` for hosts that are named by address.
 */
function isCoveredBy(target: URL, rawPattern: string): boolean {
  let pattern = rawPattern.trim().toLowerCase();
  if (pattern === '') return false;
  if (pattern === '*') return true;
  if (pattern.includes('/')) return isInNetwork(target, pattern);
  const port = /^(.*[^:]|\[.*\]):(\d+)$/.exec(pattern);
  if (port !== null) {
    const targetPort = target.port === '' ? (target.protocol === 'https:' ? '443' : '80') : target.port;
    if (port[2] !== targetPort) return false;
    pattern = port[1] ?? '';
  }
  pattern = pattern.replace(/^\[(.*)\]$/, '$1').replace(/^\*?\./, '');
  const host = target.hostname.toLowerCase().replace(/^\[(.*)\]$/, '$1');
  return host === pattern || host.endsWith(`.${pattern}`);
}

/** No name is looked up for it: whether a proxy is used must not depend on what DNS says today. */
function isInNetwork({ hostname }: URL, pattern: string): boolean {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  const [, network = '', bits = ''] = /^\[?([0-9a-f.:]+)\]?\/(\d{1,3})$/.exec(pattern) ?? [];
  const family = isIP(network);
  if (family === 0 || Number(bits) > (family === 4 ? 32 : 128) || isIP(address) === 0) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return list.check(address, isIP(address) === 4 ? 'ipv4' : 'ipv6');
}
