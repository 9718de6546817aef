import type { BucketConfig, BucketFirewall } from '../../model/bucketConfig';
import type { BucketName } from '../../model/ids';
import { CosFailure } from '../failure';
import type { ControlAnswer, ControlClient } from './controlClient';
import { given, jsonObject, number, object, text, texts, timeMs, type Json } from './json';

/** A change as it is sent: members are merged, lists are replaced, `null` removes (control-plane §3.3). */
export interface BucketConfigPatch {
  readonly hard_quota?: number;
  readonly firewall?: Json;
  readonly activity_tracking?: Json;
  readonly metrics_monitoring?: Json;
}

/** What the Resource Configuration API knows of a bucket (control-plane §3.2). `unsupported` for HMAC connections. */
export async function getBucketConfig(
  control: ControlClient,
  bucket: BucketName,
  signal: AbortSignal,
): Promise<BucketConfig> {
  const op = 'GetBucketConfig';
  return readBucketConfig(
    await control.send({ op, service: 'configuration', method: 'GET', path: ['b', bucket] }, signal),
    op,
  );
}

/**
 * Changes a bucket on the condition that it is still the one of the ETag; `preconditionFailed` where it is not. A firewall
 * needs the Manager role, all else the Writer role (credentials §5.2).
 */
export async function updateBucketConfig(
  control: ControlClient,
  bucket: BucketName,
  patch: BucketConfigPatch,
  etag: string | undefined,
  signal: AbortSignal,
): Promise<void> {
  const op = 'UpdateBucketConfig';
  const request = { op, service: 'configuration', method: 'PATCH', path: ['b', bucket], body: { ...patch } } as const;
  try {
    await control.send({ ...request, ...given('ifMatch', etag) }, signal);
  } catch (error) {
    const isRole = error instanceof CosFailure && error.error.neededRole !== undefined;
    if (!isRole || patch.firewall !== undefined) throw error;
    throw new CosFailure({ ...error.error, neededRole: 'Writer' }, { cause: error });
  }
}

/** A bucket as the service shows it. Members that are not there are not set, or not for this identity to see. */
export function readBucketConfig({ json, etag }: ControlAnswer, op: string): BucketConfig {
  const bucket = jsonObject(json, op);
  return {
    ...given('etag', etag),
    ...given('crn', text(bucket['crn'])),
    ...given('createdAtMs', timeMs(bucket['time_created'])),
    ...given('updatedAtMs', timeMs(bucket['time_updated'])),
    usage: {
      ...given('objects', number(bucket['object_count'])),
      ...given('sizeBytes', number(bucket['bytes_used'])),
      ...given('noncurrentObjects', number(bucket['noncurrent_object_count'])),
      ...given('noncurrentSizeBytes', number(bucket['noncurrent_bytes_used'])),
      ...given('deleteMarkers', number(bucket['delete_marker_count'])),
    },
    ...given('quotaBytes', number(bucket['hard_quota'])),
    ...given('firewall', readFirewall(object(bucket['firewall']))),
    ...given('activityTracking', readTracking(object(bucket['activity_tracking']))),
    ...given('metricsMonitoring', readMetrics(object(bucket['metrics_monitoring']))),
  };
}

function readFirewall(firewall: Json | undefined): BucketFirewall | undefined {
  if (firewall === undefined) return undefined;
  return {
    allowedAddresses: texts(firewall['allowed_ip']),
    deniedAddresses: texts(firewall['denied_ip']),
    allowedNetworks: texts(firewall['allowed_network_type']),
  };
}

function readTracking(tracking: Json | undefined): BucketConfig['activityTracking'] {
  if (tracking === undefined) return undefined;
  return {
    readDataEvents: tracking['read_data_events'] === true,
    writeDataEvents: tracking['write_data_events'] === true,
    managementEvents: tracking['management_events'] === true,
    ...given('activityTrackerCrn', text(tracking['activity_tracker_crn'])),
  };
}

function readMetrics(metrics: Json | undefined): BucketConfig['metricsMonitoring'] {
  if (metrics === undefined) return undefined;
  return {
    usageMetrics: metrics['usage_metrics_enabled'] === true,
    requestMetrics: metrics['request_metrics_enabled'] === true,
    ...given('monitoringCrn', text(metrics['metrics_monitoring_crn'])),
  };
}
