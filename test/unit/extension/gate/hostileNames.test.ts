import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Command, CommandServices } from '../../../../src/extension/command/command';
import type { CosError, CosErrorKind, CosErrorReason, ProtectionRefusal } from '../../../../src/model/cosError';
import { expectHarmless, hostileNames } from '../../../fakes/hostileNames';
import { recorded } from '../../../fakes/recordingVscode';
import { hostileError, hostileNodes, hostileServices, hostileSnapshot, hostileTargets } from './hostileWorld';

vi.mock('vscode', async () => (await import('../../../fakes/recordingVscode')).recorded.module);

const vscode = await import('../../../../src/extension/ui/vscode');
const { createPrompts } = await import('../../../../src/extension/ui/gate/prompts');
const { createFailureReporter } = await import('../../../../src/extension/ui/failures');
const { toTreeItem } = await import('../../../../src/extension/tree/treeItem');
const { describeNode } = await import('../../../../src/extension/tree/tooltips');
const { commandTable } = await import('../../../../src/extension/commandTable');

const names = Object.entries(hostileNames);
const prompts = createPrompts();
const failures = createFailureReporter(prompts, {
  runOn: () => undefined,
  whyRefused: () => undefined,
  showLog: () => undefined,
});

/** The members of a union as the source has them, so that a new one is tried, too. */
function unionOf<T extends string>(file: string, type: string): readonly T[] {
  const [, body = ''] = new RegExp(`export type ${type} =([^;]*);`).exec(readFileSync(file, 'utf8')) ?? [];
  return [...body.matchAll(/\| '(\w+)'/g)].map(([, member]) => member as T);
}

const casesOf = (file: string): readonly string[] =>
  [...readFileSync(file, 'utf8').matchAll(/case '([\w/]+)'/g)].map(([, member = '']) => member);

beforeEach(() => recorded.shown.splice(0));

/** Texts that reached VS Code since the test began; there must be some. */
function shownTexts(): typeof recorded.shown {
  expect(recorded.shown.length).toBeGreaterThan(0);
  return recorded.shown;
}

describe.each(names)('a name that is %s', (_what, name) => {
  it('does nothing in a message, whatever failed and why', async () => {
    const errors: CosError[] = [
      ...unionOf<CosErrorKind>('src/model/cosError.ts', 'CosErrorKind').map((kind) => hostileError(name, { kind })),
      ...unionOf<CosErrorReason>('src/model/cosError.ts', 'CosErrorReason').map((reason) =>
        hostileError(name, { reason }),
      ),
      ...unionOf<ProtectionRefusal>('src/model/cosError.ts', 'ProtectionRefusal').map((refusal) =>
        hostileError(name, { refusal }),
      ),
      ...casesOf('src/extension/ui/operationNames.ts').map((op) => hostileError(name, { op })),
      hostileError(name, { op: name, kind: 'denied' }),
      hostileError(name, { fsPath: name, kind: 'localFile' }),
    ];
    expect(errors.length).toBeGreaterThan(150);
    for (const error of errors) await failures.report(error, { canRetry: true });
    expectHarmless(shownTexts());
    for (const { text } of recorded.shown) expect(text.length).toBeLessThan(2200);
  });

  it('does nothing in any row of the tree, nor in its tooltip', async () => {
    for (const node of Object.values(hostileNodes(name))) {
      const services = hostileServices(name, { prompts, failures }, 'answers');
      vscode.window.createTreeView('x', {
        treeDataProvider: {
          getChildren: () => [],
          getTreeItem: () => toTreeItem(node, 0, 10),
          resolveTreeItem: async (item, _row, token) => {
            item.tooltip = await describeNode(node, services.engine, services.connections, token);
            return item;
          },
        },
      });
      const tree = recorded.providers.trees.get('x') as Tree;
      const item = await tree.getTreeItem({});
      expectHarmless(textsOf(item));
      const { tooltip } = (await tree.resolveTreeItem?.(item, {})) ?? {};
      expectHarmless(textsOf(item));
      if (typeof tooltip !== 'object') continue;
      const { value } = tooltip as { readonly value: string };
      expect(value.replaceAll('  \n', '').replaceAll(/\\[!-~]/g, '')).not.toMatch(/[[\]<>()$:@]|\p{Cc}/u);
    }
  });

  it('does nothing in the Transfers view', async () => {
    const { TransfersView } = await import('../../../../src/extension/transfers/transfersView');
    const { Outlooks } = await import('../../../../src/extension/transfers/outlooks');
    const { TransferMirror } = await import('../../../../src/extension/transfers/mirror');
    const { TransferStatus } = await import('../../../../src/extension/transfers/transferStatus');
    const mirror = new TransferMirror();
    new TransferStatus(mirror);
    const view = new TransfersView(mirror, new Outlooks(mirror, () => 0), failures, async () => undefined);
    mirror.apply([hostileSnapshot(name)]);
    const tree = recorded.providers.trees.get('ibmcos.transfers') as Tree;
    const rows = view.getChildren().flatMap((row) => [row, ...view.getChildren(row)]);
    expect(rows.length).toBeGreaterThan(2);
    for (const row of rows) {
      const item = await tree.getTreeItem(row);
      expectHarmless(textsOf((await tree.resolveTreeItem?.(item, row)) ?? item));
    }
    expectHarmless(shownTexts());
    view.dispose();
  });

  it.each(Object.entries(commandTable) as [string, Command][])(
    'does nothing in what %s shows',
    async (_id, command) => {
      for (const engine of ['answers', 'fails'] as const) {
        const services = hostileServices(name, { prompts, failures }, engine);
        const run = command.run as (services: CommandServices, target: unknown) => Promise<unknown>;
        const ended = run(services, hostileTargets(name)[command.target]).catch((error: unknown) =>
          recorded.shown.push({ where: 'rejection', text: '', lines: String(error) === '' }),
        );
        await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 100))]);
      }
      expectHarmless(recorded.shown);
    },
  );
});

interface Tree {
  getTreeItem(row: unknown): Promise<Record<string, unknown>>;
  resolveTreeItem?(item: unknown, row: unknown): Promise<Record<string, unknown> | undefined>;
}

function textsOf(item: Record<string, unknown>): typeof recorded.shown {
  const { label, description, tooltip, accessibilityInformation, command } = item;
  const texts = [
    label,
    description,
    (accessibilityInformation as { label?: string }).label,
    (command as { title?: string } | undefined)?.title,
  ];
  return [
    ...texts.flatMap((text) => (typeof text === 'string' ? [{ where: 'row', text, lines: false }] : [])),
    ...(typeof tooltip === 'string' ? [{ where: 'tooltip', text: tooltip, lines: true }] : []),
  ];
}
