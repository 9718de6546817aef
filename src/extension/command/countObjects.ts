import * as vscode from '../ui/vscode';
import type { Result } from '../../model/cosError';
import type { ObjectCount } from '../../protocol/requests';
import type { EngineClient } from '../services';
import type { ObjectsTarget } from './targets';

/** Objects that are counted before a question; more are said to be more. */
const countLimit = 10_000;

/** Counts what is selected, at most ten thousand objects, under a notification that can be cancelled. */
export async function countObjects(
  engine: EngineClient,
  selections: readonly ObjectsTarget[],
): Promise<Result<ObjectCount>> {
  const title = vscode.l10n.t('Counting objects');
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (_progress, token): Promise<Result<ObjectCount>> => {
    let total: ObjectCount = { objects: 0, bytes: 0, isComplete: true };
    for (const { connectionId, bucket, keys, prefixes } of selections) {
      const limit = countLimit - total.objects;
      if (limit <= 0) return { ok: true, value: { ...total, isComplete: false } };
      const count = await engine.send('objects/count', { connectionId, bucket, keys, prefixes, limit }, token);
      if (!count.ok) return count;
      total = together(total, count.value);
    }
    return { ok: true, value: total };
  });
}

function together(left: ObjectCount, right: ObjectCount): ObjectCount {
  const of = [left.incomparable, right.incomparable].flatMap((one) => one ?? []);
  const incomparable = of.reduce(
    (sum, { objects, bytes }) => ({ objects: sum.objects + objects, bytes: sum.bytes + bytes }),
    {
      objects: 0,
      bytes: 0,
    },
  );
  return {
    objects: left.objects + right.objects,
    bytes: left.bytes + right.bytes,
    isComplete: left.isComplete && right.isComplete,
    ...(incomparable.objects === 0 ? {} : { incomparable }),
  };
}
