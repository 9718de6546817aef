import * as vscode from '../../ui/vscode';
import type { BucketTopic, DocumentSubject, OpenedDocument } from '../../../model/configDocument';
import { configUri } from '../../../model/configUri';
import type { CommandOutcome, CommandServices } from '../../command/command';
import type { BucketTarget } from '../../command/targets';
import { openDocument } from '../../ui/openEditors';
import { applyDocument } from '../applying';

/** The subject of a part of a bucket's configuration. */
export function bucketSubject(target: BucketTarget, topic: BucketTopic): DocumentSubject & { kind: 'bucket' } {
  const { connectionId, bucket } = target;
  return { kind: 'bucket', connectionId, bucket, topic };
}

/** Shows what a text would change, asks, and applies it: as a save of the document would, without one. */
export async function applyQuickly(
  services: CommandServices,
  subject: DocumentSubject & { kind: 'bucket' },
  opened: OpenedDocument,
  text: string,
): Promise<CommandOutcome> {
  if (opened.readOnlyReason !== undefined) {
    void services.prompts.info(opened.readOnlyReason);
    return;
  }
  const result = await applyDocument(services, { subject, text, opened });
  switch (result.kind) {
    case 'failed':
      return { ok: false, error: result.error };
    case 'applied':
    case 'partly': {
      const { connectionId, bucket } = subject;
      services.changes.fire({ connectionId, bucket, prefix: '', kind: 'changed' });
      await showAgain(services, subject);
      return;
    }
    default:
      return;
  }
}

/** An editor of the document shows what there is now, unless it holds something that was not applied. */
async function showAgain({ configuration }: CommandServices, subject: DocumentSubject): Promise<void> {
  const uri = vscode.Uri.from(configUri(subject));
  const document = openDocument(uri);
  if (document === undefined || document.isDirty) return;
  if (!(await configuration.hasDraft(uri))) await configuration.reload(uri);
}
