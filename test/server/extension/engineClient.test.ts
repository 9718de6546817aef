import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ForkedEngineClient, type EngineClientOptions } from '../../../src/extension/engine/engineClient';
import { RestartPolicy } from '../../../src/extension/engine/engineRestarts';
import { Emitter } from '../../../src/extension/ui/emitter';
import type { Result } from '../../../src/model/cosError';
import { bucketName, connectionId } from '../../../src/model/ids';
import type { BucketSummary } from '../../../src/model/objectInfo';
import { protocolVersion } from '../../../src/protocol/version';

const clients: ForkedEngineClient[] = [];
afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
});

interface World {
  readonly client: ForkedEngineClient;
  readonly gaveUp: string[];
  readonly log: string[];
  readonly get: (bucket: string) => Promise<Result<BucketSummary>>;
}

const plainAnswers: EngineClientOptions['answers'] = {
  'connection/resolve': async () => ({ ok: true, value: { id: 'c', name: 'resolved' } as never }),
  'credential/resolve': async () => {
    throw new Error('not asked for here');
  },
  'credential/keep': async () => ({ ok: true, value: null }),
  'transfer/decideClashes': async () => ({ ok: true, value: 'skip' }),
};

function world(overrides: Partial<EngineClientOptions> = {}): World {
  const gaveUp: string[] = [];
  const log: string[] = [];
  const write = (text: string): void => void log.push(text);
  const client = new ForkedEngineClient({
    engineFsPath: join(import.meta.dirname, 'fakeEngine.cjs'),
    environment: { ...process.env, IBMCLOUD_API_KEY: 'top-secret', NODE_OPTIONS: '--no-warnings' },
    location: () => 'process',
    configuration: () => ({
      protocolVersion,
      strictTls: true,
      caFiles: [],
      useSystemCertificates: true,
      requestTimeoutMs: 1000,
      memoryBudgetBytes: 1,
      maxConnections: 1,
      preferredPartBytes: 1,
    }),
    answers: plainAnswers,
    log: { debug: write, info: write, warn: write, error: write },
    onGaveUp: () => gaveUp.push('gave up'),
    ...overrides,
  });
  clients.push(client);
  const get = (bucket: string): Promise<Result<BucketSummary>> =>
    client.send('buckets/get', { connectionId: connectionId('c'), bucket: bucketName(bucket) });
  return { client, gaveUp, log, get };
}

const name = (answer: Result<BucketSummary>): string => (answer.ok ? answer.value.name : answer.error.kind);

