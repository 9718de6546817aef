import assert from 'node:assert/strict';
import { GetObjectTaggingCommand, PutObjectCommand, PutObjectTaggingCommand, type S3Client } from '@aws-sdk/client-s3';
import * as vscode from 'vscode';
import { bucketName, connectionId, objectKey } from '../../../src/model/ids';
import { configUri } from '../../../src/model/configUri';
import { startStorage } from '../extensionHost';
import { until } from '../../until';

const bucket = 'getting-started';

describe('the properties of an object as a document', () => {
  let client: S3Client;
  const put = async (key: string) =>
    client.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: 'x', ContentType: 'text/plain', Tagging: 'a=b' }),
    );
  const tagsOf = async (key: string) =>
    (await client.send(new GetObjectTaggingCommand({ Bucket: bucket, Key: key }))).TagSet;
  const uriOf = (key: string) =>
    vscode.Uri.from(
      configUri({
        kind: 'object',
        connectionId: connectionId('local-object-storage'),
        bucket: bucketName(bucket),
        key: objectKey(key),
      }),
    );
  const open = async (key: string) => {
    const document = await vscode.workspace.openTextDocument(uriOf(key));
    await vscode.window.showTextDocument(document);
    return document;
  };
  const replace = async (document: vscode.TextDocument, from: string, to: string) => {
    const at = document.getText().indexOf(from);
    assert.ok(at >= 0, `no ${from} in ${document.getText()}`);
    const change = new vscode.WorkspaceEdit();
    change.replace(document.uri, new vscode.Range(document.positionAt(at), document.positionAt(at + from.length)), to);
    assert.ok(await vscode.workspace.applyEdit(change));
  };

  before(async () => {
    ({ client } = await startStorage());
  });

  it('opens as JSON with comments, with what the service says', async () => {
    await put('props/one.txt');
    const document = await open('props/one.txt');
    assert.equal(document.languageId, 'jsonc');
    assert.match(document.getText(), /"Content-Type": "text\/plain"/);
    assert.match(document.getText(), /"tags": \{\n\s+"a": "b"\n/);
  });

  it('explains and completes what can be written', async () => {
    await put('props/explained.txt');
    const document = await open('props/explained.txt');
    const at = document.positionAt(document.getText().indexOf('"acl"') + 2);
    const explanation = async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>(
        'vscode.executeHoverProvider',
        document.uri,
        at,
      );
      return hovers
        .flatMap(({ contents }) => contents)
        .map((content) => (typeof content === 'string' ? content : content.value))
        .join();
    };
    await until(async () => (await explanation()).includes('everybody on the internet'));
    const value = document.positionAt(document.getText().indexOf('"text/plain"') + 1);
    const { items } = await vscode.commands.executeCommand<vscode.CompletionList>(
      'vscode.executeCompletionItemProvider',
      document.uri,
      value,
    );
    const labels = items.map(({ label }) => (typeof label === 'string' ? label : label.label));
    assert.ok(labels.includes('"application/json"'), `completions: ${labels.join(', ')}`);
  });

  it('has its parts in outline and breadcrumbs, folds them, and is put in form again', async () => {
    await put('props/structured.txt');
    const document = await open('props/structured.txt');
    const { uri } = document;
    const parts = ['headers', 'metadata', 'tags', 'acl', 'facts'];
    let symbols: readonly vscode.DocumentSymbol[] = [];
    // The language server of VS Code starts with the first document of its language.
    await until(async () => {
      symbols =
        (await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
          'vscode.executeDocumentSymbolProvider',
          uri,
        )) ?? [];
      return symbols.length > 0;
    });
    assert.deepEqual(
      symbols.map(({ name }) => name),
      parts,
    );
    const headers = symbols.find(({ name }) => name === 'headers');
    assert.ok(headers?.children.some(({ name }) => name === 'Content-Type'));

    const lineOf = (part: string): number => document.positionAt(document.getText().indexOf(`"${part}"`)).line;
    const folds = await vscode.commands.executeCommand<vscode.FoldingRange[]>(
      'vscode.executeFoldingRangeProvider',
      uri,
    );
    for (const part of ['headers', 'tags', 'facts']) {
      const fold = folds.find(({ start }) => start === lineOf(part));
      assert.ok(fold !== undefined && fold.end > fold.start, `${part} does not fold`);
    }

    /** The text as Format Document leaves it; VS Code's formatter takes the newline at the end away. */
    const formatted = async (): Promise<string> => {
      const edits = await vscode.commands.executeCommand<vscode.TextEdit[] | undefined>(
        'vscode.executeFormatDocumentProvider',
        uri,
        { tabSize: 2, insertSpaces: true },
      );
      const change = new vscode.WorkspaceEdit();
      change.set(uri, edits ?? []);
      assert.ok(await vscode.workspace.applyEdit(change));
      return document.getText().trimEnd();
    };
    const printed = document.getText().trimEnd();
    assert.equal(await formatted(), printed);
    await replace(document, '"tags": {\n    "a": "b"\n  }', '"tags":{"a":"b"}');
    assert.equal(await formatted(), printed);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('has all of that for a selection as well', async () => {
    await put('chosen/one.txt');
    await put('chosen/two.txt');
    const connection = connectionId('local-object-storage');
    const subject = { kind: 'selection', connectionId: connection, bucket: bucketName(bucket) } as const;
    const uri = vscode.Uri.from(configUri({ ...subject, keys: [], prefixes: ['chosen/'] }));
    const document = await vscode.workspace.openTextDocument(uri);
    await vscode.window.showTextDocument(document);
    assert.equal(document.languageId, 'jsonc');
    assert.match(document.getText(), /"objects": 2/);
    await until(async () => {
      const symbols = await vscode.commands.executeCommand<vscode.DocumentSymbol[] | undefined>(
        'vscode.executeDocumentSymbolProvider',
        uri,
      );
      return symbols?.some(({ name }) => name === 'metadata') === true;
    });
    const at = document.positionAt(document.getText().indexOf('"tags"') + 2);
    await until(async () => {
      const hovers = await vscode.commands.executeCommand<vscode.Hover[]>('vscode.executeHoverProvider', uri, at);
      const texts = hovers.flatMap(({ contents }) => contents);
      return texts.some((text) => (typeof text === 'string' ? text : text.value).includes('where objects differ'));
    });
    await replace(document, '"a": "b"', '"a": "<mixed>"');
    await until(() => vscode.languages.getDiagnostics(uri).some(({ code }) => code === 'mixed'));
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      uri,
      vscode.languages.getDiagnostics(uri)[0]!.range,
    );
    const repair = actions.find(({ title }) => title === 'Write "b"');
    assert.ok(repair?.edit);
    assert.ok(await vscode.workspace.applyEdit(repair.edit));
    await until(() => vscode.languages.getDiagnostics(uri).length === 0);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('compares with what the service has', async () => {
    await put('props/compared.txt');
    const document = await open('props/compared.txt');
    await client.send(
      new PutObjectTaggingCommand({
        Bucket: bucket,
        Key: 'props/compared.txt',
        Tagging: { TagSet: [{ Key: 'their', Value: 'tag' }] },
      }),
    );
    await vscode.commands.executeCommand('ibmcos.config.compareWithServer');
    const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
    assert.ok(input instanceof vscode.TabInputTextDiff);
    const server = await vscode.workspace.openTextDocument(input.original);
    assert.match(server.getText(), /"their": "tag"/);
    assert.equal(input.modified.toString(), document.uri.toString());
  });

  it('underlines a mistake while it is typed, offers its repair, and is clean after it', async () => {
    await put('props/two.txt');
    const document = await open('props/two.txt');
    await replace(document, '"metadata": {}', '"metadata": { "Owner": "ana" }');
    await until(() => vscode.languages.getDiagnostics(document.uri).length > 0);
    const [diagnostic] = vscode.languages.getDiagnostics(document.uri);
    assert.equal(document.getText(diagnostic!.range), '"Owner"');
    assert.equal(diagnostic!.message, 'Names of metadata are stored in lower case.');
    const actions = await vscode.commands.executeCommand<vscode.CodeAction[]>(
      'vscode.executeCodeActionProvider',
      document.uri,
      diagnostic!.range,
    );
    const repair = actions.find(({ title }) => title === "Write 'owner'");
    assert.ok(repair?.edit);
    assert.ok(await vscode.workspace.applyEdit(repair.edit));
    await until(() => vscode.languages.getDiagnostics(document.uri).length === 0);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('cannot be saved with a mistake in it', async () => {
    await put('props/three.txt');
    const document = await open('props/three.txt');
    await replace(document, '"a": "b"', '"ibm:a": "b"');
    assert.equal(await document.save(), false);
    assert.equal(document.isDirty, true);
    assert.deepEqual(await tagsOf('props/three.txt'), [{ Key: 'a', Value: 'b' }]);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('keeps its text, and nothing is applied, when the question of its save is not answered', async () => {
    await put('props/four.txt');
    const document = await open('props/four.txt');
    await replace(document, '"a": "b"', '"a": "c"');
    // A suite's window shows no dialogs.
    await document.save();
    assert.deepEqual(await tagsOf('props/four.txt'), [{ Key: 'a', Value: 'b' }]);
    assert.match(document.getText(), /"a": "c"/);
    await vscode.commands.executeCommand('workbench.action.files.revert');
  });

  it('is a draft, and nothing is applied, after an automatic save', async () => {
    const files = vscode.workspace.getConfiguration('files');
    await files.update('autoSave', 'afterDelay', vscode.ConfigurationTarget.Global);
    await files.update('autoSaveDelay', 100, vscode.ConfigurationTarget.Global);
    try {
      await put('props/five.txt');
      const document = await open('props/five.txt');
      await replace(document, '"a": "b"', '"a": "c"');
      await until(() => !document.isDirty);
      assert.deepEqual(await tagsOf('props/five.txt'), [{ Key: 'a', Value: 'b' }]);
      assert.match(Buffer.from(await vscode.workspace.fs.readFile(document.uri)).toString(), /"a": "c"/);
      await vscode.commands.executeCommand('workbench.action.closeActiveEditor');
      assert.match((await open('props/five.txt')).getText(), /"a": "c"/);
    } finally {
      await files.update('autoSave', undefined, vscode.ConfigurationTarget.Global);
      await files.update('autoSaveDelay', undefined, vscode.ConfigurationTarget.Global);
    }
  });

  it('is not written by what is no editor', async () => {
    await put('props/written.txt');
    const document = await open('props/written.txt');
    const text = document.getText().replace('"a": "b"', '"a": "c"');
    const write = vscode.workspace.fs.writeFile(document.uri, Buffer.from(text));
    await assert.rejects(Promise.resolve(write), vscode.FileSystemError);
    assert.deepEqual(await tagsOf('props/written.txt'), [{ Key: 'a', Value: 'b' }]);
  });

  it('shows what somebody else changed once it is read again', async () => {
    await put('props/six.txt');
    const document = await open('props/six.txt');
    await client.send(
      new PutObjectTaggingCommand({
        Bucket: bucket,
        Key: 'props/six.txt',
        Tagging: { TagSet: [{ Key: 'their', Value: 'tag' }] },
      }),
    );
    await vscode.commands.executeCommand('ibmcos.config.reload');
    await until(() => document.getText().includes('"their": "tag"'));
  });
});
