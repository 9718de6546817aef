import { expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../../src/extension/command/command';
import { bucketName, connectionId } from '../../../../src/model/ids';
import type { BucketCensus } from '../../../../src/protocol/emptying';

const fill = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
vi.mock('vscode', () => ({
  l10n: { t: fill },
  ProgressLocation: { Notification: 15 },
  window: { withProgress: (_options: unknown, work: (progress: unknown, token: unknown) => unknown) => work({}, {}) },
}));
const { deleteBucket, emptyBucket } = await import('../../../../src/extension/buckets/emptyBucket');

const target = { connectionId: connectionId('c'), bucket: bucketName('invoices') };
const nothing: BucketCensus = {
  versioning: 'never',
  objects: 0,
  oldVersions: 0,
  deleteMarkers: 0,
  bytes: 0,
  uploads: 0,
  runningUploads: 0,
  isComplete: true,
  mechanism: 'none',
};

/** A person who presses the first button of a question, or none, and types a text; and a bucket with what a census says. */
function world(census: BucketCensus | 'denied', { presses = true, typed = '', state = 'done', button = 0 } = {}) {
  const asked: string[] = [];
  const done: unknown[] = [];
  const services = {
    connections: { get: () => undefined },
    engine: {
      send: async (method: string) => {
        if (method !== 'buckets/census') done.push(method);
        return method === 'buckets/census' && census === 'denied'
          ? { ok: false, error: { kind: 'denied', op: method, retry: 'never', detail: '' } }
          : { ok: true, value: census };
      },
    },
    transfers: {
      run: async (request: unknown) => {
        done.push(request);
        return { ok: true, value: { state } };
      },
    },
    view: { forgetBucket: () => done.push('forgotten') },
    changes: { fire: () => undefined },
    prompts: {
      confirm: async (message: string, detail: string, ...buttons: string[]) => {
        asked.push(`${message}\n${detail}`);
        return presses ? buttons[button] : undefined;
      },
      input: async ({ validateInput }: { validateInput: (text: string) => string | undefined }) => {
        asked.push(validateInput(typed) ?? 'name accepted');
        return typed;
      },
      info: async (message: string) => void asked.push(message),
      warn: async (message: string) => void asked.push(message),
    },
  } as unknown as CommandServices;
  return { services, asked, done };
}

const request = { kind: 'empty', ...target, hasVersions: false, isLocked: false, deleteBucket: false };

it('empties after the counts were confirmed and the name was typed', async () => {
  const census = { ...nothing, objects: 12, bytes: 3_000, uploads: 2 };
  const { services, asked, done } = world(census, { typed: 'invoices' });
  await emptyBucket(services, target);
  expect(asked[0]).toContain('Objects: 12\nIncomplete uploads: 2\nSize: 3.00 kB');
  expect(asked[0]).toContain('The bucket and its configuration stay.');
  expect(done).toEqual([request]);
});

it.each([
  ['the question is not confirmed', { presses: false, typed: 'invoices' }],
  ['another name is typed', { typed: 'invoice' }],
])('deletes nothing where %s', async (_what, person) => {
  const { services, done } = world({ ...nothing, objects: 1 }, person);
  await emptyBucket(services, target);
  await deleteBucket(services, target);
  expect(done).toEqual([]);
});

it('deletes a full bucket with its versions and locks told, and forgets it only once it is gone', async () => {
  const census: BucketCensus = {
    ...nothing,
    versioning: 'enabled',
    objects: 10_000,
    oldVersions: 5,
    deleteMarkers: 4,
    isComplete: false,
    mechanism: 'objectLock',
    sample: { looked: 100, protected: 7, untilMs: Date.UTC(2030, 0, 15) },
  };
  const gone = world(census, { typed: 'invoices' });
  await deleteBucket(gone.services, target);
  expect(gone.asked[0]).toContain('At least:\nObjects: 10,000\nOld versions: 5\nDelete markers: 4');
  expect(gone.asked[0]).toContain(
    '7 of 100 that were looked at are protected and will stay, the last until 15 Jan 2030.',
  );
  expect(gone.asked[0]).toContain('As long as something stays, the bucket stays, too.');
  expect(gone.asked[0]).toContain('With versions it takes about three days');
  const wanted = { ...request, hasVersions: true, isLocked: true, deleteBucket: true };
  expect(gone.done).toEqual([wanted, 'forgotten']);
  const stays = world(census, { typed: 'invoices', state: 'failed' });
  await deleteBucket(stays.services, target);
  expect(stays.done).toEqual([wanted]);
});

it('asks no name for an empty bucket, also where it may not be listed', async () => {
  for (const census of [nothing, 'denied'] as const) {
    const { services, asked, done } = world(census);
    await deleteBucket(services, target);
    expect(asked).toHaveLength(1);
    expect(done).toEqual(['buckets/delete', 'forgotten']);
  }
  const { services, asked, done } = world(nothing);
  await emptyBucket(services, target);
  expect([asked, done]).toEqual([['The bucket "invoices" is empty.'], []]);
});

it('lets the service do it where there is too much to count, and not where there is not', async () => {
  const large = { ...nothing, objects: 10_000, isComplete: false };
  const { services, asked, done } = world(large, { typed: 'invoices', button: 1 });
  await deleteBucket(services, target);
  expect(done).toEqual(['buckets/expireEverything']);
  expect(asked.at(-1)).toContain('as long as the rules "delete-everything" are in its lifecycle');
  const small = world({ ...nothing, objects: 1 }, { typed: 'invoices', button: 1 });
  await deleteBucket(small.services, target);
  expect(small.done).toEqual([]);
});

it('does not cut off an upload of its own', async () => {
  const { services, asked, done } = world({ ...nothing, uploads: 1, runningUploads: 1 }, { typed: 'invoices' });
  await emptyBucket(services, target);
  expect(asked).toEqual(['An upload into the bucket "invoices" is running. Wait for it, or cancel it first.']);
  expect(done).toEqual([]);
});