describe('the engine client', () => {
  it('starts one process at the first request and answers', async () => {
    const { get } = world();
    expect((await Promise.all([get('a'), get('b')])).map(name)).toEqual(['a', 'b']);
    expect(name(await get('configured'))).toBe('1');
  });

  it('gives the process neither secrets nor debugger options', async () => {
    const { get } = world();
    const seen = name(await get('environment'));
    expect(seen).not.toContain('top-secret');
    expect(JSON.parse(seen)).toMatchObject({ execArgv: [], env: { ELECTRON_RUN_AS_NODE: '1' } });
    expect(seen).not.toContain('--no-warnings');
  });

  it('answers engineGone to what was pending when the engine died, and starts it again', async () => {
    const { client, get } = world();
    const restarted = new Promise<void>((resolve) => void client.onDidRestart(resolve));
    const answers = await Promise.all([get('wait'), get('crash')]);
    expect(answers.map(name)).toEqual(['engineGone', 'engineGone']);
    await restarted;
    expect(name(await get('a'))).toBe('a');
  });

  it('serves requests that come while it waits to start again', async () => {
    const { get } = world();
    await get('crash');
    expect(name(await get('a'))).toBe('a');
  });

  it('gives up after four crashes, and comes back when asked to restart', async () => {
    const { client, get, gaveUp } = world({ restarts: new RestartPolicy(1) });
    client.onDidGiveUp(() => gaveUp.push('event'));
    for (let crash = 0; crash < 4; crash += 1) await get('crash');
    expect(gaveUp).toEqual(['event', 'gave up']);
    expect(name(await get('a'))).toBe('engineGone');
    await client.restart();
    expect(name(await get('a'))).toBe('a');
  });

  it('counts an engine that dies while it is set up', async () => {
    const environment = { ...process.env, FAKE_ENGINE_DIES_AT_START: 'yes' };
    const { get, gaveUp } = world({ environment, restarts: new RestartPolicy(1) });
    expect(name(await get('a'))).toBe('engineGone');
    await expect.poll(() => gaveUp, { timeout: 8000 }).toEqual(['gave up']);
  });

  it('refuses an engine of another version of the contract', async () => {
    const { get } = world({ environment: { ...process.env, FAKE_ENGINE_PROTOCOL: '99' } });
    const answer = await get('a');
    expect(answer).toMatchObject({ ok: false, error: { kind: 'internal' } });
    expect(!answer.ok && answer.error.detail).toContain('install the extension again');
  });

  it('passes a cancellation on and waits for the answer', async () => {
    const { client } = world();
    const cancelled = new Emitter<void>();
    const params = { connectionId: connectionId('c'), bucket: bucketName('wait') };
    const token = { isCancellationRequested: false, onCancellationRequested: cancelled.event };
    const answer = client.send('buckets/get', params, token);
    await client.send('buckets/get', { ...params, bucket: bucketName('a') });
    cancelled.fire();
    expect(await answer).toMatchObject({ ok: false, error: { kind: 'cancelled' } });
  });

  it('does not send what was cancelled before the engine was ready', async () => {
    const { client } = world();
    const token = { isCancellationRequested: true, onCancellationRequested: new Emitter<void>().event };
    const params = { connectionId: connectionId('c'), bucket: bucketName('crash') };
    expect(await client.send('buckets/get', params, token)).toMatchObject({ error: { kind: 'cancelled' } });
  });

  it('answers what the engine asks, and hands its notifications on', async () => {
    const { client, get } = world();
    const heard = new Promise<string>((resolve) => void client.on('engine/log', ({ text }) => resolve(text)));
    expect(name(await get('ask'))).toBe('resolved');
    await get('log');
    expect(await heard).toBe('hello');
    expect(await get('decide')).toEqual({ ok: true, value: 'skip' });
  });

  it('keeps the refresh token that took the place of the one before', async () => {
    const kept: unknown[] = [];
    const { get } = world({
      answers: {
        ...plainAnswers,
        'credential/keep': async (params) => {
          kept.push(params);
          return { ok: true, value: null };
        },
      },
    });
    expect(await get('keep')).toEqual({ ok: true, value: null });
    expect(kept).toEqual([{ connectionId: 'c', credential: { kind: 'session', refreshToken: 'newer' } }]);
  });

  it('ends an engine that hangs', { timeout: 10_000 }, async () => {
    const { client, get } = world();
    await get('a');
    const hanging = get('hang');
    await client.close();
    expect(name(await hanging)).toBe('engineGone');
    expect(name(await get('a'))).toBe('engineGone');
  });

  it('sends the settings again when they change', async () => {
    const { client, get } = world();
    await get('a');
    client.reconfigure();
    expect(name(await get('configured'))).toBe('2');
  });

  it('says engineGone when there is no engine to start', async () => {
    const { get } = world({ engineFsPath: join(import.meta.dirname, 'no-such-engine.cjs') });
    expect(name(await get('a'))).toBe('engineGone');
  });
});

describe('the restart policy', () => {
  it('doubles the delay, gives up at the fourth crash, and forgives after three minutes', () => {
    const policy = new RestartPolicy();
    expect(policy.crashed(0)).toEqual({ kind: 'restart', delayMs: 250 });
    expect(policy.crashed(1000)).toEqual({ kind: 'restart', delayMs: 500 });
    expect(policy.crashed(2000)).toEqual({ kind: 'restart', delayMs: 1000 });
    expect(policy.crashed(181_000)).toEqual({ kind: 'restart', delayMs: 500 });
    expect(policy.crashed(181_500)).toEqual({ kind: 'restart', delayMs: 1000 });
    expect(policy.crashed(181_600)).toEqual({ kind: 'giveUp' });
    policy.reset();
    expect(policy.crashed(181_700)).toEqual({ kind: 'restart', delayMs: 250 });
  });
});
