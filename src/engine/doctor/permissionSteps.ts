import type { BucketName, ObjectKey } from '../../model/ids';
import type { DiagnosisFacts, DiagnosisStep } from '../../model/diagnosis';
import type { EngineClock } from '../clock';
import type { FullCosClient } from '../cos/fullClient';
import { neededRole } from '../cos/roles';
import { asFailure, cancelled, CosFailure } from '../failure';

/** What is asked for in a bucket, and in it of one object. */
export interface ProbePlace {
  readonly bucket?: BucketName;
  readonly key?: ObjectKey;
}

/**
 * One harmless request for each permission: nothing is written, and of objects not a byte is read. What is absent or not
 * supported was not refused, and counts as allowed.
 */
export async function permissionSteps(
  client: FullCosClient,
  clock: EngineClock,
  place: ProbePlace,
  signal: AbortSignal,
): Promise<readonly DiagnosisStep[]> {
  const probe = createProbe(clock, signal);
  const steps: DiagnosisStep[] = [];
  const buckets = await probe('ListBuckets', async () => await client.listBuckets(signal));
  const name = place.bucket ?? buckets.value?.[0]?.name;
  const listed = buckets.value?.find((bucket) => bucket.name === name);
  const isAsked = place.bucket !== undefined && buckets.value !== undefined;
  steps.push(
    withFacts(buckets.step, {
      ...(buckets.value === undefined ? {} : { bucketCount: buckets.value.length }),
      ...(isAsked ? { isBucketListed: listed !== undefined } : {}),
      ...(listed?.location === undefined ? {} : { location: listed.location }),
    }),
  );
  if (name === undefined || endsAll(buckets.step)) return [...steps, ...skipped(bucketProbes, objectProbes)];

  steps.push((await probe('HeadBucket', async () => await client.getBucket(name, signal))).step);
  const query = { prefix: '', delimiter: '', maxKeys: 1 } as const;
  const page = await probe('ListObjectsV2', async () => await client.listPage(name, query, signal));
  steps.push(page.step);
  steps.push((await probe('GetBucketVersioning', async () => await client.getVersioning(name, signal))).step);
  steps.push(
    (await probe('GetBucketLifecycleConfiguration', async () => await client.getLifecycle(name, signal))).step,
  );
  steps.push(
    (await probe('GetBucketProtectionConfiguration', async () => await client.getBucketProtection(name, signal))).step,
  );
  steps.push((await probe('GetObjectLockConfiguration', async () => await client.getObjectLock(name, signal))).step);

  const key = place.key ?? page.value?.objects[0]?.key;
  if (key === undefined || page.step.error?.reason === 'noSuchBucket') return [...steps, ...skipped([], objectProbes)];
  const address = { bucket: name, key };
  steps.push((await probe('HeadObject', async () => await client.headObject(address, signal))).step);
  steps.push((await probe('GetObjectTagging', async () => await client.getTags(address, signal))).step);
  steps.push((await probe('GetObjectAcl', async () => await client.getAcl(address, signal))).step);
  return steps;
}

const bucketProbes = [
  'HeadBucket',
  'ListObjectsV2',
  'GetBucketVersioning',
  'GetBucketLifecycleConfiguration',
  'GetBucketProtectionConfiguration',
  'GetObjectLockConfiguration',
];
const objectProbes = ['HeadObject', 'GetObjectTagging', 'GetObjectAcl'];

function skipped(...groups: readonly (readonly string[])[]): DiagnosisStep[] {
  return groups.flat().map((op) => ({ kind: 'permission', subject: op, outcome: 'skipped', ...roleFacts(op) }));
}

/** Without a network, the right clock or a login, every further probe would only say the same. */
function endsAll({ error }: DiagnosisStep): boolean {
  return (
    error !== undefined &&
    (['network', 'tls', 'signInNeeded', 'throttled'].includes(error.kind) || error.reason === 'clockSkewed')
  );
}

function withFacts(step: DiagnosisStep, facts: DiagnosisFacts): DiagnosisStep {
  return { ...step, facts: { ...step.facts, ...facts } };
}

function roleFacts(op: string): Pick<DiagnosisStep, 'facts'> {
  const need = neededRole(op);
  return need === undefined ? {} : { facts: need };
}

type Probe = <T>(
  op: string,
  work: () => Promise<T>,
) => Promise<{ readonly step: DiagnosisStep; readonly value: T | undefined }>;

function createProbe(clock: EngineClock, signal: AbortSignal): Probe {
  return async (op, work) => {
    const startedAtMs = clock.monotonicMs();
    const base = { kind: 'permission', subject: op, ...roleFacts(op) } as const;
    const took = () => ({ durationMs: Math.round(clock.monotonicMs() - startedAtMs) });
    try {
      const value = await work();
      return { step: { ...base, outcome: 'ok', ...took() }, value };
    } catch (thrown) {
      if (signal.aborted) throw cancelled('connection/diagnose');
      const { error } = thrown instanceof CosFailure ? thrown : asFailure(thrown, op);
      const isAbsence = error.kind === 'unsupported' || (error.kind === 'notFound' && error.reason !== 'noSuchBucket');
      const isPlain = isAbsence && error.reason !== 'wrongLocation';
      return isPlain
        ? { step: { ...base, outcome: 'ok', ...took() }, value: undefined }
        : { step: { ...base, outcome: 'failed', ...took(), error }, value: undefined };
    }
  };
}
