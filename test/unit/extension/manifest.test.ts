import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInThisContext } from 'node:vm';
import * as esbuild from 'esbuild';
import { beforeAll, describe, expect, it } from 'vitest';
import type { CommandTable } from '../../../src/extension/command/command';
import { transferWords } from '../../../src/extension/transfers/rowText';
import { contextWords as bucketWords } from '../../../src/extension/tree/presentation';

interface MenuItem {
  readonly command: string;
  readonly when?: string;
}

interface SubmenuItem {
  readonly submenu: string;
  readonly when?: string;
}

interface Manifest {
  readonly activationEvents: readonly string[];
  readonly capabilities: { readonly untrustedWorkspaces: { readonly restrictedConfigurations: readonly string[] } };
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category?: string;
      readonly enablement?: string;
    }[];
    readonly submenus: readonly { readonly id: string; readonly label: string }[];
    readonly menus: Readonly<Record<string, readonly (MenuItem | SubmenuItem)[]>>;
    readonly keybindings?: readonly MenuItem[];
    readonly views: Readonly<Record<string, readonly { readonly id: string; readonly when?: string }[]>>;
    readonly viewsWelcome: readonly { readonly contents: string; readonly when?: string }[];
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly description: string;
        readonly media: { readonly markdown: string };
        readonly completionEvents?: readonly string[];
      }[];
    }[];
    readonly configuration: { readonly properties: Readonly<Record<string, { readonly scope?: string }>> };
  };
}

/** The words of both views. */
const contextWords = [...bucketWords, ...transferWords];
const root = join(import.meta.dirname, '../../..');
const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest;
const { contributes } = manifest;
let table: CommandTable;
let source: string;

/** The table as it is shipped, with a `vscode` that nothing may touch before a command runs. */
beforeAll(async () => {
  const build = (entry: string): Promise<esbuild.BuildResult<{ write: false }>> =>
    esbuild.build({
      entryPoints: [join(root, entry)],
      bundle: true,
      write: false,
      platform: 'node',
      format: 'cjs',
      mainFields: ['module', 'main'],
      external: ['vscode', 'keytar'],
      logLevel: 'silent',
    });
  const bundle = (await build('src/extension/commandTable.ts')).outputFiles[0]!.text;
  source = (await build('src/extension/extension.ts')).outputFiles[0]!.text;
  const module = { exports: {} as { commandTable?: CommandTable } };
  const load = (name: string): unknown => (name === 'vscode' ? anything() : process.getBuiltinModule(name));
  const wrapped = `(function (module, exports, require) {${bundle}\n})`;
  (runInThisContext(wrapped) as (...args: unknown[]) => void)(module, module.exports, load);
  table = module.exports.commandTable!;
});

/** Stands for all of `vscode` while modules are loaded: classes can be extended and constants read. */
function anything(): unknown {
  return new Proxy(class {}, {
    get: (target, name) => (name === 'prototype' ? target.prototype : anything()),
    apply: () => anything(),
    construct: () => ({}),
  });
}

const declared = contributes.commands.map(({ command }) => command);
const menuEntries = Object.entries(contributes.menus).flatMap(([menu, items]) =>
  items.map((item) => ({ menu, ...item })),
);
const menuItems = menuEntries.filter((item) => 'command' in item);
const submenuItems = menuEntries.filter((item) => 'submenu' in item);
const whens = [
  ...submenuItems.map(({ when }) => when),
  ...menuItems.map(({ when }) => when),
  ...(contributes.keybindings ?? []).map(({ when }) => when),
  ...contributes.viewsWelcome.map(({ when }) => when),
  ...contributes.commands.map(({ enablement }) => enablement),
  ...Object.values(contributes.views)
    .flat()
    .map(({ when }) => when),
].filter((when) => when !== undefined);

