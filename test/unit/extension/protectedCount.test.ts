import { describe, expect, it } from 'vitest';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';
import type { Protection } from '../../../src/model/protection';
import { countProtected } from '../../../src/extension/command/protectedCount';
import type { EngineClient } from '../../../src/extension/services';

const nowMs = Date.UTC(2026, 0, 1);
const place = { connectionId: connectionId('c'), bucket: bucketName('b') };
const until = (untilMs: number): Protection => ({ kind: 'retention', end: { kind: 'until', untilMs }, holds: [] });

/** An engine that knows a bucket's policy and the protection of keys, and counts what it is asked. */
function engineOf(hasPolicy: boolean, protections: Readonly<Record<string, Protection>>) {
  const asked: string[] = [];
  const send = async (method: string, params: { key?: string }) => {
    asked.push(method);
    switch (method) {
      case 'bucketProtection/get':
        return { ok: true, value: hasPolicy ? { kind: 'retention', policy: {} } : { kind: 'none' } };
      case 'objects/listPage':
        return { ok: true, value: { folders: [], objects: Object.keys(protections).map((key) => ({ key })) } };
      default:
        return { ok: true, value: protections[params.key ?? ''] };
    }
  };
  return { asked, engine: { send } as unknown as Pick<EngineClient, 'send'> };
}

describe('what of a selection is protected', () => {
  const keys = ['a', 'b', 'c'].map(objectKey);

  it('is counted with the last date', async () => {
    const { engine } = engineOf(true, { a: until(nowMs + 1000), b: until(nowMs - 1), c: until(nowMs + 5000) });
    expect(await countProtected(engine, [{ ...place, keys, prefixes: [] }], nowMs)).toEqual({
      protected: 2,
      looked: 3,
      untilMs: nowMs + 5000,
    });
  });

  it('has no date where one is held', async () => {
    const held: Protection = { kind: 'retention', end: { kind: 'until', untilMs: 0 }, holds: [{ id: 'h' }] };
    const { engine } = engineOf(true, { a: held, b: until(nowMs + 1000) });
    const count = await countProtected(engine, [{ ...place, keys: [], prefixes: ['x/'] }], nowMs);
    expect(count).toEqual({ protected: 2, looked: 2 });
  });

  it('is not looked for, object by object, in a bucket without a policy', async () => {
    const { engine, asked } = engineOf(false, { a: until(nowMs + 1000) });
    expect(await countProtected(engine, [{ ...place, keys, prefixes: ['x/'] }], nowMs)).toBeUndefined();
    expect(asked).toEqual(['bucketProtection/get']);
  });
});
