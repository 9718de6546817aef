import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';

const fill = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
const commands = vi.hoisted(() => [] as unknown[][]);
vi.mock('vscode', () => ({
  l10n: { t: fill },
  Uri: { from: ({ path }: { path: string }) => path },
  commands: { executeCommand: async (...args: unknown[]) => void commands.push(args) },
}));
const { registerRestores } = await import('../../../src/extension/versions');
const { RestoreWatch } = await import('../../../src/extension/versions/restoreWatch');

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const object = (key: string) => ({ connectionId: connectionId('c'), bucket: bucketName('b'), key: objectKey(key) });

/** A service in which objects are restored by name, and what is kept when a window closes. */
function world({ stored = new Map<string, unknown>(), claimed = new Set<string>(), isClaimed = true } = {}) {
  const ready = new Set<string>();
  const failing = new Map<string, string>();
  const heads: string[] = [];
  const told: string[] = [];
  const changed: string[] = [];
  let answer: string | undefined;
  let isKnown = true;
  const services = {
    engine: {
      send: async (method: string, { key = '', names = [] }: { key?: string; names?: readonly string[] }) => {
        if (method === 'announcements/claim') {
          const value = names.filter((name) => !claimed.has(name));
          for (const name of names) claimed.add(name);
          return isClaimed ? { ok: true, value } : { ok: false, error: { kind: 'engineGone' } };
        }
        heads.push(key);
        const kind = failing.get(key);
        if (kind !== undefined) return { ok: false, error: { kind, op: 'HeadObject', retry: 'never', detail: '' } };
        const restore = ready.has(key)
          ? 'ongoing-request="false", expiry-date="Fri, 04 Dec 2026 00:00:00 GMT"'
          : 'ongoing-request="true"';
        return { ok: true, value: { key, storageClass: 'GLACIER', restore } };
      },
    },
    connections: { get: () => (isKnown ? {} : undefined) },
    changes: { fire: ({ keys = [] }: { keys?: readonly string[] }) => void changed.push(...keys) },
    prompts: { info: async (text: string) => (told.push(text), answer) },
    memory: {
      get: (key: string) => stored.get(key),
      update: async (key: string, value: unknown) =>
        void (value === undefined ? stored.delete(key) : stored.set(key, value)),
    },
  } as unknown as ConstructorParameters<typeof RestoreWatch>[0];
  return {
    services,
    stored,
    ready,
    failing,
    heads,
    told,
    changed,
    answerWith: (text: string) => (answer = text),
    forgetConnection: () => (isKnown = false),
  };
}

describe('waiting for objects that come back from archive', () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.UTC(2026, 10, 27) });
    commands.length = 0;
  });
  afterEach(() => vi.useRealTimers());

  it('looks ever less often, says once when an object can be read, and then asks nothing more', async () => {
    const { services, ready, heads, told, changed, stored, answerWith } = world();
    answerWith('Open');
    const watch = new RestoreWatch(services);
    await watch.add([object('p/a')]);
    await vi.advanceTimersByTimeAsync(2 * minuteMs);
    expect(heads).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(10 * hourMs);
    const before = heads.length;
    expect(before).toBeLessThan(60);
    await vi.advanceTimersByTimeAsync(hourMs);
    expect(heads.length - before).toBe(2);
    ready.add('p/a');
    await vi.advanceTimersByTimeAsync(hourMs / 2);
    expect(told).toEqual(['Restored from archive: "p/a"']);
    expect(changed).toEqual(['p/a']);
    expect(commands).toEqual([['ibmcos.object.open', '/b/p/a', ['/b/p/a']]]);
    expect(stored.size).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
    watch.dispose();
  });

  it('is told by one of several windows, and by each where the engine cannot say who did', async () => {
    const shared = { stored: new Map<string, unknown>(), claimed: new Set<string>() };
    const windows = [world(shared), world({ ...shared, stored: new Map() })];
    const watches = windows.map(({ services }) => new RestoreWatch(services));
    for (const watch of watches) await watch.add([object('a'), object('b')]);
    for (const { ready } of windows) ready.add('a');
    await vi.advanceTimersByTimeAsync(5 * minuteMs);
    expect(windows.flatMap(({ told }) => told)).toEqual(['Restored from archive: "a"']);
    expect(windows.map(({ changed }) => changed)).toEqual([['a'], ['a']]);
    for (const { ready } of windows) ready.add('b');
    await vi.advanceTimersByTimeAsync(5 * minuteMs);
    expect(windows.flatMap(({ told }) => told)).toHaveLength(2);
    for (const watch of watches) watch.dispose();

    const lonely = world({ isClaimed: false });
    const watch = new RestoreWatch(lonely.services);
    await watch.add([object('a')]);
    lonely.ready.add('a');
    await vi.advanceTimersByTimeAsync(5 * minuteMs);
    expect(lonely.told).toEqual(['Restored from archive: "a"']);
    watch.dispose();
  });

  it('goes on in the next window, and loads nothing where nothing is waited for', async () => {
    const { services, ready, heads, told, answerWith } = world();
    answerWith('Download');
    const none = registerRestores(services);
    await vi.advanceTimersByTimeAsync(minuteMs);
    expect(heads).toEqual([]);
    await none.add([object('a'), object('b')]);
    none.dispose();
    await vi.advanceTimersByTimeAsync(5 * hourMs);
    expect(heads).toEqual([]);
    ready.add('a').add('b');
    const again = registerRestores(services);
    await vi.waitFor(() => expect(vi.getTimerCount()).toBe(1));
    await vi.advanceTimersByTimeAsync(11_000);
    expect(told).toEqual(['2 objects are restored from archive, among them "a"']);
    expect(commands).toEqual([['ibmcos.object.download', '/b/a', ['/b/a', '/b/b']]]);
    again.dispose();
  });

  it('waits through a lost network, and gives up on what is gone, refused or never comes', async () => {
    const { services, failing, heads, told, stored } = world();
    failing.set('deleted', 'notFound').set('refused', 'denied').set('cut off', 'network');
    const watch = new RestoreWatch(services);
    await watch.add(['deleted', 'refused', 'cut off', 'never'].map(object));
    await vi.advanceTimersByTimeAsync(3 * minuteMs);
    expect(heads.filter((key) => key === 'deleted' || key === 'refused')).toEqual(['deleted', 'refused']);
    expect(heads.filter((key) => key === 'cut off').length).toBeGreaterThan(1);
    await vi.advanceTimersByTimeAsync(4 * 24 * hourMs);
    expect(stored.size).toBe(0);
    expect(told).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
    watch.dispose();
  });

  it('looks at fifty objects in a turn, each of them in its own turn, and asks nothing of a connection that is gone', async () => {
    const { services, heads, stored, forgetConnection } = world();
    const watch = new RestoreWatch(services);
    await watch.add(Array.from({ length: 120 }, (_, at) => object(`k${at}`)));
    await vi.advanceTimersByTimeAsync(minuteMs);
    expect(heads).toHaveLength(50);
    await vi.advanceTimersByTimeAsync(21_000);
    expect(new Set(heads).size).toBe(120);
    forgetConnection();
    const before = heads.length;
    await vi.advanceTimersByTimeAsync(hourMs);
    expect(heads).toHaveLength(before);
    expect(stored.size).toBe(0);
    watch.dispose();
  });
});
