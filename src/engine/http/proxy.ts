/** Which proxy to use, as settings and environment say. */
export interface ProxySettings {
  /** From the editor's `http.proxy`; empty or absent: the environment decides. */
  readonly proxyUrl?: string;
  /** From the editor's `http.noProxy`. */
  readonly noProxy?: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The proxy for requests to an origin such as `https://host:443`, or undefined for a direct connection. */
export function proxyForOrigin(origin: string, settings: ProxySettings): URL | undefined {
  const target = new URL(origin);
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
  return URL.canParse(withScheme) ? new URL(withScheme) : undefined;
}

/** Value of a `Proxy-Authorization` header for the user information of a proxy's URL. */
export function proxyAuthorization(proxy: URL): string | undefined {
  if (proxy.username === '' && proxy.password === '') return undefined;
  const user = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return `Basic ${Buffer.from(user, 'utf8').toString('base64')}`;
}

function firstOf(environment: ProxySettings['environment'], ...names: string[]): string | undefined {
  for (const name of names) {
    const value = environment[name]?.trim();
    if (value !== undefined && value !== '') return value;
  }
  return undefined;
}

/** Patterns as curl and VS Code read them: `*`, `host`, `.domain`, `*.domain`, each with an optional `:port`. */
function isCoveredBy(target: URL, rawPattern: string): boolean {
  let pattern = rawPattern.trim().toLowerCase();
  if (pattern === '') return false;
  if (pattern === '*') return true;
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
