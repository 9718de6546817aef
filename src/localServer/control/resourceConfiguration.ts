import { createHash } from 'node:crypto';
import { bucketCrn } from '../iam/crn';
import { callerOf, type Caller } from './access';
import type { BackupContext } from './backupAccess';
import { policyRoutes } from './backupPolicies';
import { vaultRoutes } from './backupVaults';
import { checkSettings, settingNames, withoutEmptyLists, type BucketSettings } from './bucketSettings';
import {
  isObject,
  readJsonObject,
  ServiceError,
  type JsonService,
  type Route,
  type ServiceAnswer,
  type ServiceRequest,
} from '../jsonService';
import { mergePatch } from './mergePatch';
import { recoveryRangeRoutes } from './recoveryRanges';
import { restoreRoutes } from './restores';

/** What a bucket holds. Sizes are in bytes. */
export interface BucketUsage {
  readonly objectCount: number;
  readonly sizeBytes: number;
  readonly noncurrentObjectCount: number;
  readonly noncurrentSizeBytes: number;
  readonly deleteMarkerCount: number;
}

/** A bucket as the Resource Configuration API sees it. */
export interface ConfiguredBucket {
  readonly name: string;
  readonly instanceGuid: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly settings: BucketSettings;
  /** Counted when asked for: a versioned bucket takes a walk over its versions. */
  readonly usage: () => BucketUsage;
}

/** Where buckets are found and their settings kept. */
export interface ConfiguredBuckets {
  find(name: string): ConfiguredBucket | undefined;
  /** Replaces the settings of a bucket; resolves when they are durable. */
  save(name: string, settings: BucketSettings, updatedAtMs: number): Promise<void>;
}

interface Context extends BackupContext {
  readonly buckets: ConfiguredBuckets;
}

/** The Resource Configuration API, every route with and without `/v1`, and further routes of the same host. */
export function createResourceConfiguration(context: Context, furtherRoutes: readonly Route[]): JsonService {
  const routes = [
    ...bucketRoutes(context),
    ...policyRoutes(context),
    ...vaultRoutes(context),
    ...recoveryRangeRoutes(context),
    ...restoreRoutes(context),
  ];
  return {
    name: 'resource-configuration',
    describeError: (error, { requestId }) => ({
      errors: [{ code: error.code, message: error.message }],
      trace: requestId,
      status_code: error.status,
    }),
    routes: [...routes, ...routes.map((route) => ({ ...route, path: `/v1${route.path}` })), ...furtherRoutes],
  };
}

function bucketRoutes(context: Context): Route[] {
  return [
    {
      method: 'GET',
      path: '/b/:bucket',
      operation: 'configuration.getBucket',
      handle: (request) => {
        const { bucket, caller } = openBucket(request, context);
        return { status: 200, headers: { ETag: etagOf(bucket) }, json: describeBucket(bucket, caller, context) };
      },
    },
    {
      method: 'PATCH',
      path: '/b/:bucket',
      operation: 'configuration.updateBucket',
      handle: (request) => updateBucket(request, context),
    },
  ];
}

function openBucket(request: ServiceRequest, context: Context): { bucket: ConfiguredBucket; caller: Caller } {
  const caller = callerOf(request, context.identities, 'unauthorized');
  const name = request.params['bucket'] ?? '';
  const bucket = context.buckets.find(name);
  if (bucket === undefined) throw new ServiceError(404, 'bucket_not_found', `The bucket "${name}" does not exist.`);
  const mayRead = caller.role === 'Reader' || caller.role === 'Writer' || caller.role === 'Manager';
  if (!caller.instanceIds.includes(bucket.instanceGuid) || !mayRead) {
    throw forbidden('You may not read the configuration of this bucket; it needs the Reader role.');
  }
  return { bucket, caller };
}

async function updateBucket(request: ServiceRequest, context: Context): Promise<ServiceAnswer> {
  const { bucket, caller } = openBucket(request, context);
  const contentType = request.headers['content-type'];
  if (contentType !== undefined && !/^application\/(merge-patch\+)?json\s*(;|$)/i.test(contentType)) {
    throw new ServiceError(415, 'unsupported_media_type', 'Send application/merge-patch+json.');
  }
  const patch = readJsonObject(request, 'invalid_request');
  const unknown = Object.keys(patch).find((name) => !settingNames.some((known) => known === name));
  if (unknown !== undefined) {
    throw new ServiceError(400, 'invalid_request', `The member "${unknown}" is unknown or cannot be changed.`);
  }
  if (caller.role !== 'Writer' && caller.role !== 'Manager') throw forbidden('Changing this needs the Writer role.');
  if ('firewall' in patch && caller.role !== 'Manager')
    throw forbidden('Changing the firewall needs the Manager role.');
  const merged = mergePatch(bucket.settings, patch);
  const settings = withoutEmptyLists(checkSettings(isObject(merged) ? merged : {}));
  const ifMatch = request.headers['if-match'];
  if (ifMatch !== undefined && ifMatch !== '*' && ifMatch !== etagOf(bucket)) {
    throw new ServiceError(412, 'precondition_failed', 'The bucket was changed since it was read.');
  }
  await context.buckets.save(bucket.name, settings, context.nowMs());
  return { status: 200 };
}

function forbidden(message: string): ServiceError {
  return new ServiceError(403, 'forbidden', message);
}

/** Changes with the settings, not with the objects. */
function etagOf(bucket: ConfiguredBucket): string {
  const text = JSON.stringify([bucket.name, bucket.createdAtMs, bucket.updatedAtMs, bucket.settings]);
  return `"${createHash('sha256').update(text).digest('hex').slice(0, 32)}"`;
}

function describeBucket(bucket: ConfiguredBucket, caller: Caller, { identities }: Context): unknown {
  const instance = identities.findInstance(bucket.instanceGuid);
  const { firewall, ...settings } = bucket.settings;
  const usage = bucket.usage();
  return {
    name: bucket.name,
    crn: bucketCrn(instance?.accountId ?? '', bucket.instanceGuid, bucket.name),
    service_instance_id: bucket.instanceGuid,
    service_instance_crn: instance?.crn ?? '',
    time_created: new Date(bucket.createdAtMs).toISOString(),
    time_updated: new Date(bucket.updatedAtMs).toISOString(),
    object_count: usage.objectCount,
    bytes_used: usage.sizeBytes,
    noncurrent_object_count: usage.noncurrentObjectCount,
    noncurrent_bytes_used: usage.noncurrentSizeBytes,
    delete_marker_count: usage.deleteMarkerCount,
    ...settings,
    // Without the Manager role the member is absent, as if it were not set.
    ...(firewall !== undefined && caller.role === 'Manager' ? { firewall } : {}),
  };
}
