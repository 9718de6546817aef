import type { Connection, ControlService } from '../../model/connection';
import type { CosError, CosErrorKind } from '../../model/cosError';
import type { EndpointNetwork } from '../../model/location';
import { defaultAccountsEndpoint, requireSafeTransport } from '../auth/iam';
import type { Authorizer } from '../cos/authorizer';
import { neededRole } from '../cos/roles';
import { refuseWrite, type WriteGuard } from '../cos/writeGuard';
import { cancelled, CosFailure } from '../failure';
import type { WireAnswer } from '../http/exchange';
import { mayHaveActed, type HttpClient } from '../http/httpClient';
import { refuseRedirect, withRedirects } from '../http/redirects';

/** A JSON request to one of the services around the data plane (control-plane §0). */
export interface ControlRequest {
  /** Operation in the service's vocabulary, such as `CreateBackupVault`. */
  readonly op: string;
  readonly service: ControlService;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  /** Segments below the service's base URL, not yet encoded. */
  readonly path: readonly string[];
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON; a PATCH as a merge patch (RFC 7396). */
  readonly body?: Readonly<Record<string, unknown>>;
  readonly ifMatch?: string;
  /** Base URL instead of the service's own, where a service has one for each region. */
  readonly baseUrl?: string;
}

/** What a service answered. `json` is undefined where there was no body. */
export interface ControlAnswer {
  readonly json: unknown;
  readonly etag?: string;
}

/** Sends requests of one connection, with its token. Failures are thrown classified by status (control-plane §3.9). */
export interface ControlClient {
  /**
   * Reads and deletions are repeated (a deletion whose answer was lost may find nothing left, and has succeeded then); what
   * else writes only when it was refused for now. `unsupported` for a connection by
   * HMAC keys, which these services do not know; `denied`/`readOnlyConnection` for writes of a read-only one.
   */
  send(request: ControlRequest, signal: AbortSignal): Promise<ControlAnswer>;
  /** The network that services are reached over, for those that have a host for each region. */
  readonly network?: EndpointNetwork;
}

/** What a client is made of. */
export interface ControlClientOptions {
  readonly connection: Connection;
  readonly http: HttpClient;
  readonly authorizer: Authorizer;
  readonly guard: WriteGuard;
}

/** What the attempts at one request have come to. */
interface Used {
  authorization: string;
  /** An attempt whose outcome is unknown may have been carried out. */
  mayBeDone: boolean;
}

const maxAnswerBytes = 16 * 1024 * 1024;

/** Creates the client of a connection. Sends nothing. */
export function createControlClient({ connection, http, authorizer, guard }: ControlClientOptions): ControlClient {
  async function attempt(request: ControlRequest, signal: AbortSignal, used: Used) {
    const base = baseUrlOf(request, connection);
    requireSafeTransport(base, request.op);
    const search = new URLSearchParams(request.query).toString();
    const segments = request.path.map(encodeURIComponent).join('/');
    const firstPath = `${base.pathname.replace(/\/$/, '')}/${segments}${search === '' ? '' : `?${search}`}`;
    const isDelete = request.method === 'DELETE';
    await authorizer.ready(signal).catch((error: unknown) => {
      throw signal.aborted ? cancelled(request.op) : error;
    });
    const send = async (path: string): Promise<ControlAnswer> =>
      await http.send<ControlAnswer>(
        {
          op: request.op,
          origin: base.origin,
          repeatable: isDelete || request.method === 'GET' ? 'always' : 'ifRefused',
          prepare: async (before) => {
            used.mayBeDone ||= before !== undefined && mayHaveActed(before);
            const unsigned = {
              method: request.method,
              path,
              headers: {
                accept: 'application/json',
                ...(request.body === undefined ? {} : { 'content-type': contentTypeOf(request.method) }),
                ...(request.ifMatch === undefined ? {} : { 'if-match': request.ifMatch }),
                ...request.headers,
              },
              ...(request.body === undefined ? {} : { body: Buffer.from(JSON.stringify(request.body), 'utf8') }),
            };
            const authorized = await authorizer.authorize(base.origin, unsigned, false, signal);
            used.authorization = authorized.headers['authorization'] ?? '';
            return authorized;
          },
          consume: async (answer) => {
            refuseRedirect(answer, request.op, base, path);
            const text = (await answer.read(maxAnswerBytes)).toString('utf8');
            // What is not there any more is what the attempt before has deleted.
            if (isDelete && answer.status === 404 && used.mayBeDone) return { json: undefined };
            if (answer.status < 200 || answer.status >= 300) throw controlFailure(request, answer, text, base.host);
            const etag = answer.headers['etag'];
            return { json: parseAnswer(request, text, base.host), ...(etag === undefined ? {} : { etag }) };
          },
        },
        signal,
      );
    return await withRedirects(base.origin, firstPath, send);
  }

  return {
    ...(connection.network === undefined ? {} : { network: connection.network }),
    async send(request, signal) {
      refuseConnection(request, connection, guard);
      const used: Used = { authorization: '', mayBeDone: false };
      try {
        return await attempt(request, signal, used);
      } catch (error) {
        // A token may have been withdrawn before its time.
        const isRefusedToken = error instanceof CosFailure && error.error.httpStatus === 401;
        if (!isRefusedToken || !(await authorizer.renewAfterRefusal(used.authorization, signal))) throw error;
        return await attempt(request, signal, used);
      }
    },
  };
}

