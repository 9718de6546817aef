import { timingSafeEqual } from 'node:crypto';
import { backupRoutes } from './adminBackups';
import { allowMembers, invalid, needed, readBody, readNumber, readOneOf, readPositiveInteger } from './adminBody';
import { keyRoutes } from './adminKeys';
import { replicationRoutes } from './adminReplication';
import type { Backups } from './backup/backups';
import type { AdjustableClock } from './clock';
import type { RequestHandler } from './contracts';
import { createJsonHandler, ServiceError, type Route } from './jsonService';
import { readFaultRule } from './faultRule';
import type { FaultInjector } from './faults';
import type { Identities } from './iam/identities';
import type { Passcodes } from './iam/passcodes';
import type { TokenSettings } from './iam/tokenEndpoint';
import type { LifecycleSchedule } from './lifecycleSchedule';
import type { Replicator } from './replication/replicator';
import type { RequestLog } from './requestLog';
import type { Store } from './store/store';

/** A switch of the data plane: its current value, of the type it may be set to. */
export type Switches = Record<string, boolean | number | string>;

interface AdminParts {
  readonly clock: AdjustableClock;
  readonly faults: FaultInjector;
  readonly requests: RequestLog;
  readonly identities: Identities;
  readonly passcodes: Passcodes;
  readonly tokenSettings: TokenSettings;
  readonly switches: Switches;
  readonly lifecycle: LifecycleSchedule;
  readonly store: Store;
  readonly backups: Backups;
  readonly replicator: Replicator;
  readonly log: (line: string) => void;
  /** First segment of every path, told to the owner of the data folder only. */
  readonly pathSecret: string;
}

/**
 * The admin endpoint: faults, clock, tokens, keys, switches, request counts. Documented in docs/local-server.md. It hands
 * out keys, and every user of the machine can reach the port, so that its address holds a secret.
 */
export function createAdminHandler(parts: AdminParts): RequestHandler {
  const handler = createJsonHandler(
    {
      name: 'admin',
      describeError: (error) => ({ error: { code: error.code, message: error.message } }),
      routes: [
        ...faultRoutes(parts),
        ...clockRoutes(parts),
        ...tokenRoutes(parts),
        ...keyRoutes(parts.identities),
        ...backupRoutes(parts),
        ...replicationRoutes(parts),
        ...otherRoutes(parts),
      ],
    },
    // The admin endpoint itself has no faults: it is how they are cleared.
    { faults: { take: () => [] }, log: parts.log },
  );
  return async (request, response) => {
    if (request.headers.origin !== undefined || request.headers['sec-fetch-site'] !== undefined) {
      response.writeHead(403, { 'Content-Type': 'application/json', Connection: 'close' });
      response.end('{"error":{"code":"browser_refused","message":"The admin endpoint does not answer web pages."}}');
      return;
    }
    const rest = pathBehind(parts.pathSecret, request.url ?? '/');
    if (rest === undefined) {
      response.writeHead(403, { 'Content-Type': 'application/json', Connection: 'close' });
      response.end(
        '{"error":{"code":"address_refused","message":"Use the adminEndpoint of the JSON line or of credentials.json."}}',
      );
      return;
    }
    request.url = rest;
    await handler(request, response);
  };
}

function pathBehind(secret: string, url: string): string | undefined {
  const wanted = Buffer.from(`/${secret}/`);
  const sent = Buffer.from(url).subarray(0, wanted.length);
  const isKnown = sent.length === wanted.length && timingSafeEqual(sent, wanted);
  return isKnown ? url.slice(secret.length + 1) : undefined;
}

function faultRoutes({ faults }: AdminParts): Route[] {
  return [
    {
      method: 'GET',
      path: '/faults',
      operation: 'admin',
      handle: () => ({ status: 200, json: { faults: faults.list() } }),
    },
    {
      method: 'POST',
      path: '/faults',
      operation: 'admin',
      handle: (request) => ({ status: 201, json: faults.arm(readFaultRule(readBody(request))) }),
    },
    {
      method: 'DELETE',
      path: '/faults',
      operation: 'admin',
      handle: () => {
        faults.clear();
        return { status: 204 };
      },
    },
    {
      method: 'DELETE',
      path: '/faults/:id',
      operation: 'admin',
      handle: (request) => {
        const removed = faults.disarm(Number(request.params['id']));
        if (removed === undefined) throw new ServiceError(404, 'not_found', 'No such fault.');
        return { status: 200, json: removed };
      },
    },
  ];
}

