import type { ObjectsTarget } from './targets';
import type { EngineClient } from '../services';
import { inLanes } from './lanes';
import { deletability, isOverwriteRefused } from '../../model/protection';

/** How many of a selection the service would refuse to delete, as far as was looked. */
export interface ProtectedCount {
  readonly protected: number;
  readonly looked: number;
  /** When the last of those with a date can be deleted; absent where one has none. */
  readonly untilMs?: number;
}

/** Objects that are looked at before a question; more would make a person wait. */
const maxLooked = 100;
const parallel = 6;

/**
 * Looks, in buckets with a retention policy, how many of the objects named and of the first below each prefix are protected
 * against deletion. Object Lock is no matter here: such a deletion only adds a delete marker. Undefined where nothing protects.
 */
export async function countProtected(
  engine: Pick<EngineClient, 'send'>,
  targets: readonly ObjectsTarget[],
  nowMs: number,
): Promise<ProtectedCount | undefined> {
  const keys: { readonly target: ObjectsTarget; readonly key: ObjectsTarget['keys'][number] }[] = [];
  for (const target of targets) {
    const { connectionId, bucket } = target;
    const policy = await engine.send('bucketProtection/get', { connectionId, bucket });
    if (!policy.ok || policy.value.kind === 'none') continue;
    keys.push(...target.keys.slice(0, maxLooked).map((key) => ({ target, key })));
    for (const prefix of target.prefixes) {
      const params = { connectionId, bucket, prefix, delimiter: '' as const, maxKeys: maxLooked };
      const page = await engine.send('objects/listPage', params);
      if (page.ok) keys.push(...page.value.objects.map(({ key }) => ({ target, key })));
    }
  }
  const looked = keys.slice(0, maxLooked);
  if (looked.length === 0) return undefined;
  const dates: (number | undefined)[] = [];
  await inLanes(looked, parallel, async ({ target: { connectionId, bucket }, key }) => {
    const protection = await engine.send('protection/get', { connectionId, bucket, key });
    if (!protection.ok || !isOverwriteRefused(protection.value, nowMs)) return;
    const when = deletability(protection.value, nowMs);
    dates.push(when.kind === 'at' ? when.atMs : undefined);
  });
  if (dates.length === 0) return undefined;
  const known = dates.filter((ms) => ms !== undefined);
  const untilMs = known.length === dates.length ? Math.max(...known) : undefined;
  return { protected: dates.length, looked: looked.length, ...(untilMs === undefined ? {} : { untilMs }) };
}