describe('the manifest', () => {
  it('declares every command of the table, and the table runs every command declared', () => {
    expect(Object.keys(table).sort()).toEqual([...declared].sort());
    expect(new Set(declared).size).toBe(declared.length);
  });

  it('gives every command its category and an id of noun and verb', () => {
    for (const { command, category } of contributes.commands) {
      expect(category).toBe('Object Storage');
      expect(command).toMatch(/^ibmcos\.[a-zA-Z]+\.[a-zA-Z0-9]+$/);
    }
  });

  it('says in each title what it works on, and calls presigned URLs so everywhere', () => {
    const titles = contributes.commands.map(({ title }) => title);
    expect(titles.filter((title) => /^(Open|Copy|Cut|Paste)…?$|\bLinks?\b/.test(title))).toEqual([]);
    const ofSharing = contributes.commands.filter(({ command }) => /^ibmcos\.sharing\.(?!copyPublicUrl)/.test(command));
    expect(ofSharing.map(({ title }) => title.includes('Presigned URL'))).toEqual([true, true, true]);
  });

  it('names only declared commands in menus, key bindings, welcome views and walkthroughs', () => {
    const linked = [
      ...contributes.viewsWelcome.map(({ contents }) => contents),
      ...contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ description }) => description)),
    ].flatMap((text) => [...text.matchAll(/\(command:(ibmcos\.[\w.]+)/g)].map((match) => match[1]!));
    const used = [
      ...menuItems.map(({ command }) => command),
      ...(contributes.keybindings ?? []).map(({ command }) => command),
      ...linked.filter((id) => id !== 'ibmcos.buckets.focus'),
    ];
    expect(declared).toEqual(expect.arrayContaining(used));
  });

  it('shows every submenu in the context menu, and in it only what the view has', () => {
    const ids = contributes.submenus.map(({ id }) => id);
    expect(submenuItems.map(({ submenu }) => submenu).sort()).toEqual([...ids].sort());
    for (const id of ids) {
      const items = menuItems.filter(({ menu }) => menu === id);
      expect(items.length).toBeGreaterThan(2);
      for (const { when } of items) expect(when).toMatch(/^view == ibmcos\.buckets && /);
    }
  });

  it('hides from the palette the commands whose target cannot be picked', () => {
    const hidden = (contributes.menus['commandPalette'] ?? [])
      .filter((item) => 'command' in item)
      .filter(({ when }) => when === 'false')
      .map(({ command }) => command);
    const unpickable = Object.entries(table)
      .filter(([, { target }]) => target === 'node')
      .map(([id]) => id);
    expect(hidden).toEqual(expect.arrayContaining(unpickable));
    for (const id of hidden) expect(Object.keys(table)).toContain(id);
  });

  it('asks of a tree item only for words that a node can have', () => {
    const words = whens.flatMap((when) =>
      [...when.matchAll(/viewItem =~ \/(.*?)\//g)].flatMap((match) =>
        match[1]!.match(/[a-z]\w*/gi)!.filter((word) => word !== 'b'),
      ),
    );
    const asked = words.map((word) =>
      word.replace(/^b(?=[a-z])/, (b) => (contextWords.includes(word as never) ? b : '')),
    );
    expect(asked.length).toBeGreaterThan(0);
    expect(contextWords).toEqual(expect.arrayContaining(asked));
    for (const when of whens) expect(when).not.toMatch(/viewItem ==/);
  });

  it('uses context keys of ours only where the extension sets them', () => {
    const completing = contributes.walkthroughs.flatMap(({ steps }) =>
      steps.flatMap(({ completionEvents }) =>
        (completionEvents ?? []).filter((event) => event.startsWith('onContext:')),
      ),
    );
    const asked = new Set([...whens, ...completing].flatMap((when) => when.match(/ibmcos:\w+/g) ?? []));
    for (const key of asked) expect(source).toContain(`"${key}"`);
  });

  it('keeps every when clause short', () => {
    for (const when of whens) expect(when.length).toBeLessThanOrEqual(120);
  });

  it('lets no workspace decide over endpoints, credentials or the network', () => {
    for (const [name, { scope }] of Object.entries(contributes.configuration.properties)) {
      if (/^ibmcos\.(connections|engine|network|localServer)/.test(name)) {
        expect([name, scope]).toEqual([name, name === 'ibmcos.connections' ? 'application' : 'machine']);
      }
    }
  });

  it('activates for views, commands and our file systems only', () => {
    for (const event of manifest.activationEvents) {
      expect(event).toMatch(/^(onFileSystem:ibmcos(-[a-z]+)?|onView:|onCommand:|onWalkthrough:)/);
    }
    expect(manifest.activationEvents).toContain('onFileSystem:ibmcos');
  });

  it('has the pages of its walkthrough', () => {
    for (const { media } of contributes.walkthroughs.flatMap(({ steps }) => steps)) {
      expect(readFileSync(join(root, media.markdown), 'utf8')).toMatch(/^# /);
    }
  });
});
