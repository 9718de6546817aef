import * as vscode from '../ui/vscode';
import type { BucketName, ConnectionId, ObjectKey } from '../../model/ids';
import { obstaclesOf } from '../../model/protection';
import type { EngineClient, Prompts } from '../services';
import type { CopyRequest } from './organisePlan';
import { inLanes } from '../command/lanes';

/** What the question needs. */
export interface KeepServices {
  readonly engine: Pick<EngineClient, 'send'>;
  readonly prompts: Pick<Prompts, 'confirm'>;
}

/** Objects that are looked at before the question; more would make a person wait. */
const maxLooked = 100;
const parallel = 6;

/**
 * Asks, once for a job, whether copies are protected as their sources are: only where one of the first hundred is protected
 * and the target's bucket can protect in the same way. Answers with the requests to run; undefined when the person gave up.
 */
export async function askProtection(
  services: KeepServices,
  requests: readonly CopyRequest[],
): Promise<readonly CopyRequest[] | undefined> {
  let count = 0;
  const concerned = new Set<CopyRequest>();
  for (const request of requests) {
    const found = await protectedSources(services.engine, request);
    if (found > 0) concerned.add(request);
    count += found;
  }
  if (count === 0) return requests;
  const keep = vscode.l10n.t('Keep Protection');
  const leave = vscode.l10n.t("Use the Bucket's Default");
  const question =
    count === 1
      ? vscode.l10n.t('One of the objects is protected. Protect its copy in the same way?')
      : vscode.l10n.t('{0} of the objects are protected. Protect their copies in the same way?', count);
  const detail = vscode.l10n.t(
    'Copies that keep retention, legal holds or lock cannot be deleted before theirs end. Otherwise they get what the bucket gives to new objects.',
  );
  const answer = await services.prompts.confirm(question, detail, keep, leave);
  if (answer === undefined) return undefined;
  const protection = answer === keep ? 'keep' : 'bucketDefault';
  return requests.map((request) => (concerned.has(request) ? { ...request, protection } : request));
}

type Mechanism = 'retention' | 'objectLock' | 'none';

/** How many of the first sources are protected in a way that the target's bucket knows. */
async function protectedSources(engine: KeepServices['engine'], request: CopyRequest): Promise<number> {
  const { source, target, connectionId } = request;
  const from = source.connectionId ?? connectionId;
  const mechanism = await mechanismOfBucket(engine, connectionId, target.bucket);
  if (mechanism === 'none') return 0;
  const isSameBucket = from === connectionId && source.bucket === target.bucket;
  if (!isSameBucket && (await mechanismOfBucket(engine, from, source.bucket)) !== mechanism) return 0;
  const { versionId } = source;
  let count = 0;
  await inLanes(await firstKeys(engine, from, request), parallel, async (key) => {
    const object = {
      connectionId: from,
      bucket: source.bucket,
      key,
      ...(versionId === undefined ? {} : { versionId }),
    };
    const protection = await engine.send('protection/get', object);
    if (protection.ok && obstaclesOf(protection.value, Date.now()).length > 0) count += 1;
  });
  return count;
}

/** What cannot be asked counts as none: then nothing is changed about the copies. */
async function mechanismOfBucket(
  engine: KeepServices['engine'],
  connectionId: ConnectionId,
  bucket: BucketName,
): Promise<Mechanism> {
  const [retention, lock] = await Promise.all([
    engine.send('bucketProtection/get', { connectionId, bucket }),
    engine.send('objectLock/get', { connectionId, bucket }),
  ]);
  if (retention.ok && retention.value.kind === 'retention') return 'retention';
  return lock.ok && lock.value.kind === 'enabled' ? 'objectLock' : 'none';
}

async function firstKeys(
  engine: KeepServices['engine'],
  connectionId: ConnectionId,
  { source: { bucket, keys, prefixes } }: CopyRequest,
): Promise<readonly ObjectKey[]> {
  const found = keys.slice(0, maxLooked);
  for (const prefix of prefixes) {
    if (found.length >= maxLooked) break;
    const maxKeys = maxLooked - found.length;
    const page = await engine.send('objects/listPage', { connectionId, bucket, prefix, delimiter: '', maxKeys });
    if (page.ok) found.push(...page.value.objects.map(({ key }) => key));
  }
  return found;
}
