import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../src/extension/command/command';
import type { StepAnswer, StepPlace } from '../../../src/extension/services';
import type { BucketName } from '../../../src/model/ids';
import { testConnectionId } from '../../fakes/servedEngine';
import { startProtected, type Protected } from '../protection/fixture';

const fill = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
vi.mock('vscode', () => ({
  l10n: { t: fill },
  ProgressLocation: { Notification: 15 },
  Uri: { from: (parts: unknown) => ({ toString: () => JSON.stringify(parts) }) },
  window: { withProgress: (_options: unknown, work: () => unknown) => work() },
  workspace: { textDocuments: [] },
}));
const { setVersioning } = await import('../../../src/extension/configuration/quick/setVersioning');
const { setRetentionPolicy } = await import('../../../src/extension/configuration/quick/setRetentionPolicy');
const { setLockDefault } = await import('../../../src/extension/configuration/quick/setLockDefault');
const { setTag } = await import('../../../src/extension/configuration/quick/setTag');
const { applyTemplate } = await import('../../../src/extension/configuration/quick/applyTemplate');

interface Input {
  readonly value?: string;
  readonly validateInput?: (text: string) => string | undefined;
}

describe('parts of a configuration, set without a document', () => {
  let server: Protected;
  beforeAll(async () => {
    server = await startProtected();
  });
  afterAll(async () => await server?.close());

  /** A person who answers in this order: entries and texts; `<` goes back, `=` takes what is proposed. Then presses buttons. */
  function person(answers: readonly string[], ...buttons: readonly string[]) {
    const left = [...answers];
    const seen: string[] = [];
    const next = (): string => left.shift() ?? '';
    const typed = (options: Input): string => {
      const answer = next();
      const text = answer === '=' ? (options.value ?? '') : answer;
      const problem = options.validateInput?.(text);
      if (problem === undefined) return text;
      seen.push(problem);
      return typed(options);
    };
    const step = <T>(choose: () => T | undefined): StepAnswer<T> => {
      if (left[0] === '<') {
        left.shift();
        return { kind: 'back' };
      }
      const value = choose();
      return value === undefined ? { kind: 'cancel' } : { kind: 'value', value };
    };
    const entry = <T extends { readonly label: string }>(items: readonly T[]): T | undefined => {
      const label = next();
      return items.find((item) => item.label === label);
    };
    const services = {
      engine: server.engine,
      changes: { fire: ({ kind }: { readonly kind: string }) => void seen.push(`tree: ${kind}`) },
      failures: { sentence: ({ detail }: { readonly detail: string }) => detail },
      prompts: {
        pick: async (items: readonly { readonly label: string }[]) => entry(items),
        input: async (options: Input) => typed(options),
        pickStep: async (items: readonly { readonly label: string }[], _options: unknown, { canGoBack }: StepPlace) =>
          left[0] === '<' && !canGoBack ? { kind: 'cancel' } : step(() => entry(items)),
        inputStep: async (options: Input) => step(() => typed(options)),
        info: async (message: string) => void seen.push(message),
        error: async (message: string) => void seen.push(message),
        confirm: async (message: string, detail: string, ...offered: string[]) => {
          seen.push(`${message} ${detail}`);
          return offered.find((button) => buttons.includes(button));
        },
      },
    } as unknown as CommandServices;
    return { services, seen };
  }
  const target = (bucket: BucketName) => ({ connectionId: testConnectionId, bucket });

  it('versioning is enabled after a preview, and left alone without', async () => {
    const bucket = await server.bucket();
    const unsure = person(['Enabled']);
    await setVersioning(unsure.services, target(bucket));
    expect(await server.engine.ask('versioning/get', target(bucket))).toBe('never');
    expect(unsure.seen).toHaveLength(1);
    const sure = person(['Enabled'], 'Apply');
    expect(await setVersioning(sure.services, target(bucket))).toBeUndefined();
    expect(await server.engine.ask('versioning/get', target(bucket))).toBe('enabled');
    expect(sure.seen[0]).toContain('PutBucketVersioning');
    expect(sure.seen).toContain('tree: changed');
    const again = person(['Enabled'], 'Apply');
    await setVersioning(again.services, target(bucket));
    expect(again.seen).toEqual([expect.stringContaining('Nothing to change') as string]);
    await setVersioning(person(['Suspended'], 'Apply').services, target(bucket));
    expect(await server.engine.ask('versioning/get', target(bucket))).toBe('suspended');
  });

  it('a bucket that never kept versions cannot be suspended, and one that is not there is told', async () => {
    const bucket = await server.bucket();
    const { services, seen } = person(['Suspended'], 'Apply');
    await setVersioning(services, target(bucket));
    expect(seen).toEqual([]);
    const gone = await setVersioning(services, target('no-such-bucket-here' as BucketName));
    expect(gone).toMatchObject({ ok: false, error: { reason: 'noSuchBucket' } });
  });

  it('a retention policy is asked for in order, with a way back, and confirmed twice', async () => {
    const bucket = await server.bucket();
    const answers = ['5', '<', '7', '3', '10', '9', '20', 'No'];
    const half = person(answers, 'Apply');
    await setRetentionPolicy(half.services, target(bucket));
    expect(await server.engine.ask('bucketProtection/get', target(bucket))).toEqual({ kind: 'none' });
    const whole = person(answers, 'Apply', 'Apply for Good');
    await setRetentionPolicy(whole.services, target(bucket));
    expect(whole.seen.slice(0, 2)).toEqual(['Enter a whole number, 7 to 36135.', 'Enter a whole number, 10 to 36135.']);
    expect(whole.seen.join()).toContain('will always have a retention policy');
    const policy = { minimumDays: 7, defaultDays: 10, maximumDays: 20, isPermanentAllowed: false };
    expect(await server.engine.ask('bucketProtection/get', target(bucket))).toEqual({ kind: 'retention', policy });
    // What there is is proposed.
    await setRetentionPolicy(person(['=', '=', '30', 'No'], 'Apply').services, target(bucket));
    const after = await server.engine.ask('bucketProtection/get', target(bucket));
    expect(after).toEqual({ kind: 'retention', policy: { ...policy, maximumDays: 30 } });
  });

  it('the default of Object Lock is set in days or years, and dropped', async () => {
    const bucket = await server.bucket('locked');
    const { services, seen } = person(['GOVERNANCE', 'Years', '101', '7'], 'Apply');
    await setLockDefault(services, target(bucket));
    expect(seen[0]).toBe('Enter a whole number, 1 to 100.');
    const lock = { kind: 'enabled', defaultRetention: { mode: 'GOVERNANCE', duration: { unit: 'years', count: 7 } } };
    expect(await server.engine.ask('objectLock/get', target(bucket))).toEqual(lock);
    await setLockDefault(person(['No Default'], 'Apply').services, target(bucket));
    expect(await server.engine.ask('objectLock/get', target(bucket))).toEqual({ kind: 'enabled' });
  });

  it('a tag is added, changed and removed, and the others stay', async () => {
    const bucket = await server.bucket();
    const tags = async () => await server.client().getBucketTags(bucket, new AbortController().signal);
    const first = person(['New Tag…', 'ibm:a', '', 'project', '<', 'alpha'], 'Apply');
    await setTag(first.services, target(bucket));
    expect(first.seen.slice(0, 3)).toEqual([
      'Names that begin with "ibm:" are reserved.',
      'A tag needs a name.',
      'A tag cannot hold this: <',
    ]);
    await setTag(person(['New Tag…', 'project', 'owner', ''], 'Apply').services, target(bucket));
    expect(await tags()).toEqual({ project: 'alpha', owner: '' });
    await setTag(person(['project', 'Change Value…', 'beta'], 'Apply').services, target(bucket));
    await setTag(person(['owner', 'Remove Tag'], 'Apply').services, target(bucket));
    expect(await tags()).toEqual({ project: 'beta' });
  });

  it('a template is added to the rules that there are', async () => {
    const bucket = await server.bucket();
    await applyTemplate(person(['Abort Incomplete Uploads after 7 Days'], 'Apply').services, target(bucket));
    const folder = person(['Delete a Folder after 30 Days', '', 'logs/'], 'Apply', 'Apply for Good');
    await applyTemplate(folder.services, target(bucket));
    expect(folder.seen[0]).toBe('Without a prefix, all objects would be deleted.');
    await applyTemplate(
      person(['Let Pages of One Site Read', 'https://example.com'], 'Apply').services,
      target(bucket),
    );
    await applyTemplate(person(['Single-Page App'], 'Apply').services, target(bucket));
    const client = server.client();
    const never = new AbortController().signal;
    expect((await client.getLifecycle(bucket, never)).rules).toEqual([
      { id: 'abort-incomplete-uploads', status: 'enabled', abortIncompleteUploads: { days: 7 } },
      { id: 'delete-folder-after-30-days', status: 'enabled', filter: { prefix: 'logs/' }, expiration: { days: 30 } },
    ]);
    expect((await client.getCors(bucket, never)).rules).toMatchObject([{ origins: ['https://example.com'] }]);
    expect((await client.getBucketWebsite(bucket, never)).website).toEqual({
      indexSuffix: 'index.html',
      errorKey: 'index.html',
    });
  });
});
