import type { TransferSnapshot } from '../../model/transferState';
import type { Translate } from '../ui/translate';

/** Whether the network or an ended sign-in has stopped a transfer of this window, and nobody has paused it. */
export function standsStill({ state, error, isOwnedElsewhere }: TransferSnapshot): boolean {
  return state === 'paused' && !isOwnedElsewhere && (error?.kind === 'network' || error?.kind === 'signInNeeded');
}

/** What is said of one or more transfers that stand still for the same reason. */
export function standstillText({ title, error, isWaiting }: TransferSnapshot, count: number, t: Translate): string {
  const isOne = count === 1;
  if (error?.kind === 'signInNeeded') {
    return isOne
      ? t('A transfer waits until you sign in; what has arrived is kept: "{0}"', title)
      : t('{0} transfers wait until you sign in; what has arrived is kept.', count);
  }
  if (isWaiting === true) {
    return isOne
      ? t('A transfer waits, since the service cannot be reached; it goes on by itself: "{0}"', title)
      : t('{0} transfers wait, since the service cannot be reached; they go on by themselves.', count);
  }
  return isOne
    ? t('A transfer stopped when the service could not be reached; what has arrived is kept: "{0}"', title)
    : t('{0} transfers stopped when the service could not be reached; what has arrived is kept.', count);
}
