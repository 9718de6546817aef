import { expect, it, vi } from 'vitest';
import type { CommandServices } from '../../../../src/extension/command/command';
import type { TreeNode } from '../../../../src/extension/nodes/treeNode';

vi.mock('vscode', () => ({
  l10n: { t: (text: string, ...values: unknown[]) => text.replace('{0}', String(values[0])) },
}));
const { undelete } = await import('../../../../src/extension/versions/versionCommands');

it('says that an object is there again only where it was gone', async () => {
  const tellsOf = async (removedMarkers: number) => {
    const told: string[] = [];
    const fire = vi.fn();
    const services = {
      engine: { send: async () => ({ ok: true, value: { versionId: 'v', removedMarkers } }) },
      changes: { fire },
      prompts: { info: async (text: string) => void told.push(text) },
    } as unknown as CommandServices;
    const node = { kind: 'deleted', connection: { id: 'c' }, bucket: { name: 'b' }, key: 'k' } as unknown as TreeNode;
    await undelete(services, node);
    return [told, fire.mock.calls.length];
  };
  expect(await tellsOf(2)).toEqual([['"k" is there again.'], 1]);
  expect(await tellsOf(0)).toEqual([['"k" is not deleted, so there is nothing to bring back.'], 0]);
});
