import * as http from 'node:http';
import * as https from 'node:https';
import type * as tls from 'node:tls';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { BodySockets } from './bodySockets';
import { proxyAuthorization, proxyForOrigin, type ProxySettings } from './proxy';
import { trustedContext, type TrustSettings } from './trust';

/** How to reach one origin: what to hand to Node's request function. */
export interface OriginRoute {
  readonly isTls: boolean;
  readonly agent: http.Agent;
  /** TLS settings for each request: the tunnelling agent does not take them from its own options. */
  readonly trust: tls.ConnectionOptions;
  readonly host: string;
  readonly port: number;
  /** `host[:port]` of the target, for the Host header. */
  readonly authority: string;
  readonly proxyHost?: string;
  /** Prefix of the request path: the origin itself where a plain HTTP proxy wants absolute URLs. */
  readonly pathPrefix: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Connections for bodies that are read into place; none through a proxy. */
  readonly bodySockets?: BodySockets;
}

/** What shapes connections. A change means new connections. */
export interface ConnectionSettings extends ProxySettings, TrustSettings {
  /** Sockets per origin. */
  readonly maxSockets: number;
}

/** Keep-alive agents, one for each origin. */
export interface Agents {
  routeTo(origin: string): OriginRoute;
  /** No new requests; free sockets close now, busy ones when they are done. */
  retire(): void;
  /** Closes every socket at once. */
  close(): void;
}

/**
 * Agents under the given settings. `anyTarget`: whatever certificate a target has, to look at it; not so a proxy, which may be
 * given a password. Throws `CosFailure` where a certificate file is not usable.
 */
export function createAgents(settings: ConnectionSettings, anyTarget = false): Agents {
  const contextOf = trustedContext(settings);
  const trustOf = (rejectUnauthorized: boolean): tls.ConnectionOptions => {
    const secureContext = contextOf();
    return { rejectUnauthorized, ...(secureContext === undefined ? {} : { secureContext }) };
  };
  const pooling = {
    keepAlive: true,
    maxSockets: settings.maxSockets,
    maxFreeSockets: settings.maxSockets,
    scheduling: 'lifo',
  } as const;
  const routes = new Map<string, OriginRoute>();

  function createRoute(origin: string): OriginRoute {
    const url = new URL(origin);
    const isTls = url.protocol === 'https:';
    const proxy = proxyForOrigin(origin, settings);
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const trust = isTls ? trustOf(settings.strictTls && !anyTarget) : {};
    const target = { host, port: portOf(url), authority: url.host, pathPrefix: '', headers: {}, trust };
    if (proxy === undefined) {
      const agent = isTls ? new https.Agent({ ...pooling, ...trust }) : new http.Agent(pooling);
      const bodySockets = new BodySockets({ isTls, host, port: target.port, trust, maxFree: settings.maxSockets });
      return { ...target, isTls, agent, bodySockets };
    }
    const proxyHost = proxy.host;
    const isProxyTls = proxy.protocol === 'https:';
    const proxyTrust = isTls || isProxyTls ? trustOf(settings.strictTls) : {};
    if (isTls) {
      return { ...target, isTls, agent: new HttpsProxyAgent(proxy, { ...pooling, ...proxyTrust }), proxyHost };
    }
    const authorization = proxyAuthorization(proxy);
    return {
      isTls: isProxyTls,
      trust: proxyTrust,
      agent: isProxyTls ? new https.Agent({ ...pooling, ...proxyTrust }) : new http.Agent(pooling),
      host: proxy.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: portOf(proxy),
      authority: url.host,
      proxyHost,
      pathPrefix: url.origin,
      headers: authorization === undefined ? {} : { 'proxy-authorization': authorization },
    };
  }

  return {
    routeTo(origin) {
      const known = routes.get(origin);
      if (known !== undefined) return known;
      const route = createRoute(origin);
      routes.set(origin, route);
      return route;
    },
    retire() {
      for (const { agent, bodySockets } of routes.values()) {
        bodySockets?.retire();
        agent.maxFreeSockets = 0;
        for (const sockets of Object.values(agent.freeSockets)) for (const socket of sockets ?? []) socket.destroy();
      }
    },
    close() {
      for (const { agent, bodySockets } of routes.values()) {
        bodySockets?.close();
        agent.destroy();
      }
    },
  };
}

function portOf(url: URL): number {
  if (url.port !== '') return Number(url.port);
  return url.protocol === 'https:' ? 443 : 80;
}
