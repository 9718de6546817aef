import type { TransferKind, TransferSnapshot } from '../../model/transferState';
import { formatBytes, formatDuration } from '../ui/format';
import type { Translate } from '../ui/translate';
import type { Outlook } from './remainingTime';

/** What a transfer is doing, for the head of its notification. */
export function progressTitle(kind: TransferKind, title: string, t: Translate): string {
  switch (kind) {
    case 'upload':
      return t('Uploading "{0}"', title);
    case 'download':
      return t('Downloading "{0}"', title);
    case 'delete':
      return t('Deleting "{0}"', title);
    case 'copy':
      return t('Copying "{0}"', title);
    case 'change':
      return t('Changing "{0}"', title);
  }
}

/** How far a transfer is: `3 of 12 files, 40.0 MB of 120 MB, 12.0 MB/s`. Leaves out what is not known or says nothing. */
export function progressLine(snapshot: TransferSnapshot, t: Translate, outlook: Outlook = { kind: 'unknown' }): string {
  return snapshot.state === 'queued' ? t('waiting') : progressParts(snapshot, outlook, t).join(', ');
}

/** The parts of what a line says of a transfer that has begun. */
export function progressParts(snapshot: TransferSnapshot, outlook: Outlook, t: Translate): readonly string[] {
  const parts: string[] = [];
  const { itemsDone, itemsTotal, bytesDone, bytesTotal, bytesPerSecond } = snapshot;
  if (itemsTotal === undefined) parts.push(t('{0} so far', itemsDone));
  else if (itemsTotal !== 1) parts.push(itemsText(snapshot.kind, itemsDone, itemsTotal, t));
  if (bytesTotal !== undefined && bytesTotal > 0) {
    parts.push(t('{0} of {1}', formatBytes(bytesDone), formatBytes(bytesTotal)));
  } else if (bytesDone > 0) {
    parts.push(formatBytes(bytesDone));
  }
  if (outlook.kind === 'stalled') return [...parts, t('no progress for {0}', formatDuration(outlook.sinceMs, t))];
  if (bytesPerSecond !== undefined && bytesPerSecond > 0) parts.push(formatRate(bytesPerSecond));
  if (outlook.kind === 'left') parts.push(t('{0} left', formatDuration(outlook.leftMs, t)));
  return parts;
}

function itemsText(kind: TransferKind, done: number, total: number, t: Translate): string {
  switch (kind) {
    case 'upload':
      return t('{0} of {1} files', done, total);
    case 'download':
    case 'delete':
    case 'copy':
    case 'change':
      return t('{0} of {1} objects', done, total);
  }
}

/** Bytes per second for people. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(Math.round(bytesPerSecond))}/s`;
}

/** How much is done, 0 to 1: by bytes where they are known, else by items; undefined when neither is. */
export function fractionDone({ bytesDone, bytesTotal, itemsDone, itemsTotal }: TransferSnapshot): number | undefined {
  if (bytesTotal !== undefined && bytesTotal > 0) return Math.min(1, bytesDone / bytesTotal);
  if (itemsTotal !== undefined && itemsTotal > 0) return Math.min(1, itemsDone / itemsTotal);
  return undefined;
}
