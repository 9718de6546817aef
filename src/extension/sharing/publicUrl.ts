import * as vscode from '../ui/vscode';
import type { CommandOutcome, CommandServices } from '../command/command';
import type { ObjectTarget } from '../command/targets';
import { fireObjects } from '../ui/objectChanges';

/** Copies the URL of an object without a signature, and says whether its access list lets everyone read it. */
export async function copyPublicUrl(services: CommandServices, object: ObjectTarget): Promise<CommandOutcome> {
  const { engine, prompts } = services;
  const url = await engine.send('objects/url', object);
  if (!url.ok) return url;
  await vscode.env.clipboard.writeText(url.value);
  if (/\.(private|direct)\./.test(new URL(url.value).host)) {
    void prompts.warn(
      vscode.l10n.t('Copied. The connection uses a private network, and the URL opens only from there.'),
    );
    return;
  }
  const state = await engine.send('attributes/get', object);
  if (!state.ok) return state;
  if (state.value.acl === 'public-read') {
    void prompts.info(vscode.l10n.t('Copied. The object\'s access list lets everyone read "{0}".', object.key));
    return;
  }
  const text = vscode.l10n.t(
    'Copied. It opens for everyone only if the object is public: by its own access list, which now does not say so, or because the Public Access group has a role on the bucket in IAM.',
  );
  const isReadOnly = services.connections.get(object.connectionId)?.isReadOnly === true;
  const publish = vscode.l10n.t('Make Public…');
  const canPublish = !isReadOnly && object.versionId === undefined && state.value.acl === 'private';
  if ((await prompts.info(text, ...(canPublish ? [publish] : []))) !== publish) return;
  return await makePublic(services, object, state.value.info);
}

async function makePublic(
  { engine, prompts, changes }: CommandServices,
  object: ObjectTarget,
  { etag, modifiedAtMs }: { readonly etag: string; readonly modifiedAtMs: number },
): Promise<CommandOutcome> {
  const { connectionId, bucket, key } = object;
  const publish = vscode.l10n.t('Let Everyone Read It');
  const question = vscode.l10n.t('Let everyone on the Internet read "{0}"?', key);
  const detail = vscode.l10n.t(
    'The object gets the access list "public-read": anyone who knows or guesses its URL can read it without signing in, whatever IAM says. Only this object changes. It becomes private again in its properties.',
  );
  if ((await prompts.confirm(question, detail, publish)) !== publish) return;
  const changed = await engine.send('attributes/put', {
    connectionId,
    bucket,
    key,
    seen: { etag, modifiedAtMs },
    change: { acl: 'public-read' },
    method: 'copy',
    lock: 'keep',
  });
  if (!changed.ok) return changed;
  if (changed.value.failed !== undefined) return { ok: false, error: changed.value.failed.error };
  fireObjects(changes, [object], 'changed');
  void prompts.info(vscode.l10n.t('Everyone can read "{0}" now.', key));
  return;
}
