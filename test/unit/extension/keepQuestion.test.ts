import { describe, expect, it, vi } from 'vitest';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';
import type { CopyRequest } from '../../../src/extension/organise/organisePlan';

const fill = (text: string, ...values: unknown[]): string =>
  text.replace(/\{(\d)\}/g, (_all, at: string) => String(values[Number(at)]));
vi.mock('vscode', () => ({ l10n: { t: fill } }));
const { askProtection } = await import('../../../src/extension/organise/keepQuestion');

const policy = { minimumDays: 0, defaultDays: 0, maximumDays: 30, isPermanentAllowed: false };
const holds = [{ id: 'CASE' }];
const held = { kind: 'retention', end: { kind: 'until', untilMs: 1 }, holds };
const locked = { kind: 'objectLock', mode: 'GOVERNANCE', retainUntilMs: Date.now() + 60_000, hasLegalHold: false };
const free = { kind: 'none', mechanism: 'none' };

/** Buckets by what they are called: `kept…` with a policy, `locked…` with Object Lock; objects named `p…` are protected. */
function world(answer?: string) {
  const sent: string[] = [];
  const asked: string[] = [];
  const valueOf = (method: string, { bucket, key = '' }: { bucket: string; key?: string }): unknown => {
    switch (method) {
      case 'bucketProtection/get':
        return bucket.startsWith('kept') ? { kind: 'retention', policy } : { kind: 'none' };
      case 'objectLock/get':
        return { kind: bucket.startsWith('locked') ? 'enabled' : 'none' };
      case 'objects/listPage':
        return { objects: [{ key: 'f/p1' }, { key: 'f/2' }] };
      default:
        return !/(?:^|\/)p/.test(key) ? free : bucket.startsWith('kept') ? held : locked;
    }
  };
  const services = {
    engine: {
      send: async (method: string, params: { bucket: string; key?: string }) => (
        sent.push(method),
        { ok: true, value: valueOf(method, params) }
      ),
    },
    prompts: { confirm: async (question: string) => (asked.push(question), answer) },
  };
  return { services: services as unknown as Parameters<typeof askProtection>[0], sent, asked };
}

function copy(from: string, to: string, keys: readonly string[], prefixes: readonly string[] = []): CopyRequest {
  const source = { bucket: bucketName(from), keys: keys.map(objectKey), prefixes };
  const target = { bucket: bucketName(to), prefix: '' };
  return { kind: 'copy', connectionId: connectionId('c'), source, target, deleteSource: false, clash: 'ask' };
}

describe('the question whether copies keep their protection', () => {
  it.each([
    ['Keep Protection', 'keep'],
    ["Use the Bucket's Default", 'bucketDefault'],
  ])('is answered by "%s"', async (answer, protection) => {
    const { services, asked } = world(answer);
    const [protectedOne, freeOne] = [copy('kept-a', 'kept-b', ['p', 'q'], ['f/']), copy('kept-a', 'kept-b', ['q'])];
    expect(await askProtection(services, [protectedOne, freeOne])).toEqual([{ ...protectedOne, protection }, freeOne]);
    expect(asked).toEqual(['2 of the objects are protected. Protect their copies in the same way?']);
  });

  it('stops the job where the person gives up', async () => {
    const { services, asked } = world();
    expect(await askProtection(services, [copy('locked-a', 'locked-b', ['p'])])).toBeUndefined();
    expect(asked).toEqual(['One of the objects is protected. Protect its copy in the same way?']);
  });

  it.each([
    ['nothing is protected', copy('kept-a', 'kept-b', ['q'])],
    ['the target has no way to protect', copy('kept-a', 'plain', ['p'])],
    ['the target protects in another way', copy('kept-a', 'locked-b', ['p'])],
  ])('is not asked where %s', async (_why, request) => {
    const { services, asked } = world('Keep Protection');
    expect(await askProtection(services, [request])).toEqual([request]);
    expect(asked).toEqual([]);
  });

  it('looks at no object where the target cannot protect', async () => {
    const { services, sent } = world();
    await askProtection(services, [copy('kept-a', 'plain', ['p'], ['f/'])]);
    expect(sent.sort()).toEqual(['bucketProtection/get', 'objectLock/get']);
  });
});
