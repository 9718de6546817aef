import type { DiagnosisStep } from '../../model/diagnosis';
import { CosFailure } from '../failure';
import type { HostAnswer, HostProbe } from '../http/probeHost';

/** Beyond this a clock is told of; signatures fail at 15 minutes (emulator-rules §20). */
const noticeableSkewMs = 2 * 60_000;
const fatalSkewMs = 15 * 60_000;
/** A certificate that ends sooner is told of. */
const soonMs = 14 * 24 * 3_600_000;

/** The steps that a probe of a host stands for: proxy, name, connection, certificate, clock. */
export function hostSteps(origin: string, probe: HostProbe, strictTls: boolean, nowMs: number): DiagnosisStep[] {
  const host = new URL(origin).host;
  const { proxyHost, addresses, answer } = probe;
  const isProxyRefusal = answer instanceof CosFailure && answer.error.reason === 'proxyRefused';
  const proxy: DiagnosisStep = {
    kind: 'proxy',
    subject: host,
    outcome: isProxyRefusal ? 'failed' : 'ok',
    ...(proxyHost === undefined ? {} : { facts: { proxyHost } }),
    ...(isProxyRefusal ? { error: answer.error } : {}),
  };
  const named = proxyHost ?? host;
  if (addresses instanceof CosFailure) {
    return [proxy, { kind: 'dns', subject: named, outcome: 'failed', error: addresses.error }];
  }
  const dns: DiagnosisStep = { kind: 'dns', subject: named, outcome: 'ok', facts: { addresses } };
  if (answer === undefined || isProxyRefusal) return [proxy, dns];
  if (answer instanceof CosFailure) {
    const isTls = answer.error.kind === 'tls';
    const tcp: DiagnosisStep = { kind: 'tcp', subject: host, outcome: 'ok' };
    return [
      proxy,
      dns,
      ...(isTls ? [tcp] : []),
      { kind: isTls ? 'tls' : 'tcp', subject: host, outcome: 'failed', error: answer.error },
    ];
  }
  return [
    proxy,
    dns,
    { kind: 'tcp', subject: host, outcome: 'ok', durationMs: answer.durationMs },
    ...tlsSteps(host, answer, strictTls, nowMs),
    ...clockSteps(host, answer, nowMs),
  ];
}

function tlsSteps(host: string, { tls }: HostAnswer, strictTls: boolean, nowMs: number): DiagnosisStep[] {
  if (tls === undefined) return [];
  const { failure, chain, version } = tls;
  const endsSoon = chain[0] !== undefined && chain[0].validToMs - nowMs < soonMs;
  const untrusted = strictTls ? 'failed' : 'warning';
  return [
    {
      kind: 'tls',
      subject: host,
      outcome: failure === undefined ? (endsSoon ? 'warning' : 'ok') : untrusted,
      facts: { tlsVersion: version, chain },
      ...(failure === undefined ? {} : { error: failure.error }),
    },
  ];
}

function clockSteps(host: string, { dateMs }: HostAnswer, nowMs: number): DiagnosisStep[] {
  if (dateMs === undefined) return [{ kind: 'clock', subject: host, outcome: 'skipped' }];
  const skewMs = Math.round((nowMs - dateMs) / 1000) * 1000;
  const size = Math.abs(skewMs);
  const outcome = size > fatalSkewMs ? 'failed' : size > noticeableSkewMs ? 'warning' : 'ok';
  return [{ kind: 'clock', subject: host, outcome, facts: { skewMs } }];
}
