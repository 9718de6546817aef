import type { CommandServices } from '../../../../src/extension/command/command';
import type { TargetTypes } from '../../../../src/extension/command/targets';
import type { TreeNode } from '../../../../src/extension/nodes/treeNode';
import type { Connection } from '../../../../src/model/connection';
import type { CosError } from '../../../../src/model/cosError';
import { bucketName, connectionId, objectKey, type TransferId } from '../../../../src/model/ids';
import type { ObjectInfo } from '../../../../src/model/objectInfo';
import type { TransferSnapshot } from '../../../../src/model/transferState';
import type { EngineMethod, EngineRequests, OpenUpload } from '../../../../src/protocol/requests';
import { snapshotOf } from '../transfers/snapshots';

const id = connectionId('c');

export function hostileConnection(name: string): Connection {
  return { kind: 'hmac', id, name, endpoint: `https://${name}`, region: name, addressingStyle: 'path' };
}

export function hostileError(name: string, fields: Partial<CosError> = {}): CosError {
  const { kind = 'invalid', op = 'PutObject', retry = 'later' } = fields;
  return { op, retry, bucket: name, key: name, detail: name, said: name, code: name, ...fields, kind };
}

export function hostileSnapshot(name: string, fields: Partial<TransferSnapshot> = {}): TransferSnapshot {
  return snapshotOf({
    title: name,
    source: name,
    target: name,
    itemsFailed: 2,
    itemsSkipped: 2,
    failures: [{ name, error: hostileError(name) }],
    skips: [{ name, reason: 'exists', detail: name }],
    error: hostileError(name),
    ...fields,
  });
}

/** One node of each kind; a kind without one does not compile. */
export function hostileNodes(name: string): { readonly [K in TreeNode['kind']]: TreeNode & { readonly kind: K } } {
  const connection = hostileConnection(name);
  const summary = { name: bucketName(name), location: name, storageClass: name };
  const top = { kind: 'connection', connection, isLocal: false } as const;
  const bucket = { kind: 'bucket', connection, bucket: summary, isExtra: false, filter: name } as const;
  const object = {
    kind: 'object',
    connection,
    bucket: summary,
    object: { key: objectKey(name), sizeBytes: 1, modifiedAtMs: 0, etag: name },
    parentPrefix: '',
    hasVersions: false,
  } as const;
  const upload = { key: objectKey(name), uploadId: name as OpenUpload['uploadId'], initiatedAtMs: 0 };
  const vaults = { kind: 'vaults', connection, parent: top } as const;
  const vault = { kind: 'vault', connection, parent: vaults, vault: { name, crn: name } } as const;
  const range = { id: name, sourceCrn: name, policyName: name, startMs: 0, endMs: 1 };
  const rangeNode = { kind: 'range', connection, parent: vault, range } as const;
  const restore = { id: name, rangeId: name, targetCrn: name, pointInTimeMs: 0, errorCause: name } as const;
  const policies = { kind: 'policies', connection, parent: bucket } as const;
  const policy = { id: name, name, vaultCrn: name, errorCause: name } as const;
  return {
    connection: top,
    bucket,
    folder: { kind: 'folder', connection, bucket: summary, prefix: `${name}/`, parentPrefix: '', filter: name },
    object,
    deleted: { kind: 'deleted', connection, bucket: summary, key: objectKey(name), deletedAtMs: 0, parentPrefix: '' },
    version: {
      kind: 'version',
      connection,
      bucket: summary,
      version: {
        kind: 'version',
        key: objectKey(name),
        versionId: name,
        isLatest: true,
        modifiedAtMs: 0,
        sizeBytes: 1,
        etag: name,
      },
      parent: object,
    },
    loadMore: { kind: 'loadMore', parent: bucket, shownCount: 1 },
    uploads: { kind: 'uploads', connection, parent: bucket, uploads: [upload], isComplete: true },
    upload: { kind: 'upload', connection, parent: bucket, upload },
    vaults,
    vault,
    range: rangeNode,
    restore: { kind: 'restore', connection, parent: rangeNode, restore: { ...restore, status: 'failed' } },
    policies,
    policy: { kind: 'policy', connection, parent: policies, policy: { ...policy, status: 'degraded' } },
    state: { kind: 'state', parent: bucket, state: { kind: 'failed', error: hostileError(name) } },
    action: { kind: 'action', parent: bucket, action: 'retry' },
  };
}

/** What a command of each kind is called on; a kind without one does not compile. */
export function hostileTargets(name: string): { readonly [K in keyof TargetTypes]: TargetTypes[K] } {
  const bucket = { connectionId: id, bucket: bucketName(name) };
  const nodes = hostileNodes(name);
  return {
    none: undefined,
    connection: { connectionId: id },
    bucket,
    folder: { ...bucket, prefix: `${name}/` },
    object: { ...bucket, key: objectKey(name) },
    objects: [{ ...bucket, keys: [objectKey(name), objectKey(`${name}2`)], prefixes: [] }],
    uploads: { ...bucket, uploads: nodes.uploads.uploads },
    node: nodes.version,
    anyNode: nodes.vault,
    transfers: [hostileSnapshot(name, { state: 'failed' })],
    localFiles: [{ scheme: 'file', authority: '', path: `/${name}`, query: '' }],
  };
}

