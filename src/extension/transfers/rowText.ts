import { plain } from '../ui/gate/plain';
import type { CosError } from '../../model/cosError';
import { areVerified, verdictLines } from '../../model/verdict';
import { isFinal, type TransferKind, type TransferSnapshot } from '../../model/transferState';
import { formatBytes, formatDuration } from '../ui/format';
import { cause } from '../ui/messages';
import type { Translate } from '../ui/translate';
import { isSingle, localPathOf, remotePlaceOf } from './places';
import { headline } from './headline';
import { progressParts } from './progressText';
import type { Outlook } from './remainingTime';
import { skipSentence } from './report';
import type { TransferItemRow } from '../nodes/transferNode';

/** Every word that a `viewItem` of the Transfers view can hold. */
export const transferWords = [
  'transfer',
  'item',
  'pausable',
  'resumable',
  'cancellable',
  'retriable',
  'removable',
  'onDisk',
  'inBucket',
  'openable',
  'reported',
] as const;
/** A word of a `viewItem`, matched as `viewItem =~ /\bword\b/`. */
export type TransferWord = (typeof transferWords)[number];

/** A row as it is shown, before it becomes a `TreeItem`. */
export interface RowPresentation {
  readonly label: string;
  readonly description: string;
  readonly icon: string;
  /** Id of a theme colour. */
  readonly color?: string;
  readonly context: readonly TransferWord[];
  readonly isExpandable: boolean;
  readonly accessibilityLabel: string;
}

/** How the row of a transfer looks. */
export function presentTransfer(snapshot: TransferSnapshot, outlook: Outlook, t: Translate): RowPresentation {
  const parts = [headline(snapshot, t), ...stateParts(snapshot, outlook, t)];
  const description = [...parts, ...(snapshot.isOwnedElsewhere ? [t('in another window')] : [])].join(' · ');
  return {
    label: snapshot.title,
    description,
    ...iconOf(snapshot),
    context: contextOf(snapshot),
    isExpandable: snapshot.itemsFailed + snapshot.itemsSkipped > 0,
    accessibilityLabel: `${snapshot.title}, ${description}`,
  };
}

/** How a row below a transfer looks. */
export function presentItem(node: TransferItemRow, t: Translate): RowPresentation {
  const context = ['item'] as const;
  switch (node.kind) {
    case 'failedItem': {
      const { name, error } = node.failure;
      const description = cause(error, t);
      const accessibilityLabel = t('{0} failed: {1}', name, description);
      const color = 'list.errorForeground';
      return { label: name, description, icon: 'error', color, context, isExpandable: false, accessibilityLabel };
    }
    case 'skippedItem': {
      const { name } = node.skip;
      const description = skipSentence(node.skip, t);
      const accessibilityLabel = t('{0} was left out: {1}', name, description);
      return { label: name, description, icon: 'debug-step-over', context, isExpandable: false, accessibilityLabel };
    }
    case 'moreItems': {
      const label = t('and {0} more', node.count);
      return { label, description: '', icon: 'ellipsis', context, isExpandable: false, accessibilityLabel: label };
    }
  }
}

/** What there is below a transfer: failed items first. */
export function itemRows(snapshot: TransferSnapshot): readonly TransferItemRow[] {
  const parent = { kind: 'transfer', transferId: snapshot.transferId } as const;
  const { failures, skips, itemsFailed, itemsSkipped } = snapshot;
  const rest = itemsFailed - failures.length + itemsSkipped - skips.length;
  return [
    ...failures.map((failure, index) => ({ kind: 'failedItem', parent, index, failure }) as const),
    ...skips.map((skip, index) => ({ kind: 'skippedItem', parent, index, skip }) as const),
    ...(rest > 0 ? [{ kind: 'moreItems', parent, count: rest } as const] : []),
  ];
}

/** What the mouse shows of a transfer, line by line. */
export function transferTooltip(
  snapshot: TransferSnapshot,
  outlook: Outlook,
  sentence: (error: CosError) => string,
  t: Translate,
): string {
  const { itemsDone, itemsTotal, itemsFailed, itemsSkipped, error } = snapshot;
  const items = itemsTotal === undefined ? t('{0} so far', itemsDone) : t('{0} of {1}', itemsDone, itemsTotal);
  return [
    plain(snapshot.title),
    headline(snapshot, t),
    ...(snapshot.source === '' ? [] : [t('From: {0}', snapshot.source)]),
    t('Items: {0}, {1} failed, {2} left out', items, itemsFailed, itemsSkipped),
    ...(snapshot.kind === 'delete' || snapshot.kind === 'change' ? [] : [t('Bytes: {0}', bytesText(snapshot, t))]),
    stateParts(snapshot, outlook, t).join(' · '),
    ...verdictLines(snapshot.verdicts ?? []),
    ...(error === undefined ? [] : [plain(sentence(error))]),
    ...snapshot.failures.slice(0, 3).map(({ name, error: why }) => plain(`${name}: ${cause(why, t)}`)),
    ...(snapshot.isOwnedElsewhere ? [t('Another window runs it; pause or cancel it there.')] : []),
  ].join('\n');
}

