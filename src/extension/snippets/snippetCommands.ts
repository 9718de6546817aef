import * as vscode from '../ui/vscode';
import { objectKey, type ObjectKey } from '../../model/ids';
import type { Result } from '../../model/cosError';
import type { CommandOutcome, CommandServices } from '../command/command';
import { hasConnection, pickTarget } from '../command/pickTarget';
import { targetOf, type BucketTarget, type ObjectTarget } from '../command/targets';
import type { TreeNode } from '../nodes/treeNode';
import { generateSnippet, snippetLanguages, type SnippetLanguage } from './generate';
import { snippetPlace } from './place';

interface Snippet {
  readonly language: SnippetLanguage;
  readonly text: string;
  /** Whether it takes secrets from the environment. */
  readonly isSigned: boolean;
}

const names: Readonly<Record<SnippetLanguage, string>> = {
  python: 'Python (ibm_boto3)',
  javascript: 'Node.js (ibm-cos-sdk)',
  go: 'Go (ibm-cos-sdk-go)',
  java: 'Java (ibm-cos-java-sdk)',
  shellscript: 'curl',
};

/** Copies a program that reads an object or lists a bucket. */
export async function copySnippet(services: CommandServices, node: TreeNode | undefined): Promise<CommandOutcome> {
  const snippet = await chosenSnippet(services, node, undefined);
  if (snippet === undefined || !snippet.ok) return snippet;
  await vscode.env.clipboard.writeText(snippet.value.text);
  void services.prompts.info(
    snippet.value.isSigned
      ? vscode.l10n.t('Copied. The snippet takes its secrets from the environment.')
      : vscode.l10n.t('Copied. The snippet reads what is public, without signing in.'),
  );
  return;
}

/** Inserts such a program at the cursor, or opens it as a new document where no editor can take it. */
export async function insertSnippet(services: CommandServices, node: TreeNode | undefined): Promise<CommandOutcome> {
  const editor = vscode.window.activeTextEditor;
  const snippet = await chosenSnippet(services, node, editor?.document.languageId);
  if (snippet === undefined || !snippet.ok) return snippet;
  const { language, text: content } = snippet.value;
  if (await editor?.edit((edit) => edit.replace(editor.selection, content))) return;
  await vscode.window.showTextDocument(await vscode.workspace.openCode(content, language));
  return;
}

async function chosenSnippet(
  services: CommandServices,
  node: TreeNode | undefined,
  preferredLanguage: string | undefined,
): Promise<Result<Snippet> | undefined> {
  const { engine, prompts, connections } = services;
  if (!(await hasConnection(services))) return undefined;
  const target = await chosenTarget(services, node);
  if (target === undefined || !target.ok) return target;
  const { connectionId, bucket, key } = target.value;
  const connection = connections.get(connectionId);
  if (connection === undefined) return undefined;
  const items = snippetLanguages
    .map((language) => ({ label: names[language], language }))
    .sort((one, other) => Number(other.language === preferredLanguage) - Number(one.language === preferredLanguage));
  const picked = await prompts.pick(items, {
    title: vscode.l10n.t('SDK Snippet for "{0}"', key === undefined ? bucket : `${bucket}/${key}`),
    placeHolder: vscode.l10n.t('Language; secrets are never part of a snippet'),
  });
  if (picked === undefined) return undefined;
  // Any key finds where the bucket is reached.
  const url = await engine.send('objects/url', { connectionId, bucket, key: key ?? objectKey('x') });
  if (!url.ok) return url;
  const { language } = picked;
  const text = generateSnippet(language, snippetPlace(connection, bucket, key, url.value));
  return { ok: true, value: { language, text, isSigned: connection.kind !== 'anonymous' } };
}

async function chosenTarget(
  services: CommandServices,
  node: TreeNode | undefined,
): Promise<Result<BucketTarget & { readonly key?: ObjectKey }> | undefined> {
  if (node !== undefined) {
    const selection = { nodes: [node], uris: [] };
    const target = targetOf('object', selection) ?? targetOf('bucket', selection);
    if (target !== undefined) return { ok: true, value: target };
  }
  const items = [
    { label: vscode.l10n.t('Read an Object'), target: 'object' },
    { label: vscode.l10n.t('List a Bucket'), target: 'bucket' },
  ] as const;
  const picked = await services.prompts.pick(items, { placeHolder: vscode.l10n.t('What the snippet does') });
  if (picked === undefined) return undefined;
  return (await pickTarget(picked.target, services)) as Result<BucketTarget | ObjectTarget> | undefined;
}
