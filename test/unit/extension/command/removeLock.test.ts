import { expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../../src/extension/command/command';
import { bucketName, connectionId, objectKey } from '../../../../src/model/ids';
import type { Protection } from '../../../../src/model/protection';

vi.mock('vscode', () => ({
  l10n: { t: (text: string, ...values: unknown[]) => text.replace('{0}', String(values[0])) },
}));
const { removeLock } = await import('../../../../src/extension/protection/retention');

const target = { connectionId: connectionId('c'), bucket: bucketName('b'), keys: [objectKey('k')], prefixes: [] };

/** What a person is told and asked who then gives up. */
async function saidOf(answer: { readonly ok: boolean; readonly value?: Protection }): Promise<readonly string[]> {
  const said: string[] = [];
  const services = {
    engine: { send: async () => answer },
    prompts: {
      info: async (text: string) => void said.push(text),
      confirm: async (text: string) => void said.push(text),
    },
  } as unknown as CommandServices;
  await removeLock(services, [target]);
  return said;
}

it('asks to remove a lock only where there can be one', async () => {
  const none = 'The bucket "b" has no Object Lock, so there is no lock to remove.';
  expect(await saidOf({ ok: true, value: { kind: 'none', mechanism: 'none' } })).toEqual([none]);
  expect(await saidOf({ ok: true, value: { kind: 'none', mechanism: 'retention' } })).toEqual([none]);
  for (const mechanism of ['objectLock', 'unknown'] as const) {
    expect(await saidOf({ ok: true, value: { kind: 'none', mechanism } })).toEqual(['Remove the lock of "k"?']);
  }
  expect(await saidOf({ ok: false })).toEqual(['Remove the lock of "k"?']);
});
