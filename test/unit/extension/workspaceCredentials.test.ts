import { beforeEach, expect, it, vi } from 'vitest';

const shown = new Map<string, readonly { range: { from: number; to: number } }[]>();
const opened: ((document: unknown) => void)[] = [];
const removed: string[] = [];
const editor: { document?: unknown } = {};
const added = vi.fn();

vi.mock('vscode', () => ({
  l10n: { t: (text: string) => text },
  CodeActionKind: { QuickFix: 'quickfix' },
  DiagnosticSeverity: { Warning: 1 },
  CodeAction: class {},
  Range: class {
    readonly from: number;
    readonly to: number;
    constructor(from: number, to: number) {
      this.from = from;
      this.to = to;
    }
    intersection(): unknown {
      return this;
    }
  },
  Diagnostic: class {
    readonly range: unknown;
    readonly message: string;
    constructor(range: unknown, message: string) {
      this.range = range;
      this.message = message;
    }
  },
  languages: {
    createDiagnosticCollection: () => ({
      set: (uri: { path: string }, list: readonly never[]) => void shown.set(uri.path, list),
      get: (uri: { path: string }) => shown.get(uri.path),
      delete: (uri: { path: string }) => void shown.delete(uri.path),
      dispose: () => undefined,
    }),
    registerCodeActionsProvider: () => ({ dispose: () => undefined }),
  },
  window: {
    get activeTextEditor() {
      return editor.document === undefined ? undefined : { document: editor.document };
    },
  },
  workspace: {
    textDocuments: [],
    onDidOpenTextDocument: (listener: (document: unknown) => void) => (
      opened.push(listener),
      { dispose: () => undefined }
    ),
    onDidSaveTextDocument: () => ({ dispose: () => undefined }),
    onDidCloseTextDocument: () => ({ dispose: () => undefined }),
    getWorkspaceFolder: (uri: { path: string }) => (uri.path.startsWith('/workspace/') ? {} : undefined),
    fs: { delete: async (uri: { path: string }) => void removed.push(uri.path) },
  },
}));
vi.mock('../../../src/extension/connections/addCredential', () => ({ addCredentialText: added }));
const { WorkspaceCredentials } = await import('../../../src/extension/connections/workspaceCredentials');
const { storeAndRemove } = await import('../../../src/extension/connections/storeAndRemove');

const credential = {
  apikey: 'the-key',
  cos_hmac_keys: { access_key_id: 'the-id', secret_access_key: 'the-secret' },
  resource_instance_id: 'crn:v1:bluemix:public:cloud-object-storage:global:a/0:1::',
};
const documentOf = (path: string, content: unknown) => ({
  uri: { scheme: 'file', path },
  languageId: 'json',
  isDirty: false,
  getText: () => JSON.stringify(content, undefined, 2),
  positionAt: (offset: number) => offset,
});
const open = (document: ReturnType<typeof documentOf>) => {
  for (const listener of opened) listener(document);
};
const services = (answer: string | undefined) => ({
  prompts: { confirm: () => Promise.resolve(answer), info: () => Promise.resolve(undefined) },
});
const run = (answer?: string) => storeAndRemove(services(answer) as never);

new WorkspaceCredentials();
beforeEach(() => {
  shown.clear();
  removed.length = 0;
  added.mockReset().mockResolvedValue({ id: 'made' });
});

it('underlines the secrets of a credential in the workspace, and offers to store them', () => {
  const document = documentOf('/workspace/key.json', credential);
  open(document);
  const texts = shown.get('/workspace/key.json')?.map(({ range }) => document.getText().slice(range.from, range.to));
  expect(texts).toEqual(['the-key', 'the-secret']);
  const actions = new WorkspaceCredentials().provideCodeActions(document as never, {} as never);
  expect(actions[0]?.command?.command).toBe('ibmcos.connection.storeAndRemove');
});

it('leaves keys of other services, and files elsewhere, alone', () => {
  open(documentOf('/workspace/config.json', { apikey: 'of something else' }));
  open(documentOf('/home/key.json', credential));
  expect([...shown.values()].flat()).toEqual([]);
});

it('deletes the file only once its secret is kept and the person agrees', async () => {
  editor.document = documentOf('/workspace/key.json', credential);
  await run();
  added.mockResolvedValue(undefined);
  await run('Delete File');
  expect(removed).toEqual([]);
  added.mockResolvedValue({ id: 'made' });
  await run('Delete File');
  expect(removed).toEqual(['/workspace/key.json']);
});

it('never deletes a file that holds more than the one credential', async () => {
  for (const content of [{ ...credential, port: 80 }, [{ credentials: credential }, { credentials: credential }]]) {
    editor.document = documentOf('/workspace/key.json', content);
    await run('Delete File');
  }
  expect(removed).toEqual([]);
});