function clockRoutes({ clock }: AdminParts): Route[] {
  const answer = () => ({ status: 200, json: clock.read() });
  return [
    { method: 'GET', path: '/clock', operation: 'admin', handle: answer },
    {
      method: 'PUT',
      path: '/clock',
      operation: 'admin',
      handle: (request) => {
        const body = readBody(request);
        allowMembers(body, ['state', 'nowMs', 'offsetMs']);
        const nowMs = readNumber(body, 'nowMs');
        const offsetMs = readNumber(body, 'offsetMs');
        const state = readOneOf(body, 'state', ['running', 'frozen'] as const);
        if (nowMs !== undefined && offsetMs !== undefined) throw invalid('Give nowMs or offsetMs, not both.');
        if (state === 'running') clock.run();
        if (state === 'frozen') clock.freeze();
        if (nowMs !== undefined) clock.set(nowMs);
        if (offsetMs !== undefined) clock.set(Date.now() + offsetMs);
        return answer();
      },
    },
    {
      method: 'POST',
      path: '/clock/advance',
      operation: 'admin',
      handle: (request) => {
        const body = readBody(request);
        allowMembers(body, ['byMs']);
        clock.advance(needed(readNumber(body, 'byMs'), 'byMs'));
        return answer();
      },
    },
    {
      method: 'DELETE',
      path: '/clock',
      operation: 'admin',
      handle: () => {
        clock.reset();
        return answer();
      },
    },
  ];
}

function tokenRoutes({ tokenSettings, identities, passcodes }: AdminParts): Route[] {
  return [
    { method: 'GET', path: '/tokens', operation: 'admin', handle: () => ({ status: 200, json: tokenSettings }) },
    {
      method: 'PATCH',
      path: '/tokens',
      operation: 'admin',
      handle: (request) => {
        const body = readBody(request);
        allowMembers(body, Object.keys(tokenSettings));
        const accessLifetimeSeconds = readPositiveInteger(body, 'accessLifetimeSeconds');
        const refreshLifetimeSeconds = readPositiveInteger(body, 'refreshLifetimeSeconds');
        const externalAuthentication = readOneOf(body, 'externalAuthentication', ['off', 'required'] as const);
        tokenSettings.accessLifetimeSeconds = accessLifetimeSeconds ?? tokenSettings.accessLifetimeSeconds;
        tokenSettings.refreshLifetimeSeconds = refreshLifetimeSeconds ?? tokenSettings.refreshLifetimeSeconds;
        tokenSettings.externalAuthentication = externalAuthentication ?? tokenSettings.externalAuthentication;
        return { status: 200, json: tokenSettings };
      },
    },
    {
      method: 'POST',
      path: '/tokens/revoke',
      operation: 'admin',
      handle: (request) => {
        const body = readBody(request);
        allowMembers(body, ['all', 'token']);
        if (body['all'] === true && body['token'] === undefined) identities.revokeAllTokens();
        else if (typeof body['token'] === 'string' && body['all'] === undefined) {
          if (!identities.revokeToken(body['token'])) throw invalid('token is not one that this server issued.');
        } else throw invalid('Send {"all": true} or {"token": "…"}.');
        return { status: 204 };
      },
    },
    {
      method: 'POST',
      path: '/passcodes',
      operation: 'admin',
      handle: () => ({ status: 201, json: { passcode: passcodes.create() } }),
    },
    {
      method: 'POST',
      path: '/compute-token',
      operation: 'admin',
      handle: () => {
        identities.renewComputeToken();
        return { status: 204 };
      },
    },
  ];
}

function otherRoutes({ requests, switches, lifecycle }: AdminParts): Route[] {
  return [
    { method: 'GET', path: '/requests', operation: 'admin', handle: () => ({ status: 200, json: requests.read() }) },
    {
      method: 'DELETE',
      path: '/requests',
      operation: 'admin',
      handle: () => {
        requests.clear();
        return { status: 204 };
      },
    },
    {
      method: 'POST',
      path: '/lifecycle/run',
      operation: 'admin',
      handle: async (request) => {
        const body = readBody(request);
        allowMembers(body, ['bucket']);
        const bucket = body['bucket'];
        if (bucket !== undefined && typeof bucket !== 'string') throw invalid('bucket must be a text.');
        return { status: 200, json: await lifecycle.runNow(bucket) };
      },
    },
    { method: 'GET', path: '/switches', operation: 'admin', handle: () => ({ status: 200, json: switches }) },
    {
      method: 'PATCH',
      path: '/switches',
      operation: 'admin',
      handle: (request) => {
        const body = readBody(request);
        allowMembers(body, Object.keys(switches));
        for (const [name, value] of Object.entries(body)) {
          if (typeof value !== typeof switches[name]) throw invalid(`${name} must be a ${typeof switches[name]}.`);
        }
        Object.assign(switches, body);
        return { status: 200, json: switches };
      },
    },
  ];
}
