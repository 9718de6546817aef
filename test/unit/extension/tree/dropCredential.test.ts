import { beforeEach, expect, it, vi } from 'vitest';
import type * as vscode from 'vscode';
import type { TreeNode } from '../../../../src/extension/nodes/treeNode';
import { bucketName, connectionId } from '../../../../src/model/ids';

const files = new Map<string, string>();
const uriOf = (text: string) => ({ scheme: 'file', path: text.replace('file://', ''), toString: () => text });
vi.mock('vscode', () => ({
  l10n: { t: (text: string) => text },
  Uri: { parse: uriOf },
  FileType: { File: 1, Directory: 2 },
  workspace: {
    textDocuments: [],
    fs: {
      stat: async ({ path }: { path: string }) => {
        const text = files.get(path);
        return text === undefined ? { type: 2, size: 0 } : { type: 1, size: text.length };
      },
      readFile: async ({ path }: { path: string }) => Buffer.from(files.get(path) ?? ''),
    },
  },
}));
const { BucketsDragAndDrop } = await import('../../../../src/extension/tree/dragAndDrop');

const credential = JSON.stringify({ apikey: 'k'.repeat(44), resource_instance_id: 'crn:v1:x::' });
const connection = {
  kind: 'connection',
  connection: { kind: 'anonymous', id: connectionId('c'), name: 'c', endpoint: 'https://e', addressingStyle: 'path' },
} as unknown as TreeNode;
const bucket = {
  ...connection,
  kind: 'bucket',
  bucket: { name: bucketName('b') },
  filter: '',
  isExtra: false,
} as unknown as TreeNode;

let added: string[][];
let told: string[];
let uploads: object[];
beforeEach(() => {
  files.clear();
  [added, told, uploads] = [[], [], []];
});

async function drop(
  node: TreeNode | undefined,
  uris: readonly string[],
  contents: Readonly<Record<string, string>> = {},
) {
  const services = {
    prompts: { info: async (text: string) => void told.push(text) },
    transfers: { run: async (request: object) => (uploads.push(request), { ok: true, value: {} }) },
    failures: { report: async () => undefined },
  };
  const target = new BucketsDragAndDrop(
    services as never,
    { noteExists: () => undefined },
    async (text, source) => void added.push([text, source]),
  );
  const items = new Map<string, object>();
  if (uris.length > 0) {
    items.set('text/uri-list', { asString: async () => uris.join('\r\n'), asFile: () => undefined });
  }
  for (const [name, text] of Object.entries(contents)) {
    items.set(name, { asFile: () => ({ name, data: async () => Buffer.from(text) }) });
  }
  const never = { isCancellationRequested: false } as vscode.CancellationToken;
  await target.handleDrop(node, items as unknown as vscode.DataTransfer, never);
}

it.each([
  ['the empty view', undefined],
  ['a connection', connection],
])('a service credential that is dropped onto %s becomes a connection', async (_where, node) => {
  files.set('/home/me/credential.json', credential);
  await drop(node, ['file:///home/me/credential.json']);
  await drop(node, [], { 'from browser.json': credential });
  expect(added).toEqual([
    [credential, '"credential.json"'],
    [credential, '"from browser.json"'],
  ]);
  expect([told, uploads]).toEqual([[], []]);
});

it('one whose secrets are redacted is told of as such', async () => {
  await drop(undefined, [], { 'a.json': JSON.stringify([{ credentials: { REDACTED: 'REDACTED' } }]) });
  expect(added).toHaveLength(1);
});

it.each([
  ['another file', ['file:///notes.txt']],
  ['a folder', ['file:///folder']],
  ['several files', ['file:///credential.json', 'file:///notes.txt']],
  ['a file that is too large', ['file:///large.json']],
])('%s is not', async (_what, uris) => {
  files.set('/notes.txt', 'two lines');
  files.set('/credential.json', credential);
  files.set('/large.json', credential.padEnd(300_000));
  await drop(undefined, uris);
  expect(added).toEqual([]);
  expect(told).toEqual(['Drop onto a bucket, a folder or an object.']);
});

it('dropped onto a bucket it is a file like any other', async () => {
  files.set('/credential.json', credential);
  await drop(bucket, ['file:///credential.json']);
  expect(added).toEqual([]);
  expect(uploads).toHaveLength(1);
});
