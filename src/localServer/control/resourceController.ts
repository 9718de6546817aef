import type { Role } from '../contracts';
import { guidOf } from '../iam/crn';
import { roles, type AccessKey } from '../iam/identityFile';
import { callerOf, type Caller } from './access';
import {
  isObject,
  readJsonObject,
  ServiceError,
  type JsonService,
  type ServiceAnswer,
  type ServiceRequest,
} from '../jsonService';
import { describeInstance, describeKey, type KeyContext } from './resourceViews';

/** The server default is unknown; a small one shows a client that forgets to page (control-plane §2.1). */
const defaultLimit = 10;
const maximumLimit = 100;

/** Resource Controller v2: instances and service credentials (control-plane §2). */
export function createResourceController(context: KeyContext): JsonService {
  const { identities } = context;
  const caller = (request: ServiceRequest) => callerOf(request, identities, 'RC-IamUnauthorized');
  return {
    name: 'resource-controller',
    describeError: (error, { requestId }) => ({
      error_code: error.code.startsWith('RC-') ? error.code : `RC-${error.code}`,
      message: error.message,
      status_code: error.status,
      transaction_id: requestId,
      ...error.extra,
    }),
    routes: [
      {
        method: 'GET',
        path: '/v2/resource_instances',
        operation: 'resourceController.listInstances',
        handle: (request) => listInstances(request, caller(request), context),
      },
      {
        method: 'GET',
        path: '/v2/resource_instances/:id',
        operation: 'resourceController.getInstance',
        handle: (request) => ({ status: 200, json: findInstance(request, caller(request), context) }),
      },
      {
        method: 'GET',
        path: '/v2/resource_instances/:id/resource_keys',
        operation: 'resourceController.listKeys',
        handle: (request) => {
          const who = caller(request);
          const guid = findInstance(request, who, context).guid;
          return listKeys(
            request,
            visibleKeys(who, context).filter((key) => key.instanceGuid === guid),
            who,
            context,
          );
        },
      },
      {
        method: 'GET',
        path: '/v2/resource_keys',
        operation: 'resourceController.listKeys',
        handle: (request) => {
          const who = caller(request);
          return listKeys(request, visibleKeys(who, context), who, context);
        },
      },
      {
        method: 'GET',
        path: '/v2/resource_keys/:id',
        operation: 'resourceController.getKey',
        handle: (request) => {
          const who = caller(request);
          return { status: 200, json: describeKey(findKey(request, who, context), 'hidden', context) };
        },
      },
      {
        method: 'POST',
        path: '/v2/resource_keys',
        operation: 'resourceController.createKey',
        handle: (request) => createKey(request, caller(request), context),
      },
      {
        method: 'DELETE',
        path: '/v2/resource_keys/:id',
        operation: 'resourceController.deleteKey',
        handle: (request) => {
          const who = caller(request);
          allowManaging(who);
          identities.deleteKey(findKey(request, who, context).id);
          return { status: 204 };
        },
      },
    ],
  };
}

type InstanceView = ReturnType<typeof describeInstance>;

/** Everything of the caller's account; a service ID sees its own instance only. */
function visibleInstances(caller: Caller, { identities }: KeyContext): InstanceView[] {
  const isPerson = caller.id === identities.person.iamId;
  const cos = identities.cosInstances.filter(
    (it) => it.accountId === caller.accountId && (isPerson || caller.instanceIds.includes(it.guid)),
  );
  const kms = identities.kmsInstances.filter((it) => it.accountId === caller.accountId && isPerson);
  return [...cos, ...kms].map((instance) => describeInstance(instance, identities.person.iamId));
}

function listInstances(request: ServiceRequest, caller: Caller, context: KeyContext): ServiceAnswer {
  const start = request.url.searchParams.get('start');
  const query = start === null ? request.url.searchParams : decodeStart(start).query;
  const states = query.get('state')?.split(',') ?? ['active', 'provisioning'];
  const is = (name: string, value: string) => (query.get(name) ?? value) === value;
  const matching = visibleInstances(caller, context).filter(
    (instance) =>
      states.includes(instance.state) &&
      is('resource_id', instance.resource_id) &&
      is('resource_plan_id', instance.resource_plan_id) &&
      is('resource_group_id', instance.resource_group_id) &&
      is('type', instance.type) &&
      is('sub_type', instance.sub_type) &&
      is('guid', instance.guid) &&
      is('name', instance.name),
  );
  return { status: 200, json: page('/v2/resource_instances', matching, query, start) };
}

function findInstance(request: ServiceRequest, caller: Caller, context: KeyContext): InstanceView {
  const id = request.params['id'] ?? '';
  const found = visibleInstances(caller, context).find((instance) => instance.guid === guidOf(id));
  if (found === undefined) throw new ServiceError(404, 'RC-ResourceNotFound', `The instance "${id}" was not found.`);
  return found;
}

