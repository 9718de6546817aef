import { expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../../src/extension/command/command';
import type { StepAnswer, StepPlace } from '../../../../src/extension/services';
import type { Connection } from '../../../../src/model/connection';
import { connectionId } from '../../../../src/model/ids';
import { locations } from '../../../../src/model/location';

const fill = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
vi.mock('vscode', () => ({
  l10n: { t: fill },
  ProgressLocation: { Notification: 15 },
  QuickPickItemKind: { Separator: -1 },
  window: { withProgress: (_options: unknown, work: (progress: unknown, token: unknown) => unknown) => work({}, {}) },
}));
const { createBucket } = await import('../../../../src/extension/buckets/createBucket');

const iam: Connection = {
  kind: 'iam',
  id: connectionId('c'),
  name: 'mine',
  serviceInstanceId: 'i',
  endpoint: 'https://s3.us-south.cloud-object-storage.appdomain.cloud',
};
const other: Connection = {
  kind: 'hmac',
  id: connectionId('c'),
  name: 'other',
  endpoint: 'https://s3.example',
  region: 'r',
  addressingStyle: 'path',
};
const guid = '8f275e7b-c076-49b5-8c0b-4b3d2c1a0f9e';
const instance = (name: string, region: string) => ({
  crn: `crn:v1:bluemix:public:kms:${region}:a/1:${guid}::`,
  name,
  service: 'keyProtect',
  region,
});
const keyCrn = (region: string) => `crn:v1:bluemix:public:kms:${region}:a/1:${guid}:key:k1`;

type Answers = Readonly<Record<string, unknown>>;

/**
 * A person with a script: what is typed, or how the entry begins that is picked; `<` goes back. `buttons` are pressed where they are
 * offered. `failing` says how often a request fails.
 */
function world(connection: Connection, script: string[], buttons: string[], failing: Record<string, number> = {}) {
  const sent: [string, Answers][] = [];
  const said: string[] = [];
  const offered: string[][] = [];
  const fails = { ...failing };
  const next = <T>(make: (text: string) => T): StepAnswer<T> => {
    const text = script.shift();
    if (text === undefined) return { kind: 'cancel' };
    return text === '<' ? { kind: 'back' } : { kind: 'value', value: make(text) };
  };
  const press = (message: string, choices: readonly string[]) => {
    said.push(message);
    return choices.find((button) => buttons.includes(button));
  };
  const listed: Answers = {
    'rootKeys/listInstances': [instance('keys-dallas', 'us-south'), instance('keys-frankfurt', 'eu-de')],
    'rootKeys/list': [{ crn: keyCrn('us-south'), id: 'k1', name: 'payroll', aliases: [] }],
  };
  const services = {
    connections: { get: () => connection },
    engine: {
      send: async (method: string, params: Answers) => {
        if (method === 'locations/list') return { ok: true, value: locations };
        sent.push([method, params]);
        const left = fails[method] ?? 0;
        fails[method] = left - 1;
        return left > 0
          ? { ok: false, error: { kind: 'denied', op: method, retry: 'never', detail: '' } }
          : { ok: true, value: listed[method] ?? null };
      },
    },
    failures: { sentence: ({ op }: { op: string }) => `${op} failed.` },
    view: { refreshBuckets: () => said.push('refreshed'), reveal: async () => undefined },
    prompts: {
      inputStep: async (
        { validateInput }: { validateInput: (text: string) => string | undefined },
        _place: StepPlace,
      ): Promise<StepAnswer<string>> =>
        next((text) => {
          const problem = validateInput(text);
          if (problem !== undefined) throw new Error(`${text}: ${problem}`);
          return text;
        }),
      pickStep: async (items: readonly { label: string }[]): Promise<StepAnswer<{ label: string }>> => {
        const labels = items.map(({ label }) => label.replace(/^\$\([a-z-]+\) /, ''));
        offered.push(labels);
        return next((text) => {
          const item = items[labels.findIndex((label) => label.startsWith(text))];
          if (item === undefined) throw new Error(`${text} is not among ${labels.join(', ')}`);
          return item;
        });
      },
      confirm: async (message: string, detail: string, ...choices: string[]) => press(`${message}\n${detail}`, choices),
      error: async (message: string, ...choices: string[]) => press(message, choices),
    },
  } as unknown as CommandServices;
  return { run: () => createBucket(services, connection.id), sent, said, offered, script };
}

it('asks nothing more where nothing more is wanted, and confirms nothing that can be undone', async () => {
  const { run, sent, said } = world(iam, ['plain', 'us-south', 'smart', 'Create'], []);
  await run();
  expect(sent).toEqual([
    ['buckets/create', { connectionId: 'c', bucket: 'plain', location: 'us-south', storageClass: 'smart' }],
  ]);
  expect(said).toEqual(['refreshed']);
});

it('encrypts with a key that was picked by its name, once it was confirmed that it cannot be changed later', async () => {
  const script = ['safe', 'us-south', 'smart', 'Encryption', 'keys-dallas', 'payroll', 'Create'];
  const { run, sent, said } = world(iam, script, ['Create Bucket']);
  await run();
  expect(sent.at(-1)?.[1]).toMatchObject({ bucket: 'safe', rootKeyCrn: keyCrn('us-south') });
  expect(said[0]).toContain('Encryption: root key "payroll"');
  expect(said[0]).toContain('cannot be changed later');
});

it('offers only instances whose keys the location takes, and finds out where the location changes after the key', async () => {
  const cross = world(iam, ['safe', 'eu', 'smart', 'Encryption'], []);
  await cross.run();
  expect(cross.offered.at(-2)?.slice(0, 2)).toEqual(['keys-frankfurt', 'Enter the CRN of a key…']);
  const script = [
    'safe',
    'us-south',
    'smart',
    'Encryption',
    'keys-dallas',
    'payroll',
    '<',
    '<',
    'eu',
    'smart',
    'Create',
  ];
  const moved = world(iam, script, ['Create Bucket']);
  await moved.run();
  expect(moved.said).toEqual(['A bucket at this location takes a key in eu-de.']);
  expect(moved.sent.map(([method]) => method)).not.toContain('buckets/create');
});

it('lets a CRN be entered where keys cannot be listed', async () => {
  const script = ['safe', 'us-south', 'smart', 'Encryption', 'keys-dallas', 'Enter', keyCrn('eu-de'), 'Create'];
  const { run, sent, said } = world(iam, script, ['Create Bucket'], { 'rootKeys/list': 1 });
  await run();
  expect(said[0]).toBe('rootKeys/list failed.');
  expect(sent.at(-1)?.[1]).toMatchObject({ rootKeyCrn: keyCrn('eu-de') });
});

it('sets what was chosen, and goes back from an option without losing the others', async () => {
  const script = ['full', 'us-south', 'smart', 'Versioning', 'Quota', '500 GB', 'Retention', '<'];
  script.push('Retention', 'Retain', '10', '<', '5', '20', '30', 'No object', 'Create');
  const { run, sent, said } = world(iam, script, ['Create Bucket']);
  await run();
  const policy = { minimumDays: 5, defaultDays: 20, maximumDays: 30, isPermanentAllowed: false };
  // A retention policy replaces versioning.
  expect(sent.slice(1)).toEqual([
    ['bucketProtection/put', { connectionId: 'c', bucket: 'full', policy }],
    ['bucketConfig/setQuota', { connectionId: 'c', bucket: 'full', quotaBytes: 5e11 }],
  ]);
  expect(said[0]).toContain('Retention policy: 5 to 30 days, 20 by default');
});

it('says what was and was not done where a setting fails after the bucket is there, and tries only that again', async () => {
  const script = ['some', 'us-south', 'smart', 'Versioning', 'Quota', '1 GB', 'Create'];
  const { run, sent, said } = world(iam, script, ['Try Again'], { 'bucketConfig/setQuota': 1 });
  await run();
  expect(said).toEqual([
    'refreshed',
    'The bucket "some" was created with versioning, but without: the quota of 1.00 GB (bucketConfig/setQuota failed.)',
  ]);
  expect(sent.map(([method]) => method)).toEqual([
    'buckets/create',
    'versioning/put',
    'bucketConfig/setQuota',
    'bucketConfig/setQuota',
  ]);
});

it('keeps the answers where the service refuses the bucket', async () => {
  const script = [
    'taken',
    'us-south',
    'smart',
    'Versioning',
    'Create',
    '<',
    '<',
    '<',
    'free',
    'us-south',
    'smart',
    'Create',
  ];
  const { run, sent } = world(iam, script, ['Change'], { 'buckets/create': 1 });
  await run();
  expect(sent.map(([method, { bucket }]) => [method, bucket])).toEqual([
    ['buckets/create', 'taken'],
    ['buckets/create', 'free'],
    ['versioning/put', 'free'],
  ]);
});

it('offers other services only what they have', async () => {
  const script = ['elsewhere', 'Object Lock', 'On, every new version in mode GOVERNANCE', '7', 'Create'];
  const { run, sent, offered } = world(other, script, ['Create Bucket']);
  await run();
  expect(offered[0]).toEqual(['Create Bucket "elsewhere"', 'More options', 'Versioning', 'Object Lock']);
  const defaultRetention = { mode: 'GOVERNANCE', duration: { unit: 'days', count: 7 } };
  expect(sent).toEqual([
    ['buckets/create', { connectionId: 'c', bucket: 'elsewhere', hasObjectLock: true }],
    ['objectLock/put', { connectionId: 'c', bucket: 'elsewhere', defaultRetention }],
  ]);
});
