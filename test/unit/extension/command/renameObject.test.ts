import { expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../../src/extension/command/command';
import { bucketName, connectionId, objectKey } from '../../../../src/model/ids';

vi.mock('vscode', () => ({
  l10n: { t: (text: string) => text },
  Uri: { from: (parts: object) => parts },
  window: { tabGroups: { all: [] } },
  workspace: { textDocuments: [] },
}));
const { renameObject } = await import('../../../../src/extension/organise/copyObject');

const target = { connectionId: connectionId('c'), bucket: bucketName('b'), keys: [objectKey('old')], prefixes: [] };
const lock = { kind: 'objectLock', mode: 'GOVERNANCE', retainUntilMs: Date.now() + 60_000, hasLegalHold: false };

/** Renames an object of a bucket with Object Lock; answers with the transfers that ran. */
async function rename(
  protection: object,
  answer: string | undefined,
  incomparable?: { objects: number; bytes: number },
): Promise<readonly unknown[]> {
  const ran: unknown[] = [];
  const valueOf: Readonly<Record<string, unknown>> = {
    'bucketProtection/get': { kind: 'none' },
    'objectLock/get': { kind: 'enabled' },
    'protection/get': protection,
    'objects/count': {
      objects: 1,
      bytes: 10,
      isComplete: true,
      ...(incomparable === undefined ? {} : { incomparable }),
    },
  };
  const services = {
    engine: { send: async (method: string) => ({ ok: true, value: valueOf[method] }) },
    prompts: { input: async () => 'new', confirm: async () => answer },
    transfers: {
      run: async (request: unknown) => {
        ran.push(request);
        return { ok: true, value: {} };
      },
    },
  };
  await renameObject(services as unknown as CommandServices, [target]);
  return ran;
}

it('asks what is to prove the copy where no checksum will, and renames nothing without an answer', async () => {
  const [none, one] = [
    { kind: 'none', mechanism: 'none' },
    { objects: 1, bytes: 10 },
  ];
  expect(await rename(none, 'Trust the Service', one)).toMatchObject([{ deleteSource: true, incomparable: 'trust' }]);
  expect(await rename(none, 'Read Both ({0})', one)).toMatchObject([{ deleteSource: true, incomparable: 'read' }]);
  expect(await rename(none, undefined, one)).toEqual([]);
});

it('keeps the lock of an object that gets another name, where that is wanted', async () => {
  expect(await rename(lock, 'Keep Protection')).toMatchObject([{ deleteSource: true, protection: 'keep' }]);
  expect(await rename(lock, undefined)).toEqual([]);
  const [plain] = await rename({ kind: 'none', mechanism: 'objectLock' }, undefined);
  expect(plain).not.toHaveProperty('protection');
});
