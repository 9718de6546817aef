import type { CosErrorKind, CosErrorReason, RetryAdvice } from '../../model/cosError';
import { CosFailure } from '../failure';

/** Where a request was going when its connection failed. */
export interface Route {
  readonly op: string;
  /** `host` or `host:port`. */
  readonly host: string;
  readonly proxyHost?: string;
}

interface Verdict {
  readonly kind: CosErrorKind;
  readonly reason?: CosErrorReason;
  /** By kind, when absent. */
  readonly retry?: RetryAdvice;
  readonly detail: string;
}

/** Codes of Node and OpenSSL that say that a certificate is not trusted. */
const certificateCodes = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'CERT_REVOKED',
  'CERT_UNTRUSTED',
  'CERT_REJECTED',
  'CERT_SIGNATURE_FAILURE',
  'CERT_CHAIN_TOO_LONG',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'HOSTNAME_MISMATCH',
  'ERR_TLS_CERT_ALTNAME_INVALID',
  'CRL_HAS_EXPIRED',
  'CRL_NOT_YET_VALID',
  'CRL_SIGNATURE_FAILURE',
  'PATH_LENGTH_EXCEEDED',
  'UNABLE_TO_DECODE_ISSUER_PUBLIC_KEY',
  'UNABLE_TO_DECRYPT_CERT_SIGNATURE',
  'UNABLE_TO_GET_CRL',
  // Whatever else a verification can find; so Node calls what BoringSSL (Electron) says of a name constraint.
  'UNSPECIFIED',
]);

/** The failure of a connection that did not bring an answer, by the code of Node's error. Never `cancelled`. */
export function networkFailure(error: Error, route: Route): CosFailure {
  const code = codeOf(error);
  const through = route.proxyHost === undefined ? '' : ` through the proxy ${route.proxyHost}`;
  const reached = route.proxyHost ?? route.host;
  const verdict = verdictOf(code, error, route.host, reached, through);
  return new CosFailure(
    {
      kind: verdict.kind,
      op: route.op,
      ...(verdict.reason === undefined ? {} : { reason: verdict.reason }),
      host: verdict.kind === 'tls' ? route.host : reached,
      ...(route.proxyHost !== undefined && isUnreached(verdict) ? { isProxy: true } : {}),
      retry: verdict.retry ?? (verdict.kind === 'network' ? 'later' : 'never'),
      ...(code === undefined ? {} : { code }),
      detail: verdict.detail,
    },
    { cause: error },
  );
}

/** Whether nothing was sent: with a proxy in between, it is the proxy that was not reached. */
function isUnreached({ reason }: Verdict): boolean {
  return reason === 'hostUnknown' || reason === 'connectionRefused';
}

function verdictOf(code: string | undefined, error: Error, host: string, reached: string, through: string): Verdict {
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
      return { kind: 'network', reason: 'hostUnknown', detail: `The host "${reached}" is unknown to DNS.` };
    case 'ECONNREFUSED':
      return { kind: 'network', reason: 'connectionRefused', detail: `Nothing accepts connections at "${reached}".` };
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return { kind: 'network', reason: 'connectionRefused', detail: `"${reached}" cannot be reached (${code}).` };
    case 'ETIMEDOUT':
      return { kind: 'network', reason: 'timedOut', detail: `"${host}" did not answer in time${through}.` };
    case 'HPE_HEADER_OVERFLOW':
      return {
        kind: 'network',
        reason: 'notACosEndpoint',
        retry: 'never',
        detail: `The headers of the answer of "${host}" are longer than any that object storage sends${through}.`,
      };
    case 'COS_INTERIM_ANSWERS':
      return {
        kind: 'network',
        reason: 'notACosEndpoint',
        retry: 'never',
        detail: `"${host}" announces an answer again and again (1xx) without giving it${through}.`,
      };
    case 'COS_SWITCHED_PROTOCOLS':
      return {
        kind: 'network',
        reason: 'notACosEndpoint',
        retry: 'never',
        detail: `"${host}" changes to another protocol (101) instead of answering${through}.`,
      };
    case 'COS_ANSWER_TOO_LONG':
      return {
        kind: 'network',
        retry: 'never',
        detail: `From "${host}"${through}: ${error.message}. It was not read to its end.`,
      };
    case 'COS_ANSWER_COMPRESSED':
      return {
        kind: 'network',
        retry: 'never',
        detail: `The answer of "${host}"${through} is ${error.message}, although it was asked for as it is. Something on the way changes answers.`,
      };
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
    case 'ERR_SSL_PACKET_LENGTH_TOO_LONG':
      return {
        kind: 'tls',
        reason: 'notACosEndpoint',
        detail: `"${host}" does not speak TLS${through}; an endpoint that starts with http:// may be meant.`,
      };
    default:
      if (code !== undefined && certificateCodes.has(code)) {
        return {
          kind: 'tls',
          reason: 'certificateUntrusted',
          detail: `The certificate of "${host}" is not trusted (${code})${through}.`,
        };
      }
      if (code?.startsWith('ERR_SSL') === true) {
        return { kind: 'tls', detail: `TLS with "${host}" failed (${code})${through}.` };
      }
      // A connection that ended within an answer; everything else that is no HTTP would be none the next time.
      if (code?.startsWith('HPE_') === true && !/^HPE_(?:INVALID_EOF_STATE|CLOSED_CONNECTION)$/.test(code)) {
        const detail = `"${host}" does not answer in HTTP (${code})${through}.`;
        return { kind: 'network', reason: 'notACosEndpoint', retry: 'never', detail };
      }
      if (code === 'ERR_INVALID_CHAR' || code === 'ERR_UNESCAPED_CHARACTERS') {
        return {
          kind: 'invalid',
          detail:
            'The request was not sent: a name, or something that the service itself had answered before, holds a character that HTTP cannot carry.',
        };
      }
      return {
        kind: 'network',
        reason: 'connectionLost',
        detail: `The connection to "${host}" was lost${through}${code === undefined ? '' : ` (${code})`}.`,
      };
  }
}

/** The code of an error, or of the first cause that has one (`AggregateError` of a connection to several addresses). */
function codeOf(error: Error): string | undefined {
  const own = (error as NodeJS.ErrnoException).code;
  if (own !== undefined) return own;
  const inner: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return inner instanceof Error ? codeOf(inner) : undefined;
}

/** The failure of a proxy that does not let a request through. */
export function proxyFailure(op: string, proxyHost: string, host: string, status: number): CosFailure {
  const detail =
    status === 407
      ? `The proxy ${proxyHost} refused the credentials (407). Put user and password into http.proxy, as in http://user:password@proxy:8080.`
      : `The proxy ${proxyHost} refused to connect to "${host}" (${status}).`;
  return new CosFailure({
    kind: 'network',
    op,
    reason: 'proxyRefused',
    host: proxyHost,
    isProxy: true,
    retry: status === 502 || status === 503 || status === 504 ? 'later' : 'never',
    httpStatus: status,
    detail,
  });
}
