import type { AdjustableClock } from './clock.ts';
import type { RequestHandler } from './contracts.ts';
import {
  createJsonHandler,
  readJsonObject,
  ServiceError,
  type Route,
  type ServiceRequest,
} from './control/jsonService.ts';
import { readFaultRule } from './faultRule.ts';
import type { FaultInjector } from './faults.ts';
import type { Identities } from './iam/identities.ts';
import { roles, type AccessKey } from './iam/identityFile.ts';
import type { Passcodes } from './iam/passcodes.ts';
import type { TokenSettings } from './iam/tokenEndpoint.ts';
import type { RequestLog } from './requestLog.ts';
import type { Role } from './contracts.ts';

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
  readonly log: (line: string) => void;
}

/** The admin endpoint: faults, clock, tokens, keys, switches, request counts. Documented in docs/local-server.md. */
export function createAdminHandler(parts: AdminParts): RequestHandler {
  const handler = createJsonHandler(
    {
      name: 'admin',
      describeError: (error) => ({ error: { code: error.code, message: error.message } }),
      routes: [
        ...faultRoutes(parts),
        ...clockRoutes(parts),
        ...tokenRoutes(parts),
        ...keyRoutes(parts),
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
    await handler(request, response);
  };
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
  ];
}

function keyRoutes({ identities }: AdminParts): Route[] {
  const describe = (key: AccessKey) => ({ ...key, instanceCrn: identities.findInstance(key.instanceGuid)?.crn });
  return [
    {
      method: 'GET',
      path: '/keys',
      operation: 'admin',
      handle: () => ({ status: 200, json: { keys: identities.keys.map(describe) } }),
    },
    {
      method: 'POST',
      path: '/keys',
      operation: 'admin',
      handle: (request) => {
        const body = readBody(request);
        allowMembers(body, ['name', 'role', 'instance']);
        const role: Role = needed(readOneOf(body, 'role', roles), 'role');
        const name = typeof body['name'] === 'string' ? body['name'] : `local-${role}`;
        const instanceId = typeof body['instance'] === 'string' ? body['instance'] : identities.ownKey.instanceGuid;
        const instance = identities.findInstance(instanceId);
        if (instance === undefined) throw invalid(`instance "${instanceId}" is unknown.`);
        return { status: 201, json: describe(identities.createKey({ name, role, instance, hmac: 'with' })) };
      },
    },
    {
      method: 'DELETE',
      path: '/keys/:id',
      operation: 'admin',
      handle: (request) => {
        switch (identities.deleteKey(request.params['id'] ?? '')) {
          case 'deleted':
            return { status: 204 };
          case 'ownKey':
            throw new ServiceError(409, 'own_key', 'The key that the server prints at start cannot be deleted.');
          case 'unknown':
            throw new ServiceError(404, 'not_found', 'No such key.');
        }
      },
    },
    {
      method: 'PUT',
      path: '/public-roles/:bucket',
      operation: 'admin',
      handle: (request) => {
        const body = readBody(request);
        allowMembers(body, ['role']);
        const role = needed(readOneOf(body, 'role', ['ObjectReader', 'ContentReader'] as const), 'role');
        identities.setPublicRole(request.params['bucket'] ?? '', role);
        return { status: 204 };
      },
    },
    {
      method: 'DELETE',
      path: '/public-roles/:bucket',
      operation: 'admin',
      handle: (request) => {
        identities.setPublicRole(request.params['bucket'] ?? '', undefined);
        return { status: 204 };
      },
    },
    {
      method: 'POST',
      path: '/instances',
      operation: 'admin',
      handle: (request) => {
        const body = readBody(request);
        allowMembers(body, ['name', 'plan', 'account']);
        const plan = readOneOf(body, 'plan', ['standard', 'lite', 'onerate'] as const) ?? 'standard';
        const accountId = typeof body['account'] === 'string' ? body['account'] : identities.ownKey.accountId;
        if (!identities.accounts.some(({ id }) => id === accountId))
          throw invalid(`account "${accountId}" is unknown.`);
        if (typeof body['name'] !== 'string' || body['name'] === '') throw invalid('name is missing.');
        return { status: 201, json: identities.createInstance(accountId, body['name'], plan) };
      },
    },
  ];
}

function otherRoutes({ requests, switches }: AdminParts): Route[] {
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

function readBody(request: ServiceRequest): Record<string, unknown> {
  // A page in a browser can send other types across origins without asking first.
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) {
    throw new ServiceError(415, 'content_type', 'Send the body as Content-Type: application/json.');
  }
  return readJsonObject(request, 'invalid');
}

function invalid(message: string): ServiceError {
  return new ServiceError(400, 'invalid', message);
}

function allowMembers(body: Record<string, unknown>, names: readonly string[]): void {
  const unknown = Object.keys(body).filter((name) => !names.includes(name));
  if (unknown.length > 0) throw invalid(`Unknown member "${unknown.join('", "')}"; known: ${names.join(', ')}.`);
}

function readNumber(body: Record<string, unknown>, name: string): number | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value)) throw invalid(`${name} must be a number.`);
  return value;
}

function readPositiveInteger(body: Record<string, unknown>, name: string): number | undefined {
  const value = readNumber(body, name);
  if (value !== undefined && (!Number.isInteger(value) || value < 1)) throw invalid(`${name} must be 1 or more.`);
  return value;
}

function readOneOf<T extends string>(
  body: Record<string, unknown>,
  name: string,
  allowed: readonly T[],
): T | undefined {
  const value = body[name];
  if (value === undefined) return undefined;
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw invalid(`${name} must be one of: ${allowed.join(', ')}.`);
  return found;
}

function needed<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw invalid(`${name} is missing.`);
  return value;
}
