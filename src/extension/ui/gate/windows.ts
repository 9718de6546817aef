import * as vscode from 'vscode';
import { plain, plainFields, plainLines } from './plain';
import { plainDecorations, plainTree } from './trees';

/** A status bar item. Its icon is named apart from its text, so that no name can bring one. */
export interface StatusBarItem extends vscode.Disposable {
  icon: string;
  text: string;
  tooltip: string;
  command: string;
  name: string;
  show(): void;
  hide(): void;
}

function createStatusBarItem(id: string, alignment: vscode.StatusBarAlignment, priority?: number): StatusBarItem {
  const real = vscode.window.createStatusBarItem(id, alignment, priority);
  const item = {
    icon: '',
    text: '',
    tooltip: '',
    command: '',
    name: '',
    show: () => {
      real.name = plain(item.name);
      real.text = `${item.icon === '' ? '' : `$(${item.icon}) `}${plain(item.text)}`;
      real.tooltip = plainLines(item.tooltip);
      real.command = item.command === '' ? undefined : item.command;
      real.show();
    },
    hide: () => real.hide(),
    dispose: () => real.dispose(),
  };
  return item;
}

function createTreeView<T>(id: string, options: vscode.TreeViewOptions<T>): vscode.TreeView<T> {
  const real = vscode.window.createTreeView(id, { ...options, treeDataProvider: plainTree(options.treeDataProvider) });
  return new Proxy({} as vscode.TreeView<T>, {
    get: (_target, name) => {
      const value: unknown = Reflect.get(real, name);
      return typeof value === 'function' ? (value.bind(real) as unknown) : value;
    },
    set: (_target, name, value) => Reflect.set(real, name, plainDeep(value)),
  });
}

/** A badge is an object with a tooltip; everything else that a view shows is a string. */
function plainDeep(value: unknown): unknown {
  if (typeof value === 'string') return plainLines(value);
  return typeof value === 'object' && value !== null ? plainFields(value) : value;
}

async function withProgress<R>(
  options: vscode.ProgressOptions,
  task: (
    progress: vscode.Progress<{ message?: string; increment?: number }>,
    token: vscode.CancellationToken,
  ) => Thenable<R>,
): Promise<R> {
  return vscode.window.withProgress(plainFields(options), (progress, token) =>
    task({ report: (value) => progress.report(plainFields(value)) }, token),
  );
}

/** Every line of a log that is not the first of its entry is set in, so that no name can pass for an entry. */
function createLog(name: string): vscode.LogOutputChannel {
  const real = vscode.window.createOutputChannel(name, { log: true });
  const shown = (text: string | Error): string => plainLines(String(text)).replaceAll('\n', '\n    ');
  return new Proxy({} as vscode.LogOutputChannel, {
    get: (_target, member) => {
      const value: unknown = Reflect.get(real, member);
      if (typeof value !== 'function') return value;
      return (...args: unknown[]): unknown =>
        Reflect.apply(
          value,
          real,
          args.map((arg) => (typeof arg === 'string' || arg instanceof Error ? shown(arg) : arg)),
        );
    },
  });
}

type Seen = 'activeTextEditor' | 'tabGroups' | 'onDidChangeActiveTextEditor' | 'showTextDocument';

const gated = {
  createStatusBarItem,
  createTreeView,
  withProgress,
  createLog,
  registerFileDecorationProvider: (provider: vscode.FileDecorationProvider) =>
    vscode.window.registerFileDecorationProvider(plainDecorations(provider)),
};

/** What the extension may have of `vscode.window`: what it looks at, and what goes through the gate. */
export const window = opened<Pick<typeof vscode.window, Seen>, typeof gated>(() => vscode.window, gated);

/** A part of VS Code of which some functions are replaced. It is asked for at each use, never before. */
export function opened<Open extends object, Gated extends object>(part: () => object, replaced: Gated): Open & Gated {
  return new Proxy({} as Open & Gated, {
    get: (_target, name) => Reflect.get(name in replaced ? replaced : part(), name) as unknown,
  });
}
