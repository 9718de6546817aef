import type { TransferKind, TransferSnapshot, TransferState } from '../../model/transferState';
import type { Translate } from '../ui/translate';

/** What a transfer does; a move is a copy that deletes its source. */
type Act = TransferKind | 'move';

/** `nothing`: it ended, and all that it was for was left out. */
type Stage = TransferState | 'nothing';

/** What a transfer does or did, and where: `Uploading → bucket/folder/`, `Downloaded → C:\films`, `Deleted from bucket/old/`. */
export function headline(snapshot: TransferSnapshot, t: Translate): string {
  const verb = phrase(snapshot.isMove === true ? 'move' : snapshot.kind, stageOf(snapshot), t);
  const { kind, source, target } = snapshot;
  switch (kind) {
    case 'upload':
    case 'download':
    case 'copy':
      return target === '' ? verb : t('{0} → {1}', verb, target);
    case 'delete':
    case 'change':
      return source === '' ? verb : t('{0}: {1}', verb, source);
  }
}

function stageOf({ state, itemsDone, itemsSkipped }: TransferSnapshot): Stage {
  return state === 'done' && itemsDone === 0 && itemsSkipped > 0 ? 'nothing' : state;
}

function phrase(act: Act, stage: Stage, t: Translate): string {
  const phrases: Readonly<Record<Act, Readonly<Record<Stage, string>>>> = {
    upload: {
      queued: t('Upload waiting'),
      running: t('Uploading'),
      paused: t('Upload paused'),
      done: t('Uploaded'),
      nothing: t('Nothing uploaded'),
      failed: t('Upload failed'),
      cancelled: t('Upload cancelled'),
    },
    download: {
      queued: t('Download waiting'),
      running: t('Downloading'),
      paused: t('Download paused'),
      done: t('Downloaded'),
      nothing: t('Nothing downloaded'),
      failed: t('Download failed'),
      cancelled: t('Download cancelled'),
    },
    copy: {
      queued: t('Copy waiting'),
      running: t('Copying'),
      paused: t('Copy paused'),
      done: t('Copied'),
      nothing: t('Nothing copied'),
      failed: t('Copy failed'),
      cancelled: t('Copy cancelled'),
    },
    move: {
      queued: t('Move waiting'),
      running: t('Moving'),
      paused: t('Move paused'),
      done: t('Moved'),
      nothing: t('Nothing moved'),
      failed: t('Move failed'),
      cancelled: t('Move cancelled'),
    },
    delete: {
      queued: t('Deletion waiting'),
      running: t('Deleting'),
      paused: t('Deletion paused'),
      done: t('Deleted'),
      nothing: t('Nothing deleted'),
      failed: t('Deletion failed'),
      cancelled: t('Deletion cancelled'),
    },
    change: {
      queued: t('Change waiting'),
      running: t('Changing'),
      paused: t('Change paused'),
      done: t('Changed'),
      nothing: t('Nothing changed'),
      failed: t('Change failed'),
      cancelled: t('Change cancelled'),
    },
  };
  return phrases[act][stage];
}
