import type { BucketName, ConnectionId } from '../../model/ids';
import type { BucketRequests } from '../../protocol/buckets';
import type { ConnectionTestReport } from '../../protocol/requests';
import type { EngineClock } from '../clock';
import { listKeyInstances, listRootKeys } from '../control/rootKeys';
import type { CosClient } from '../cos/client';
import type { FullCosClient } from '../cos/fullClient';
import type { EngineHandlers } from '../engine';
import { CosFailure } from '../failure';

/** Finds the client of a connection. */
export type ClientFor = (connectionId: ConnectionId, signal: AbortSignal) => Promise<FullCosClient>;

/** Requests about buckets and the keys that encrypt them. */
export function createBucketHandlers(clientFor: ClientFor): Pick<EngineHandlers, keyof BucketRequests> {
  return {
    'buckets/list': async ({ connectionId }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.listBuckets(signal);
    },
    'buckets/get': async ({ connectionId, bucket }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.getBucket(bucket, signal);
    },
    'buckets/create': async ({ connectionId, bucket, ...settings }, signal) => {
      const client = await clientFor(connectionId, signal);
      return await client.createBucket(bucket, settings, signal);
    },
    'buckets/delete': async ({ connectionId, bucket }, signal) => {
      const client = await clientFor(connectionId, signal);
      await client.deleteBucket(bucket, signal);
      return null;
    },
    'rootKeys/listInstances': async ({ connectionId }, signal) => {
      const { control } = await clientFor(connectionId, signal);
      return await listKeyInstances(control, signal);
    },
    'rootKeys/list': async ({ connectionId, instanceCrn }, signal) => {
      const { control } = await clientFor(connectionId, signal);
      return await listRootKeys(control, instanceCrn, signal);
    },
  };
}

/**
 * Signs in and lists buckets. Someone who may not list buckets but is known to the service has a working connection:
 * the report then has no count.
 */
export async function testConnection(
  client: CosClient,
  clock: EngineClock,
  signal: AbortSignal,
): Promise<ConnectionTestReport> {
  const startedAtMs = clock.monotonicMs();
  try {
    const buckets = await client.listBuckets(signal);
    return { bucketCount: buckets.length, latencyMs: Math.round(clock.monotonicMs() - startedAtMs) };
  } catch (error) {
    const isPlainRefusal =
      error instanceof CosFailure && error.error.kind === 'denied' && error.error.reason === undefined;
    if (!isPlainRefusal) throw error;
    return { latencyMs: Math.round(clock.monotonicMs() - startedAtMs) };
  }
}

/**
 * Lists a public bucket without signing in. Who may read its objects but not list them has a working connection: the report
 * then has no count.
 */
export async function testPublicBucket(
  client: CosClient,
  bucket: BucketName,
  clock: EngineClock,
  signal: AbortSignal,
): Promise<ConnectionTestReport> {
  const startedAtMs = clock.monotonicMs();
  const latency = () => ({ latencyMs: Math.round(clock.monotonicMs() - startedAtMs) });
  try {
    await client.listPage(bucket, { prefix: '', delimiter: '/', maxKeys: 1 }, signal);
    return { bucketCount: 1, ...latency() };
  } catch (error) {
    if (error instanceof CosFailure && error.error.kind === 'denied' && error.error.reason === undefined)
      return latency();
    throw error;
  }
}