type Answers = { readonly [M in EngineMethod]?: EngineRequests[M]['result'] };

function hostileAnswers(name: string): Answers {
  const key = objectKey(name);
  const info: ObjectInfo = {
    key,
    sizeBytes: 1,
    modifiedAtMs: 0,
    etag: name,
    headers: { contentType: name },
    metadata: { [name]: name },
    tagCount: 1,
    versionId: name,
    checksums: {},
    protection: {},
    restore: name,
  };
  const uploads = hostileNodes(name).uploads;
  return {
    'buckets/list': [{ name: bucketName(name), location: name }],
    'buckets/get': { name: bucketName(name), location: name },
    'objects/listPage': { folders: [`${name}/`], objects: [info] },
    'objects/head': info,
    'objects/getTags': { [name]: name },
    'objects/count': { objects: 2, bytes: 3, isComplete: true },
    'objects/url': `https://evil.example/${name}`,
    'versions/listPage': {
      folders: [],
      versions: [
        { kind: 'version', key, versionId: name, isLatest: true, modifiedAtMs: 0, sizeBytes: 1, etag: name },
        { kind: 'version', key, versionId: `${name}2`, isLatest: false, modifiedAtMs: 0, sizeBytes: 1, etag: name },
      ],
    },
    'versioning/get': 'enabled',
    'protection/get': {
      kind: 'retention',
      createdAtMs: 0,
      end: { kind: 'indefinite' },
      holds: [{ id: name, placedAtMs: 0 }],
    } as never,
    'uploads/list': { uploads: uploads.uploads, isComplete: uploads.isComplete },
    'backups/listPolicies': [hostileNodes(name).policy.policy],
    'transfers/list': [hostileSnapshot(name)],
  };
}

/** Services whose every answer holds the name, and whose engine answers or fails. */
export function hostileServices(
  name: string,
  parts: Pick<CommandServices, 'prompts' | 'failures'>,
  engine: 'answers' | 'fails',
): CommandServices {
  const answers: Readonly<Record<string, unknown>> = hostileAnswers(name);
  const fails = { ok: false, error: hostileError(name) } as const;
  const connection = hostileConnection(name);
  const ended = { ok: true, value: hostileSnapshot(name, { state: 'failed', transferId: 't' as TransferId }) };
  const services = {
    ...parts,
    engine: {
      send: async (method: string) =>
        engine === 'answers' && method in answers ? { ok: true, value: answers[method] } : fails,
      on: () => ({ dispose: () => undefined }),
      restart: async () => undefined,
    },
    connections: {
      list: () => [connection],
      get: () => connection,
      secretPlace: async () => 'none',
      findCredential: async () => ({ kind: 'hmac', accessKeyId: 'a', secretAccessKey: 'b' }),
      save: async () => Promise.reject(new Error(name)),
      remove: async () => undefined,
    },
    changes: { onDidChange: () => ({ dispose: () => undefined }), fire: () => undefined },
    view: new Proxy(
      { selection: [], isVisible: true },
      { get: (view, name) => (Reflect.get(view, name) as unknown) ?? (async () => undefined) },
    ),
    localServer: new Proxy(
      {
        connectionId: connectionId('local'),
        start: async () => false,
        isRunning: () => false,
        locationEndpoints: () => undefined,
        websiteUrl: () => undefined,
      },
      { get: (server, member) => (Reflect.get(server, member) as unknown) ?? (async () => undefined) },
    ),
    transfers: {
      run: async () => (engine === 'answers' ? ended : fails),
      cancel: async () => undefined,
      mirror: { list: () => [hostileSnapshot(name)], get: () => hostileSnapshot(name), unfinished: () => [] },
      control: new Proxy({}, { get: () => async () => fails }),
    },
    transfersView: { selection: [], itemOf: () => ({ label: name, description: name, icon: 'sync' }) },
    transferReports: { show: async () => undefined, textOf: () => name },
    documents: { noteExists: () => undefined },
    configuration: {
      open: async () => fails,
      showOverview: async () => undefined,
      apply: async () => Promise.reject(new Error(name)),
      reload: async () => Promise.reject(new Error(name)),
      hasDraft: async () => true,
    },
    restores: { add: () => undefined },
    clipboard: { held: undefined },
    deletes: { last: undefined },
    memory: { get: () => undefined, update: async () => undefined },
    log: { show: () => undefined },
    extensionId: 'x.y',
  };
  return services as unknown as CommandServices;
}
