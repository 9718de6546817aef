import { allowMembers, invalid, needed, readBody, readOneOf } from './adminBody';
import type { Role } from './contracts';
import { ServiceError, type Route } from './jsonService';
import type { Identities } from './iam/identities';
import { keyConditions, roles, type AccessKey } from './iam/identityFile';

/** Keys, instances and public access of the admin endpoint. */
export function keyRoutes(identities: Identities): Route[] {
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
      method: 'PUT',
      path: '/keys/:id/condition',
      operation: 'admin',
      handle: (request) => {
        const body = readBody(request);
        allowMembers(body, ['condition']);
        const condition = needed(readOneOf(body, 'condition', ['usable', ...keyConditions] as const), 'condition');
        const id = request.params['id'] ?? '';
        const changed = identities.setKeyCondition(id, condition === 'usable' ? undefined : condition);
        if (changed === undefined) throw new ServiceError(404, 'not_found', 'No such key.');
        return { status: 200, json: describe(changed) };
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
