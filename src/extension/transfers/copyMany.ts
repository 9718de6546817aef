import type { CosError } from '../../model/cosError';
import type { BucketName, ConnectionId, ObjectKey } from '../../model/ids';
import type { ClashChoice } from '../../model/transferState';
import { parentPrefix } from '../documents/place';
import type { ObjectChange } from '../services';
import type { TransferRunner } from './runner';

/** One object on its way to another folder of the same connection. */
export interface CopyItem {
  readonly source: { readonly bucket: BucketName; readonly key: ObjectKey };
  readonly target: { readonly bucket: BucketName; readonly key: ObjectKey };
}

/** What is to be copied, and whether the sources go once their copies are verified. */
export interface CopyBatch {
  readonly connectionId: ConnectionId;
  readonly items: readonly CopyItem[];
  readonly deleteSource: boolean;
}

/** How a batch ended. */
export interface CopyOutcome {
  readonly done: readonly CopyItem[];
  readonly skippedCount: number;
  readonly failures: readonly { readonly item: CopyItem; readonly error: CosError }[];
}

/** What a batch asks and tells while it runs. */
export interface CopyEvents {
  isCancelled(): boolean;
  /** Asked once, for the first target that exists; the answer counts for all of them. */
  decideClashes(item: CopyItem): Promise<'skip' | 'replace' | 'keepBoth' | 'cancel'>;
  report(doneCount: number): void;
}

/** Copies that are under way at once; each is one request of the server to itself. */
const maxAtOnce = 4;

/** Copies objects on the server. Nothing is overwritten before the answer to the one question says so. */
export async function copyMany(
  runner: Pick<TransferRunner, 'run'>,
  batch: CopyBatch,
  events: CopyEvents,
): Promise<CopyOutcome> {
  const done: CopyItem[] = [];
  const failures: { item: CopyItem; error: CosError }[] = [];
  let skippedCount = 0;
  let decision: Promise<'skip' | 'replace' | 'keepBoth' | 'cancel'> | undefined;
  let isStopped = false;

  const copy = async (item: CopyItem, clash: ClashChoice): Promise<CosError | undefined> => {
    const { connectionId, deleteSource } = batch;
    const request = { kind: 'copy', connectionId, ...item, deleteSource, clash } as const;
    const run = await runner.run(request, { show: 'nothing', announce: 'byCaller' });
    if (!run.ok) return run.error;
    const error = run.value.error ?? run.value.failures[0]?.error;
    if (error !== undefined) return error;
    if (run.value.state === 'cancelled') isStopped = true;
    else if (run.value.itemsSkipped > 0) skippedCount += 1;
    else done.push(item);
    return undefined;
  };

  const copyOne = async (item: CopyItem): Promise<void> => {
    let error = await copy(item, 'fail');
    if (error?.reason === 'alreadyExists') {
      decision ??= events.decideClashes(item);
      const clash = await decision;
      if (clash === 'cancel') {
        isStopped = true;
        return;
      }
      if (clash === 'skip') {
        skippedCount += 1;
        return;
      }
      error = await copy(item, clash);
    }
    if (error !== undefined && error.kind !== 'cancelled') failures.push({ item, error });
  };

  const queue = [...batch.items];
  const work = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      if (isStopped || events.isCancelled()) return;
      await copyOne(item);
      events.report(done.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(maxAtOnce, batch.items.length) }, work));
  return { done, skippedCount, failures };
}

/** What a batch changed: the folders that gained, and those that lost. */
export function changesOfCopies(batch: CopyBatch, done: readonly CopyItem[]): readonly ObjectChange[] {
  const { connectionId } = batch;
  const changes = new Map<string, ObjectChange & { readonly keys: ObjectKey[] }>();
  const add = (bucket: BucketName, key: ObjectKey, kind: ObjectChange['kind']): void => {
    const prefix = parentPrefix(key);
    const id = `${kind} ${bucket}/${prefix}`;
    const change = changes.get(id) ?? { connectionId, bucket, prefix, keys: [], kind };
    change.keys.push(key);
    changes.set(id, change);
  };
  for (const { source, target } of done) {
    add(target.bucket, target.key, 'changed');
    if (batch.deleteSource) add(source.bucket, source.key, 'deleted');
  }
  return [...changes.values()];
}
