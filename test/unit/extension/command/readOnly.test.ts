import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Command, CommandServices } from '../../../../src/extension/command/command';
import type { TreeNode } from '../../../../src/extension/nodes/treeNode';
import { recorded } from '../../../fakes/recordingVscode';
import { hostileConnection, hostileNodes, hostileServices } from '../gate/hostileWorld';

vi.mock('vscode', async () => (await import('../../../fakes/recordingVscode')).recorded.module);

const { runCommand } = await import('../../../../src/extension/command/run');
const { commandTable } = await import('../../../../src/extension/commandTable');

const all = Object.entries(commandTable) as [string, Command][];
const writing = all.filter(([, command]) => 'effect' in command && command.effect === 'writes');

/** A row that a command with such a target can be called on. */
function rowFor(target: Command['target']): TreeNode {
  const nodes = hostileNodes('c');
  switch (target) {
    case 'connection':
    case 'bucket':
    case 'folder':
    case 'object':
    case 'uploads':
      return nodes[target];
    case 'objects':
      return nodes.object;
    default:
      return nodes.version;
  }
}

/** Services of one connection, and everything that anybody asked of person or engine. */
function world(isReadOnly: boolean) {
  const asked: string[] = [];
  const sent: string[] = [];
  const connection = { ...hostileConnection('c'), isReadOnly };
  const prompts = new Proxy(
    {},
    { get: (_, name) => async (text: unknown) => void asked.push(`${String(name)}: ${String(text)}`) },
  );
  const services = {
    ...hostileServices(
      'c',
      { prompts, failures: { report: async () => undefined, sentence: () => '' } } as never,
      'fails',
    ),
    connections: { list: () => [connection], get: () => connection },
    engine: {
      send: async (method: string) => (sent.push(method), { ok: false, error: { kind: 'cancelled', op: method } }),
    },
  } as unknown as CommandServices;
  return { services, asked, sent };
}

beforeEach(() => recorded.shown.splice(0));

it('knows commands that write, and others', () => {
  expect(writing.length).toBeGreaterThan(40);
  expect(all.length - writing.length).toBeGreaterThan(60);
});

describe.each(writing)('%s on a read-only connection', (_id, command) => {
  it('is refused at once: nothing is asked of person or service', async () => {
    const { services, asked, sent } = world(true);
    await runCommand(command, services, [rowFor(command.target)]);
    expect(sent).toEqual([]);
    expect(asked).toEqual([expect.stringMatching(/^warn: Nothing was changed: the connection "c" is read-only\.$/)]);
  });
});

it('lets a command that writes begin where changes are allowed', async () => {
  const { services, asked, sent } = world(false);
  await runCommand(commandTable['ibmcos.folder.create'], services, [rowFor('folder')]);
  expect([...asked, ...sent].join()).not.toContain('read-only');
  expect(asked.length + sent.length).toBeGreaterThan(0);
});
