import { expect, it } from 'vitest';
import { describe } from '../../../../src/engine/transfers/describe';
import { watchEmptiedBuckets } from '../../../../src/extension/transfers/emptiedBuckets';
import { TransferMirror } from '../../../../src/extension/transfers/mirror';
import { bucketName, connectionId, objectKey, type TransferId } from '../../../../src/model/ids';
import type { TransferSnapshot } from '../../../../src/model/transferState';
import type { TransferRequest } from '../../../../src/protocol/requests';
import { snapshotOf } from './snapshots';

const bucket = bucketName('photos');
const at = { connectionId: connectionId('home'), bucket };
const whole: TransferRequest = { kind: 'empty', ...at, hasVersions: false, isLocked: false, deleteBucket: true };

/** Connections whose buckets were told of after these snapshots of a transfer. */
function toldOf(request: TransferRequest, ...states: readonly Partial<TransferSnapshot>[]): readonly string[] {
  const mirror = new TransferMirror();
  const told: string[] = [];
  watchEmptiedBuckets(mirror, (id) => told.push(id));
  for (const [revision, state] of states.entries()) {
    mirror.apply([snapshotOf({ kind: 'delete', ...describe(request), ...state, revision })]);
    // An engine that starts anew tells all of them again.
    mirror.engineRestarted();
  }
  return told;
}

it('tells once of a bucket that another window emptied', () => {
  const paused = { state: 'paused' } as const;
  const elsewhere = { state: 'running', isOwnedElsewhere: true } as const;
  const done = { state: 'done', isOwnedElsewhere: true } as const;
  expect(toldOf(whole, paused, elsewhere, done, done)).toEqual(['home']);
});

it('tells nothing of a bucket that was not emptied to the end', () => {
  expect(toldOf(whole, { state: 'running' }, { state: 'cancelled' })).toEqual([]);
  expect(toldOf(whole, { state: 'failed' })).toEqual([]);
});

it('tells nothing of objects and folders that were deleted', () => {
  const keys = [objectKey('a'), objectKey('photos')];
  expect(toldOf({ kind: 'delete', ...at, keys, prefixes: [] }, { state: 'done' })).toEqual([]);
  expect(toldOf({ kind: 'delete', ...at, keys: keys.slice(1), prefixes: [] }, { state: 'done' })).toEqual([]);
  expect(toldOf({ kind: 'delete', ...at, keys: [], prefixes: ['photos/'] }, { state: 'done' })).toEqual([]);
});

it('forgets what was removed', () => {
  const mirror = new TransferMirror();
  const told: string[] = [];
  watchEmptiedBuckets(mirror, (id) => told.push(id));
  const done = snapshotOf({ kind: 'delete', ...describe(whole), state: 'done' });
  mirror.apply([done]);
  mirror.remove(['t1' as TransferId]);
  mirror.apply([done]);
  expect(told).toEqual(['home', 'home']);
});
