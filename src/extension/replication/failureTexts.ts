import { plain } from '../ui/gate/plain';
import type { ReplicationFailure } from '../../model/replication';
import { formatMoment } from '../ui/format';
import type { Translate } from '../ui/translate';

/** What of an object was to be replicated, and since when it fails. */
export function failureText(failure: ReplicationFailure, t: Translate): string {
  const { versionId, syncType, firstAttemptAtMs, lastAttemptAtMs } = failure;
  const parts = [
    ...(syncType === undefined ? [] : [syncType]),
    ...(firstAttemptAtMs === undefined ? [] : [t('fails since {0}', formatMoment(firstAttemptAtMs))]),
    ...(lastAttemptAtMs === undefined || lastAttemptAtMs === firstAttemptAtMs
      ? []
      : [t('last tried {0}', formatMoment(lastAttemptAtMs))]),
    ...(versionId === undefined ? [] : [t('version {0}', versionId)]),
  ];
  return parts.join(' · ');
}

/** Failures by their cause, the most frequent first. `stopped` says why the list ends before all were read. */
export function failuresReport(
  bucket: string,
  failures: readonly ReplicationFailure[],
  stopped: string | undefined,
  t: Translate,
): string {
  const unknown = t('for a reason that the service does not tell');
  const byCause = new Map<string, ReplicationFailure[]>();
  for (const failure of failures) {
    const cause = failure.cause ?? unknown;
    const list = byCause.get(cause);
    if (list === undefined) byCause.set(cause, [failure]);
    else list.push(failure);
  }
  const causes = [...byCause].toSorted(([, one], [, other]) => other.length - one.length);
  const blocks = causes.map(([cause, list]) =>
    [
      `${plain(cause)} (${list.length})`,
      ...list.map((failure) => {
        const text = failureText(failure, t);
        return text === '' ? `  ${plain(failure.key)}` : `  ${plain(failure.key)} · ${plain(text)}`;
      }),
    ].join('\n'),
  );
  const heading = t('Not replicated from the bucket "{0}": {1}', bucket, failures.length);
  const rest = stopped === undefined ? [] : [t('The list ends here: {0}', stopped)];
  return `${[heading, ...blocks, ...rest].join('\n\n')}\n`;
}