function contentTypeOf(method: ControlRequest['method']): string {
  return method === 'PATCH' ? 'application/merge-patch+json' : 'application/json';
}

function refuseConnection({ op, method }: ControlRequest, connection: Connection, guard: WriteGuard): void {
  if (connection.kind !== 'iam') {
    throw new CosFailure({
      kind: 'unsupported',
      op,
      retry: 'never',
      detail: `"${connection.name}" signs in with HMAC keys, which only the object storage itself knows. Add a connection with an API key for this.`,
    });
  }
  refuseWrite({ op, method }, guard);
}

/** Where a service answers: as the connection says, or at IBM's public hosts (control-plane §0). */
function baseUrlOf({ op, service, baseUrl }: ControlRequest, connection: Connection): URL {
  const own = connection.kind === 'iam' ? connection.controlEndpoints?.[service] : undefined;
  const text = own ?? baseUrl ?? defaultBaseUrl(service, connection);
  if (URL.canParse(text)) return new URL(text);
  const detail = `The endpoint "${text}" of ${service} is not a URL.`;
  throw new CosFailure({ kind: 'invalid', op, retry: 'never', detail });
}

function defaultBaseUrl(service: ControlService, connection: Connection): string {
  switch (service) {
    case 'configuration': {
      const { network } = connection;
      const infix = network === 'private' || network === 'direct' ? `${network}.` : '';
      return `https://config.${infix}cloud-object-storage.cloud.ibm.com/v1`;
    }
    case 'resourceController':
      return 'https://resource-controller.cloud.ibm.com';
    case 'endpointCatalogue':
      return 'https://control.cloud-object-storage.cloud.ibm.com/v2';
    case 'accounts':
      return defaultAccountsEndpoint(connection.kind === 'iam' ? connection.iamEndpoint : undefined);
    case 'keyProtect':
      return 'https://us-south.kms.cloud.ibm.com';
  }
}

function parseAnswer({ op }: ControlRequest, text: string, host: string): unknown {
  if (text.trim() === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    const detail = `"${host}" answered ${op} with something that is not JSON.`;
    throw new CosFailure({ kind: 'internal', op, host, retry: 'never', detail });
  }
}

function controlFailure(request: ControlRequest, answer: WireAnswer, text: string, host: string): CosFailure {
  const { op } = request;
  const said = messageIn(text) ?? `"${host}" answered ${op} with status ${answer.status}.`;
  // Key Protect says 401 where others say 403 (control-plane §4.2).
  const isKeyRefusal = request.service === 'keyProtect' && answer.status === 401;
  const [kind, retry] = classOf(isKeyRefusal ? 403 : answer.status);
  const role = neededRole(op)?.role;
  const requestId = answer.headers['x-request-id'] ?? answer.headers['transaction-id'];
  return new CosFailure({
    kind,
    op,
    host,
    retry,
    httpStatus: answer.status,
    ...(answer.status === 412 ? { reason: 'changedMeanwhile' as const } : {}),
    ...(kind === 'signInNeeded' ? { reason: 'sessionExpired' as const } : {}),
    ...(kind === 'denied' && role !== undefined ? { neededRole: role } : {}),
    ...(requestId === undefined ? {} : { requestId }),
    detail: said,
  });
}

/** By status alone: bodies differ between the services, and none is documented for all (control-plane §0, §3.9). */
function classOf(status: number): readonly [CosErrorKind, CosError['retry']] {
  switch (status) {
    case 401:
      return ['signInNeeded', 'afterSignIn'];
    case 403:
      return ['denied', 'never'];
    case 404:
      return ['notFound', 'never'];
    case 409:
    case 422:
      return ['conflict', 'never'];
    case 412:
      return ['preconditionFailed', 'never'];
    case 429:
      return ['throttled', 'later'];
    default:
      return status >= 500 ? ['network', 'later'] : ['invalid', 'never'];
  }
}

/** `errors[0].message`, `error`, `message`, `errorMessage`, in this order (control-plane §0). */
function messageIn(text: string): string | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof body !== 'object' || body === null) return undefined;
  const fields = body as Readonly<Record<string, unknown>>;
  const { errors, resources } = fields;
  // Key Protect wraps its message in a collection (control-plane §4).
  const list: unknown = Array.isArray(errors) ? errors[0] : Array.isArray(resources) ? resources[0] : undefined;
  const first = typeof list === 'object' && list !== null ? (list as Readonly<Record<string, unknown>>) : {};
  const found = [first['message'], first['errorMsg'], fields['error'], fields['message'], fields['errorMessage']];
  return found.find((value): value is string => typeof value === 'string' && value !== '');
}