/** How far it is or how it ended, besides what its headline says. */
function stateParts(snapshot: TransferSnapshot, outlook: Outlook, t: Translate): readonly string[] {
  const { state, error, itemsFailed, itemsSkipped, itemsTotal } = snapshot;
  const leftOut = itemsSkipped > 0 ? [t('{0} left out', itemsSkipped)] : [];
  const failed = itemsFailed > 0 ? [t('{0} failed', itemsFailed)] : [];
  switch (state) {
    case 'queued':
      return [];
    case 'running':
      return [...progressParts(snapshot, outlook, t), ...failed];
    case 'paused':
      return [...pausedText(snapshot, t), ...amount(snapshot, t)];
    case 'done':
      return [...proven(snapshot, t), ...doneAmount(snapshot), ...duration(snapshot, t), ...leftOut];
    case 'failed':
      return [
        ...(itemsFailed > 0 && itemsTotal !== 1 ? [t('{0} of {1} failed', itemsFailed, itemsTotal ?? '?')] : []),
        ...(error === undefined ? [] : [cause(error, t)]),
        ...leftOut,
      ];
    case 'cancelled':
      return [];
  }
}

/** Whether a checksum vouches for all of it; the tooltip and the report say which. */
function proven({ verdicts = [] }: TransferSnapshot, t: Translate): readonly string[] {
  if (verdicts.length === 0) return [];
  return [areVerified(verdicts) ? t('verified') : t('not all verified')];
}

/** Why it stands still, where nobody paused it. */
function pausedText({ error, isWaiting }: TransferSnapshot, t: Translate): readonly string[] {
  if (isWaiting === true) return [t('waiting for the service')];
  if (error?.kind === 'signInNeeded') return [t('sign in to go on')];
  return error === undefined ? [] : [t('interrupted')];
}

function amount(snapshot: TransferSnapshot, t: Translate): readonly string[] {
  return progressParts(snapshot, { kind: 'unknown' }, t);
}

function doneAmount({ bytesDone, bytesTotal }: TransferSnapshot): readonly string[] {
  return bytesTotal === undefined || bytesTotal === 0 ? [] : [formatBytes(bytesDone)];
}

function duration(
  { startedAtMs, finishedAtMs, itemsDone, itemsTotal }: TransferSnapshot,
  t: Translate,
): readonly string[] {
  const items = itemsTotal === undefined || itemsTotal === 1 ? [] : [t('{0} done', itemsDone)];
  return finishedAtMs === undefined ? items : [...items, t('took {0}', formatDuration(finishedAtMs - startedAtMs, t))];
}

function bytesText({ bytesDone, bytesTotal }: TransferSnapshot, t: Translate): string {
  return bytesTotal === undefined
    ? formatBytes(bytesDone)
    : t('{0} of {1}', formatBytes(bytesDone), formatBytes(bytesTotal));
}

function contextOf(snapshot: TransferSnapshot): readonly TransferWord[] {
  const { state, isOwnedElsewhere, itemsFailed, itemsSkipped, error } = snapshot;
  const isMine = !isOwnedElsewhere;
  const isOver = isFinal(state);
  const words: readonly (readonly [TransferWord, boolean])[] = [
    ['transfer', true],
    ['pausable', isMine && snapshot.canPause],
    ['resumable', isMine && snapshot.canResume],
    ['cancellable', canCancel(snapshot)],
    ['retriable', isMine && snapshot.canRetry],
    ['removable', isMine && isOver],
    ['onDisk', localPathOf(snapshot) !== undefined],
    ['inBucket', remotePlaceOf(snapshot) !== undefined],
    ['openable', canOpen(snapshot)],
    ['reported', itemsFailed + itemsSkipped > 0 || error !== undefined],
  ];
  return words.flatMap(([word, isSo]) => (isSo ? [word] : []));
}

/** Whether this window can end it. */
export function canCancel({ state, isOwnedElsewhere }: TransferSnapshot): boolean {
  return !isOwnedElsewhere && !isFinal(state);
}

/** Whether it left one thing to look at. */
export function canOpen(snapshot: TransferSnapshot): boolean {
  return snapshot.state === 'done' && snapshot.kind !== 'delete' && isSingle(snapshot);
}

function iconOf({ kind, state, isOwnedElsewhere }: TransferSnapshot): {
  readonly icon: string;
  readonly color?: string;
} {
  const grey = 'disabledForeground';
  switch (state) {
    case 'running':
      return { icon: kindIcon(kind), color: isOwnedElsewhere ? grey : 'charts.blue' };
    case 'queued':
      return { icon: 'watch', ...(isOwnedElsewhere ? { color: grey } : {}) };
    case 'paused':
      return { icon: 'debug-pause', color: isOwnedElsewhere ? grey : 'charts.yellow' };
    case 'failed':
      return { icon: 'error', color: isOwnedElsewhere ? grey : 'list.errorForeground' };
    case 'done':
      return { icon: 'pass', color: isOwnedElsewhere ? grey : 'charts.green' };
    case 'cancelled':
      return { icon: 'circle-slash', color: grey };
  }
}

function kindIcon(kind: TransferKind): string {
  switch (kind) {
    case 'upload':
      return 'cloud-upload';
    case 'download':
      return 'cloud-download';
    case 'delete':
      return 'trash';
    case 'copy':
      return 'files';
    case 'change':
      return 'edit';
  }
}
