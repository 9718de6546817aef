import { connectionId, type TransferId } from '../../../../src/model/ids';
import type { TransferSnapshot } from '../../../../src/model/transferState';

/** A running upload of three of twelve files, with changes. */
export function snapshotOf(changes: Partial<TransferSnapshot> = {}): TransferSnapshot {
  return {
    transferId: 't1' as TransferId,
    kind: 'upload',
    connectionId: connectionId('home'),
    state: 'running',
    title: '12 files',
    source: '/home/me/photos',
    target: 'photos/2024/',
    bytesDone: 40_000_000,
    bytesTotal: 120_000_000,
    itemsDone: 3,
    itemsTotal: 12,
    itemsSkipped: 0,
    itemsFailed: 0,
    failures: [],
    skips: [],
    startedAtMs: 0,
    bytesPerSecond: 12_000_000,
    revision: 5,
    isOwnedElsewhere: false,
    canPause: true,
    canResume: false,
    canRetry: false,
    ...changes,
  };
}

/** English with its arguments filled in, as `vscode.l10n.t` does without a translation. */
export function english(message: string, ...args: (string | number | boolean)[]): string {
  return message.replace(/\{(\d+)\}/g, (_all, index: string) => String(args[Number(index)]));
}
