import { lookup } from 'node:dns/promises';
import * as http from 'node:http';
import * as https from 'node:https';
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { CertificateFacts } from '../../model/diagnosis';
import type { CosFailure } from '../failure';
import { createAgents, type ConnectionSettings, type OriginRoute } from './agents';
import { answerLimits, timedOut } from './answerLimits';
import { networkFailure, proxyFailure } from './networkFailure';

/** What could be found out about the way to one host without signing in. Nothing that is secret was sent. */
export interface HostProbe {
  readonly proxyHost?: string;
  /** Of the proxy where there is one, else of the host. */
  readonly addresses: readonly string[] | CosFailure;
  /** Absent where the name was not found. */
  readonly answer?: HostAnswer | CosFailure;
}

/** How a host answered a request without credentials. */
export interface HostAnswer {
  readonly durationMs: number;
  /** Date header; absent where there is none. */
  readonly dateMs?: number;
  /** Absent for plain HTTP. */
  readonly tls?: {
    readonly version: string;
    readonly chain: readonly CertificateFacts[];
    /** Why the chain is not trusted. */
    readonly failure?: CosFailure;
  };
}

const op = 'connection/diagnose';
const longestChain = 10;

/**
 * Looks up a host, connects and asks it for nothing in particular. A certificate that is not trusted is looked at all the same,
 * and told as failure: no request that carries anything follows on this connection.
 */
export async function probeHost(
  origin: string,
  settings: ConnectionSettings,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<HostProbe> {
  const agents = createAgents(settings, true);
  try {
    const route = agents.routeTo(origin);
    const through = route.proxyHost === undefined ? {} : { proxyHost: route.proxyHost };
    const addresses = await addressesOf(route);
    if (!Array.isArray(addresses)) return { ...through, addresses };
    return { ...through, addresses, answer: await ask(route, timeoutMs, signal) };
  } finally {
    agents.close();
  }
}

async function addressesOf(route: OriginRoute): Promise<readonly string[] | CosFailure> {
  const host = route.proxyHost === undefined ? route.host : new URL(`http://${route.proxyHost}`).hostname;
  try {
    return (await lookup(host.replace(/^\[(.*)\]$/, '$1'), { all: true })).map(({ address }) => address);
  } catch (error) {
    return networkFailure(error instanceof Error ? error : new Error(String(error)), placeOf(route));
  }
}

function placeOf(route: OriginRoute): { op: string; host: string; proxyHost?: string } {
  return { op, host: route.authority, ...(route.proxyHost === undefined ? {} : { proxyHost: route.proxyHost }) };
}

function ask(route: OriginRoute, timeoutMs: number, signal: AbortSignal): Promise<HostAnswer | CosFailure> {
  const startedAtMs = performance.now();
  return new Promise((resolve) => {
    const outgoing = (route.isTls ? https : http).request({
      ...(route.isTls ? route.trust : {}),
      protocol: route.isTls ? 'https:' : 'http:',
      agent: route.agent,
      host: route.host,
      port: route.port,
      method: 'HEAD',
      path: `${route.pathPrefix}/`,
      setHost: false,
      maxHeaderSize: answerLimits.maxHeadBytes,
      headers: { ...route.headers, host: route.authority },
      signal,
    });
    // However little comes, and however often: a head that drips is an answer that does not come.
    const deadline = setTimeout(() => outgoing.destroy(timedOut()), answerLimits.headSilences * timeoutMs);
    outgoing.once('close', () => clearTimeout(deadline));
    outgoing.setTimeout(timeoutMs, () => outgoing.destroy(timedOut()));
    outgoing.once('proxyConnect', ({ statusCode }: { statusCode: number }) => {
      if (statusCode === 200 || route.proxyHost === undefined) return;
      resolve(proxyFailure(op, route.proxyHost, route.authority, statusCode));
      outgoing.destroy();
    });
    outgoing.on('error', (error) => resolve(networkFailure(error, placeOf(route))));
    outgoing.once('response', (incoming) => {
      const dateMs = Date.parse(incoming.headers.date ?? '');
      const isRefused = incoming.statusCode === 407 && route.proxyHost !== undefined;
      const answer = {
        durationMs: Math.round(performance.now() - startedAtMs),
        ...(Number.isFinite(dateMs) ? { dateMs } : {}),
        ...(route.isTls ? { tls: tlsOf(incoming.socket as TLSSocket, route) } : {}),
      };
      resolve(isRefused ? proxyFailure(op, route.proxyHost ?? '', route.authority, 407) : answer);
      incoming.destroy();
    });
    outgoing.end();
  });
}

function tlsOf(socket: TLSSocket, route: OriginRoute): NonNullable<HostAnswer['tls']> {
  const version = socket.getProtocol() ?? '';
  const chain = chainOf(socket.getPeerCertificate(true));
  if (socket.authorized) return { version, chain };
  // Typed as an Error, yet Node sets the bare code.
  const code = String(socket.authorizationError);
  return { version, chain, failure: networkFailure(Object.assign(new Error(code), { code }), placeOf(route)) };
}

function chainOf(certificate: DetailedPeerCertificate): readonly CertificateFacts[] {
  const chain: CertificateFacts[] = [];
  const seen = new Set<string>();
  let next: DetailedPeerCertificate | undefined = certificate;
  // A root names itself as its issuer; what a server sends may also go round in circles.
  while (next?.fingerprint256 !== undefined && !seen.has(next.fingerprint256) && chain.length < longestChain) {
    seen.add(next.fingerprint256);
    chain.push({
      subject: nameOf(next.subject),
      issuer: nameOf(next.issuer),
      validFromMs: Date.parse(next.valid_from),
      validToMs: Date.parse(next.valid_to),
    });
    next = next.issuerCertificate;
  }
  return chain;
}

function nameOf(name: DetailedPeerCertificate['subject'] | undefined): string {
  const parts = [name?.CN, name?.O].flat();
  return parts.filter((part) => part !== undefined && part !== '').join(', ');
}
