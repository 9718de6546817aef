import type { KmsInstance } from '../iam/accounts';
import type { Identities } from '../iam/identities';
import { callerOf } from './access';
import { ServiceError, type JsonService, type ServiceRequest } from '../jsonService';
import { keysOf, type KmsKey } from '../iam/rootKeys';

const collectionType = 'application/vnd.ibm.kms.key+json';
const defaultLimit = 200;
const maximumLimit = 5000;

/** Key Protect and Hyper Protect: listing keys, and the metadata of one (control-plane §4). All regions and instances share the endpoint. */
export function createKeyProtect(identities: Identities): JsonService {
  return {
    name: 'key-protect',
    describeError: (error) => ({
      metadata: { collectionType: 'application/vnd.ibm.kms.error+json', collectionTotal: 1 },
      resources: [
        {
          errorMsg: error.message,
          // A caller without access gets no reasons.
          ...(error.status === 401
            ? {}
            : { reasons: [{ code: error.code, message: error.message, status: error.status }] }),
        },
      ],
    }),
    routes: [
      {
        method: 'GET',
        path: '/api/v2/keys',
        operation: 'keyProtect.listKeys',
        handle: (request) => {
          const keys = keysOf(instanceOf(request, identities)).filter((key) => key.access === 'listed');
          return { status: 200, json: collection(selectKeys(keys, request), identities) };
        },
      },
      {
        method: 'GET',
        path: '/api/v2/keys/:id/metadata',
        operation: 'keyProtect.getKeyMetadata',
        handle: (request) => {
          const key = keysOf(instanceOf(request, identities)).find(({ id }) => id === request.params['id']);
          if (key === undefined) throw new ServiceError(404, 'KEY_NOT_FOUND_ERR', 'Not Found: Key does not exist.');
          return { status: 200, json: collection([key], identities) };
        },
      },
    ],
  };
}

/** Who has no access gets 401, not 403 (kp: error-messages.md). */
function instanceOf(request: ServiceRequest, identities: Identities): KmsInstance {
  const guid = request.headers['bluemix-instance'];
  if (typeof guid !== 'string' || guid === '') {
    throw new ServiceError(400, 'BAD_HEADER_ERR', 'Bad Request: The header "Bluemix-Instance" is missing.');
  }
  const caller = callerOf(request, identities, 'UNAUTHORIZED_ERR');
  const instance = identities.kmsInstances.find((it) => it.guid === guid);
  const mayRead = caller.role === 'Reader' || caller.role === 'Writer' || caller.role === 'Manager';
  if (instance === undefined || instance.accountId !== caller.accountId || !mayRead) {
    throw new ServiceError(
      401,
      'UNAUTHORIZED_ERR',
      'Unauthorized: The user does not have access to the specified resource',
    );
  }
  return instance;
}

function selectKeys(keys: readonly KmsKey[], request: ServiceRequest): readonly KmsKey[] {
  const query = request.url.searchParams;
  const extractable = query.get('extractable');
  if (extractable !== null && extractable !== 'true' && extractable !== 'false') throw badQuery('extractable');
  const states = query.get('state')?.split(',');
  if (states?.some((state) => !/^[01235]$/.test(state)) === true) throw badQuery('state');
  const search = query.get('search')?.replace(/^(name:|alias:)/, '');
  const ring = request.headers['x-kms-key-ring'];
  const matching = keys.filter(
    (key) =>
      (extractable === null || (key.kind === 'standardKey') === (extractable === 'true')) &&
      (states === undefined || states.includes(String(key.state))) &&
      (search === undefined || key.name.includes(search) || key.alias.includes(search)) &&
      (ring === undefined || ring === 'default'),
  );
  const offset = readNumber(query, 'offset', 0, 0, Number.MAX_SAFE_INTEGER);
  return matching.slice(offset, offset + readNumber(query, 'limit', defaultLimit, 1, maximumLimit));
}

function readNumber(
  query: URLSearchParams,
  name: string,
  whenAbsent: number,
  minimum: number,
  maximum: number,
): number {
  const text = query.get(name);
  if (text === null) return whenAbsent;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < minimum || value > maximum) throw badQuery(name);
  return value;
}

function badQuery(name: string): ServiceError {
  return new ServiceError(400, 'BAD_QUERY_PARAM_ERR', `Bad Request: The query parameter "${name}" is not valid.`);
}

function collection(keys: readonly KmsKey[], identities: Identities): unknown {
  return {
    metadata: { collectionType, collectionTotal: keys.length },
    // Nothing found: the member is missing.
    ...(keys.length === 0 ? {} : { resources: keys.map((key) => describeKey(key, identities.person.iamId)) }),
  };
}

function describeKey(key: KmsKey, createdBy: string): unknown {
  const createdAt = new Date(key.createdAtMs).toISOString().replace(/\.\d+Z$/, 'Z');
  return {
    type: collectionType,
    id: key.id,
    name: key.name,
    aliases: [key.alias],
    description: '',
    state: key.state,
    extractable: key.kind === 'standardKey',
    crn: key.crn,
    imported: false,
    deleted: false,
    keyRingID: 'default',
    algorithmType: 'Deprecated',
    algorithmMode: 'Deprecated',
    algorithmBitSize: 256,
    algorithmMetadata: { bitLength: '256', mode: 'Deprecated' },
    dualAuthDelete: { enabled: false },
    createdBy,
    creationDate: createdAt,
    lastUpdateDate: createdAt,
  };
}