function visibleKeys(caller: Caller, context: KeyContext): AccessKey[] {
  const guids = visibleInstances(caller, context).map((instance) => instance.guid);
  return context.identities.keys.filter((key) => key.owner === 'serviceId' && guids.includes(key.instanceGuid));
}

function listKeys(
  request: ServiceRequest,
  keys: readonly AccessKey[],
  caller: Caller,
  context: KeyContext,
): ServiceAnswer {
  const start = request.url.searchParams.get('start');
  const query = start === null ? request.url.searchParams : decodeStart(start).query;
  const views = keys
    .map((key) => describeKey(key, 'hidden', context))
    .filter((key) => (query.get('name') ?? key.name) === key.name && (query.get('guid') ?? key.guid) === key.guid);
  return { status: 200, json: page(request.url.pathname, views, query, start) };
}

function findKey(request: ServiceRequest, caller: Caller, context: KeyContext): AccessKey {
  const id = request.params['id'] ?? '';
  // The CRN of a key carries its guid in the last segment.
  const guid = id.startsWith('crn:') ? id.split(':')[9] : id;
  const found = visibleKeys(caller, context).find((key) => key.id === guid);
  if (found === undefined) throw new ServiceError(404, 'RC-ResourceKeyNotFound', `The key "${id}" was not found.`);
  return found;
}

function createKey(request: ServiceRequest, caller: Caller, context: KeyContext): ServiceAnswer {
  allowManaging(caller);
  const body = readJsonObject(request, 'RC-BadRequest');
  const { name, source, role: roleText, parameters } = body;
  if (typeof name !== 'string' || name === '') throw badRequest('The member "name" is missing.');
  if (typeof source !== 'string') throw badRequest('The member "source" is missing.');
  const guid = guidOf(source);
  const instance = context.identities.cosInstances.find((it) => it.guid === guid && it.accountId === caller.accountId);
  if (instance === undefined)
    throw new ServiceError(404, 'RC-ResourceNotFound', `The instance "${source}" was not found.`);
  if (instance.state !== 'active') throw new ServiceError(409, 'RC-InstanceNotActive', 'The instance is not active.');
  if (parameters !== undefined && !isObject(parameters)) throw badRequest('"parameters" must be an object.');
  const hmac = parameters?.['HMAC'] === true || parameters?.['HMAC'] === 'true' ? 'with' : 'without';
  const key = context.identities.createKey({ name, role: readRole(roleText), instance, hmac });
  return { status: 201, json: describeKey(key, 'shown', context) };
}

/** A role's plain name (`Object Reader` or `ObjectReader`) or its CRN. Without one the key gets the weakest role. */
function readRole(value: unknown): Role {
  if (value === undefined) return 'ObjectReader';
  const name = typeof value === 'string' ? (value.split(':').at(-1) ?? '').replaceAll(' ', '') : '';
  const role = roles.find((candidate) => candidate === name);
  if (role === undefined) throw badRequest(`The role is unknown; known: ${roles.join(', ')}.`);
  return role;
}

function allowManaging(caller: Caller): void {
  if (caller.role !== 'Manager') {
    throw new ServiceError(403, 'RC-Forbidden', 'You are not authorized to manage service credentials.');
  }
}

function badRequest(message: string): ServiceError {
  return new ServiceError(400, 'RC-BadRequest', message);
}

/** One page. `next_url` is relative and its `start` carries the whole query, since all other parameters are then ignored. */
function page<T>(pathname: string, items: readonly T[], query: URLSearchParams, start: string | null): unknown {
  const limitText = query.get('limit') ?? String(defaultLimit);
  const limit = Number(limitText);
  if (!/^\d+$/.test(limitText) || limit < 1 || limit > maximumLimit) {
    throw badRequest(`limit must be a number from 1 to ${maximumLimit}.`);
  }
  const offset = start === null ? 0 : decodeStart(start).offset;
  const resources = items.slice(offset, offset + limit);
  const nextOffset = offset + limit;
  return {
    rows_count: resources.length,
    next_url: nextOffset < items.length ? `${pathname}?start=${encodeStart(nextOffset, query)}` : null,
    resources,
  };
}

function encodeStart(offset: number, query: URLSearchParams): string {
  return Buffer.from(JSON.stringify([offset, query.toString()])).toString('base64url');
}

function decodeStart(start: string): { offset: number; query: URLSearchParams } {
  try {
    const value: unknown = JSON.parse(Buffer.from(start, 'base64url').toString('utf8'));
    if (Array.isArray(value) && Number.isInteger(value[0]) && typeof value[1] === 'string') {
      return { offset: Number(value[0]), query: new URLSearchParams(value[1]) };
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw badRequest('start is not a page of this list.');
}
