import { beforeEach, describe, expect, it, vi } from 'vitest';
import { readServiceCredential } from '../../../src/model/serviceCredential';

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

describe('other files of a workspace', () => {
  const secret = '0a1b2c3d4e5f60718293a4b5c6d7e8f9a0b1c2d3e4f50617';
  const key = 'Zx8_qT-4mVb2Lr0Wc7Ny5Kd1Hs9Pf3Gj6Ua2Ei8Ro4Tw';
  const show = (path: string, languageId: string, text: string) => {
    const document = { ...documentOf(`/workspace/${path}`, undefined), languageId, getText: () => text };
    open(document);
    return shown.get(`/workspace/${path}`)?.map(({ range }) => text.slice(range.from, range.to)) ?? [];
  };

  it.each([
    ['.env', 'dotenv', `COS_API_KEY_ID=${key}\nPORT=80\n`, [key]],
    ['.env.local', 'plaintext', `export IBM_API_KEY_ID="${key}"`, [key]],
    ['deploy.yaml', 'yaml', `env:\n  - name: x\n    ibmcloud_api_key: '${key}'\n`, [key]],
    [
      'cos.yml',
      'yaml',
      `cos_hmac_keys:\n  access_key_id: 0a1b2c3d4e5f60718293a4b5c6d7e8f9\n  secret_access_key: ${secret} # ibm\n`,
      [secret],
    ],
    ['app.ini', 'ini', `[cos]\ncos_secret_access_key = ${secret}\n`, [secret]],
    ['main.tf', 'terraform', `provider "ibm" {\n  ibmcloud_api_key = "${key}"\n}\n`, [key]],
    ['vars.tf', 'plaintext', `variable "ibmcloud_api_key" {\n  type = string\n  default = "${key}"\n}\n`, [key]],
    ['prod.tfvars', 'terraform-vars', `ibmcloud_api_key = "${key}"\n`, [key]],
    [
      'run.sh',
      'shellscript',
      `export AWS_SECRET_ACCESS_KEY=${secret}\nURL=https://s3.us.cloud-object-storage.appdomain.cloud\n`,
      [secret],
    ],
    ['run.ps1', 'powershell', `$env:IBMCLOUD_API_KEY = "${key}"\n`, [key]],
  ])('have their secrets underlined: %s', (path, language, text, secrets) => {
    expect(show(path, language, text)).toEqual(secrets);
  });

  it.each([
    ['a placeholder', `IBMCLOUD_API_KEY=<your-api-key-here-please>`],
    ['a variable', `ibmcloud_api_key = var.ibmcloud_api_key_of_the_team`],
    ['a reference', 'IBM_API_KEY_ID=${SECRET_FROM_ELSEWHERE_OF_CI}'],
    ['crosses', `COS_API_KEY=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx`],
    ['a word', `COS_API_KEY=changeme-changeme-changeme`],
    ['keys of Amazon', `AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPL2\nAWS_SECRET_ACCESS_KEY=${secret}\n# not ibm`],
    ['keys of nobody knows whom', `AWS_SECRET_ACCESS_KEY=${secret}`],
    ['an API key of another service', `STRIPE_API_KEY=${key}`],
    ['a name alone', `apikey: ${key}`],
  ])('are left alone for %s', (_what, text) => {
    expect(show('.env', 'dotenv', text)).toEqual([]);
  });

  it('are offered for the keychain with what belongs to the secret', async () => {
    const text = `COS_ACCESS_KEY_ID=0a1b2c3d4e5f60718293a4b5c6d7e8f9\nCOS_SECRET_ACCESS_KEY=${secret}\n`;
    expect(readServiceCredential(text)).toEqual({
      kind: 'found',
      credential: { hmac: { accessKeyId: '0a1b2c3d4e5f60718293a4b5c6d7e8f9', secretAccessKey: secret } },
    });
    const document = { ...documentOf('/workspace/.env', undefined), languageId: 'dotenv', getText: () => text };
    open(document);
    const actions = new WorkspaceCredentials().provideCodeActions(document as never, {} as never);
    expect(actions[0]?.command?.command).toBe('ibmcos.connection.storeAndRemove');
    editor.document = document;
    await run('Delete File');
    expect(added).toHaveBeenCalledWith(expect.anything(), text, '".env"');
    expect(removed).toEqual([]);
  });
});
