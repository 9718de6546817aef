/** One text that reached VS Code. `lines`: it may have several lines of its own. */
export interface ShownText {
  readonly where: string;
  readonly text: string;
  readonly lines: boolean;
}

/** VS Code as far as it shows things: every text that arrives is kept, and every question is answered by its first choice. */
export function recordingVscode() {
  const shown: ShownText[] = [];
  /** Nobody goes on forever where each answer leads to the next question. */
  const isTired = (): boolean => shown.length > 400;
  const keep = (where: string, text: unknown, lines = false): void => {
    if (typeof text === 'string') shown.push({ where, text, lines });
  };
  /** Every string within a value, but for what is never shown. */
  const keepAll = (where: string, value: unknown, exact: readonly string[] = []): void => {
    if (typeof value === 'string') keep(where, value);
    else if (Array.isArray(value)) value.forEach((one) => keepAll(where, one, exact));
    else if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype)
      for (const [name, one] of Object.entries(value))
        if (!exact.includes(name)) keepAll(`${where}.${name}`, one, exact);
  };
  const message =
    (where: string) =>
    async (text: string, ...rest: unknown[]): Promise<unknown> => {
      keep(where, text);
      const buttons = rest.filter((one): one is string => typeof one === 'string');
      for (const one of rest) {
        if (typeof one === 'object' && one !== null && 'detail' in one) keep(`${where} detail`, one.detail, true);
      }
      keepAll(`${where} button`, buttons);
      return isTired() ? undefined : buttons[0];
    };
  const keepItems = (items: readonly object[]): void =>
    items.forEach((item) => {
      const { label, description, detail } = item as Record<string, unknown>;
      keepAll('quick pick', { label, description, detail });
    });
  const event = () => ({ dispose: () => undefined });
  class Emitter {
    readonly event = event;
    fire(): void {}
    dispose(): void {}
  }
  class FileSystemError extends Error {
    static readonly FileNotFound = (text: unknown) => new FileSystemError(String(text));
    static readonly FileExists = FileSystemError.FileNotFound;
    static readonly FileIsADirectory = FileSystemError.FileNotFound;
    static readonly NoPermissions = FileSystemError.FileNotFound;
    static readonly Unavailable = FileSystemError.FileNotFound;
  }
  const providers: { readonly trees: Map<string, unknown>; readonly fileSystems: Map<string, unknown> } = {
    trees: new Map(),
    fileSystems: new Map(),
  };
  const token = { isCancellationRequested: false, onCancellationRequested: event };
  const recordSetters = (
    where: string,
    target: Record<string, unknown>,
    exact: readonly string[],
    lines: readonly string[],
  ) =>
    new Proxy(target, {
      set: (object, name, value) => {
        if (!exact.includes(String(name))) {
          if (lines.includes(String(name))) keep(`${where}.${String(name)}`, value, true);
          else keepAll(`${where}.${String(name)}`, value, ['value', 'iconPath']);
        }
        object[String(name)] = value;
        return true;
      },
    });
  const module = {
    l10n: {
      t: (text: string, ...args: unknown[]) =>
        text.replace(/\{(\d+)\}/g, (_all, index: string) => String(args[Number(index)])),
    },
    EventEmitter: Emitter,
    CancellationTokenSource: class {
      readonly token = token;
      cancel(): void {}
      dispose(): void {}
    },
    FileSystemError,
    ThemeIcon: class {
      static readonly File = 'file';
      static readonly Folder = 'folder';
      readonly id: string;
      constructor(id: string) {
        this.id = id;
      }
    },
    ThemeColor: class {},
    TreeItem: class {
      label: unknown;
      constructor(label: unknown) {
        this.label = label;
      }
    },
    TreeItemCollapsibleState: { None: 0, Collapsed: 1, Expanded: 2 },
    MarkdownString: class {
      readonly value: string;
      constructor(value = '') {
        this.value = value;
      }
    },
    QuickInputButtons: { Back: {} },
    QuickPickItemKind: { Separator: -1, Default: 0 },
    ProgressLocation: { SourceControl: 1, Window: 10, Notification: 15 },
    StatusBarAlignment: { Left: 1, Right: 2 },
    Uri: {
      from: (parts: { scheme: string; authority?: string; path?: string; query?: string }) => ({
        authority: '',
        path: '',
        query: '',
        fragment: '',
        ...parts,
        fsPath: parts.path ?? '',
        with: (changes: object) => ({ ...parts, ...changes }),
        toString: () => JSON.stringify(parts),
      }),
      file: (path: string) => module.Uri.from({ scheme: 'file', path }),
      parse: (text: string) => module.Uri.from({ scheme: 'https', path: text }),
      joinPath: (uri: { path: string }, ...names: string[]) =>
        module.Uri.from({ scheme: 'file', path: [uri.path, ...names].join('/') }),
    },
    window: {
      showInformationMessage: message('notification'),
      showWarningMessage: message('warning'),
      showErrorMessage: message('error'),
      showInputBox: async (options: { validateInput?: (value: string) => unknown; value?: string } & object) => {
        keepAll('input', options, ['value']);
        keepAll('input problem', await options.validateInput?.(options.value ?? ''));
        keepAll('input problem', await options.validateInput?.('\u0000'));
        return isTired() ? undefined : (options.value ?? 'typed');
      },
      showQuickPick: async (items: readonly object[], options: { canPickMany?: boolean }) => {
        keepItems(items);
        keepAll('quick pick', options);
        if (isTired()) return undefined;
        return options.canPickMany === true ? items.slice(0, 1) : items[0];
      },
      showOpenDialog: async (options: object) => (keepAll('dialog', options, ['defaultUri']), undefined),
      showSaveDialog: async (options: object) => (keepAll('dialog', options, ['defaultUri']), undefined),
      showTextDocument: async () => undefined,
      withProgress: async (options: object, task: (progress: object, token: object) => Promise<unknown>) => {
        keepAll('progress', options);
        return task({ report: (value: object) => keepAll('progress', value) }, token);
      },
      createInputBox: () => quickInput('input', {}),
      createQuickPick: () => quickInput('quick pick', { items: [], selectedItems: [] }),
      createStatusBarItem: () =>
        recordSetters(
          'status bar',
          { show: () => undefined, hide: () => undefined, dispose: () => undefined },
          ['command'],
          ['tooltip'],
        ),
      createTreeView: (id: string, { treeDataProvider }: { treeDataProvider: unknown }) => {
        providers.trees.set(id, treeDataProvider);
        return recordSetters('tree view', { dispose: () => undefined, onDidChangeVisibility: event }, [], ['message']);
      },
      createOutputChannel: () => ({ info: (text: string) => keep('log', text, true) }),
      tabGroups: { all: [], activeTabGroup: {}, onDidChangeTabs: event },
    },
    workspace: {
      isTrusted: true,
      textDocuments: [],
      getConfiguration: () => ({ get: (_name: string, value: unknown) => value, inspect: () => undefined }),
      openTextDocument: async (document: { content?: string; language?: string }) => {
        keep(
          document.language === undefined || document.language === 'markdown' ? 'document' : 'code',
          document.content,
          true,
        );
        return document;
      },
      registerFileSystemProvider: (scheme: string, provider: unknown) => (
        providers.fileSystems.set(scheme, provider),
        { dispose: () => undefined }
      ),
      fs: {},
    },
    commands: {
      executeCommand: async (id: string, ...args: unknown[]) => {
        if (id !== 'setContext')
          keepAll(
            'editor',
            args.filter((arg) => typeof arg === 'string'),
          );
      },
      registerCommand: () => ({ dispose: () => undefined }),
    },
    env: { clipboard: { writeText: async () => undefined, readText: async () => '' }, openExternal: async () => true },
  };
  /** An input or a choice that is accepted as soon as it is shown. */
  function quickInput(where: string, start: Record<string, unknown>): object {
    let accept: () => unknown = () => undefined;
    let hide: () => unknown = () => undefined;
    const box: Record<string, unknown> = recordSetters(
      where,
      {
        ...start,
        value: '',
        onDidAccept: (listener: () => unknown) => ((accept = listener), { dispose: () => undefined }),
        onDidHide: (listener: () => unknown) => ((hide = listener), { dispose: () => undefined }),
        onDidChangeValue: event,
        onDidTriggerButton: event,
        dispose: () => undefined,
        show: () => {
          box['selectedItems'] = (box['items'] as readonly unknown[] | undefined)?.slice(0, 1) ?? [];
          setTimeout(() => void (async () => (isTired() || (await accept()), hide()))());
        },
      },
      ['value', 'items', 'activeItems', 'selectedItems', 'buttons'],
      [],
    );
    return new Proxy(box, {
      set: (object, name, value) => {
        if (name === 'items') keepItems(value as readonly object[]);
        object[String(name)] = value;
        return true;
      },
    });
  }
  return { module, shown, providers };
}

/** The one that takes the place of `vscode` in a test file. */
export const recorded = recordingVscode();
