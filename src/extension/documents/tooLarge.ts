import * as vscode from '../ui/vscode';
import type { ObjectRef } from '../../protocol/requests';
import type { Prompts } from '../services';

const shown = new WeakMap<Prompts, Set<string>>();

/** Offers what can be done with an object that is too large for an editor, and says so to whoever wanted to read it. */
export function offerLargeObject(
  uri: vscode.Uri,
  ref: ObjectRef,
  maxBytes: number,
  services: { readonly prompts: Prompts },
): vscode.FileSystemError {
  const sentence = vscode.l10n.t(
    'The object is larger than {0} MiB, the most that is opened in an editor: "{1}"',
    Math.floor(maxBytes / (1024 * 1024)),
    ref.key,
  );
  void offer(uri, sentence, services.prompts);
  return vscode.FileSystemError.Unavailable(sentence);
}

async function offer(uri: vscode.Uri, sentence: string, prompts: Prompts): Promise<void> {
  const open = shown.get(prompts) ?? new Set();
  shown.set(prompts, open);
  const id = uri.toString();
  if (open.has(id)) return;
  open.add(id);
  const download = vscode.l10n.t('Download');
  const firstPart = vscode.l10n.t('Open First Part');
  try {
    const answer = await prompts.warn(sentence, download, firstPart);
    if (answer === download) await vscode.commands.executeCommand('ibmcos.object.download', uri);
    if (answer === firstPart) await vscode.commands.executeCommand('ibmcos.object.openFirstPart', uri);
  } finally {
    open.delete(id);
  }
}
