import type { TransferKind, TransferSnapshot } from '../../model/transferState';
import type { CosError } from '../../model/cosError';
import type { Translate } from '../ui/translate';

/** A button under the summary of a transfer. */
export type SummaryAction = 'showReport' | 'reveal' | 'retry';

/** What is said once a transfer is over. */
export interface Summary {
  readonly severity: 'info' | 'warning' | 'error';
  readonly text: string;
  readonly actions: readonly SummaryAction[];
}

/** A transfer that took longer than this tells that it is done: the person has turned to something else. */
const longMs = 15_000;

/** What to say at the end of a transfer, or undefined when its result is plain to see. */
export function summaryOf(
  snapshot: TransferSnapshot,
  sentence: (error: CosError) => string,
  t: Translate,
): Summary | undefined {
  const { kind, state, title, itemsFailed, itemsSkipped } = snapshot;
  if (state === 'cancelled') return undefined;
  if (state === 'failed') {
    const text = snapshot.error === undefined ? t('The transfer failed: "{0}"', title) : sentence(snapshot.error);
    const hasReport = itemsFailed > 0 || itemsSkipped > 0;
    return { severity: 'error', text, actions: hasReport ? ['retry', 'showReport'] : ['retry'] };
  }
  if (state !== 'done') return undefined;
  const reveal: readonly SummaryAction[] = kind === 'download' ? ['reveal'] : [];
  if (itemsFailed > 0) {
    const first = snapshot.failures[0];
    const text =
      itemsFailed === 1 && first !== undefined
        ? sentence(first.error)
        : t('{0} could not be transferred; the report says why: "{1}"', itemsFailed, title);
    return { severity: 'error', text, actions: ['showReport', 'retry'] };
  }
  if (itemsSkipped > 0) {
    const text = t('{0} were left out; the report says why: "{1}"', itemsSkipped, title);
    return { severity: 'warning', text, actions: ['showReport', ...reveal] };
  }
  const tookMs = (snapshot.finishedAtMs ?? snapshot.startedAtMs) - snapshot.startedAtMs;
  return tookMs < longMs ? undefined : { severity: 'info', text: doneText(kind, title, t), actions: reveal };
}

function doneText(kind: TransferKind, title: string, t: Translate): string {
  switch (kind) {
    case 'upload':
      return t('Uploaded "{0}"', title);
    case 'download':
      return t('Downloaded "{0}"', title);
    case 'delete':
      return t('Deleted "{0}"', title);
    case 'copy':
      return t('Copied "{0}"', title);
    case 'change':
      return t('Changed "{0}"', title);
  }
}
