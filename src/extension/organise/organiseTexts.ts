import type { ObjectCount } from '../../protocol/requests';
import { countText } from '../ui/format';
import type { Translate } from '../ui/translate';
import type { CopyRequest } from './organisePlan';

/** Copies of more than these are asked about first; the service charges for requests and storage. */
const manyObjects = 1_000;
const manyBytes = 1024 ** 3;

/** A question before a job, with what it means. */
export interface OrganiseQuestion {
  readonly message: string;
  readonly detail: string;
  readonly button: string;
}

/** Whether the objects of a job must be counted before anything is said of it: a move also asks what proves its copies. */
export function needsCount(requests: readonly CopyRequest[]): boolean {
  return requests.some(({ deleteSource, source }) => deleteSource || source.prefixes.length > 0);
}

/** The question before a move of several objects or a large copy, or undefined where none is needed. */
export function organiseQuestion(
  requests: readonly CopyRequest[],
  count: ObjectCount,
  target: string,
  t: Translate,
): OrganiseQuestion | undefined {
  const isMove = requests.some(({ deleteSource }) => deleteSource);
  if (!isLargeJob(count) && !(isMove && count.objects > 1)) return undefined;
  const what = countText(count, t);
  const detail = jobDetail(requests, count, isMove ? 'move' : 'copy', t);
  return isMove
    ? { message: t('Move {0} to "{1}"?', what, target), detail, button: t('Move') }
    : { message: t('Copy {0} to "{1}"?', what, target), detail, button: t('Copy') };
}

/** The question before a large download, or undefined where none is needed. */
export function downloadQuestion(count: ObjectCount, target: string, t: Translate): OrganiseQuestion | undefined {
  if (!isLargeJob(count)) return undefined;
  const free = t('There must be room for it on this machine.');
  return {
    message: t('Download {0} to "{1}"?', countText(count, t), target),
    detail: `${requestsText(count, 1, t)}\n${free}`,
    button: t('Download'),
  };
}

/** The question before a large upload, or undefined where none is needed. */
export function uploadQuestion(count: ObjectCount, target: string, t: Translate): OrganiseQuestion | undefined {
  if (!isLargeJob(count)) return undefined;
  const message = t('Upload {0} to "{1}"?', countText(count, t), target);
  return { message, detail: uploadRequestsText(count, t), button: t('Upload') };
}

/**
 * What an upload asks of the service: a write each, and lists of what is there. A service that has not refused to overwrite
 * anything yet is asked about each object right before it is written.
 */
function uploadRequestsText({ objects }: ObjectCount, t: Translate): string {
  const least = objects + 1;
  return t(
    'At least {0} requests are sent to the service: one for each file, more for large ones. Until the service has shown that it refuses to overwrite what exists, each object is looked for as well: {1} in all.',
    least.toLocaleString('en-US'),
    (least + objects).toLocaleString('en-US'),
  );
}

function isLargeJob({ objects, bytes, isComplete }: ObjectCount): boolean {
  return !isComplete || objects > manyObjects || bytes > manyBytes;
}

/** Keys of one page of a list. */
const pageKeys = 1000;

/** The least that a job asks of the service, which charges for it; large objects take more, in parts. */
function requestsText({ objects }: ObjectCount, perObject: number, t: Translate): string {
  const requests = objects * perObject + Math.ceil(objects / pageKeys);
  return t('At least {0} requests are sent to the service.', requests.toLocaleString('en-US'));
}

/** What a job does, in plain words. */
export function jobDetail(
  requests: readonly CopyRequest[],
  count: ObjectCount,
  mode: 'copy' | 'move',
  t: Translate,
): string {
  const what = countText(count, t);
  const lines = [
    ...(mode === 'move'
      ? [
          t(
            '{0} are copied; each is deleted at its old place once its copy is verified. One that fails stays where it is.',
            what,
          ),
        ]
      : []),
    requests.some(({ source }) => source.connectionId !== undefined)
      ? t('The bytes go through this computer, from one connection to the other.')
      : serviceCopies(count, mode, t),
    requestsText(count, mode === 'move' ? 2 : 1, t),
  ];
  return lines.join('\n');
}

/** Whether bytes go through this computer where the service copies: only to compare what no checksum compares, if that is chosen. */
function serviceCopies({ incomparable }: ObjectCount, mode: 'copy' | 'move', t: Translate): string {
  if (mode === 'copy' || incomparable === undefined)
    return t('The service copies by itself; the bytes do not go through this computer.');
  return t(
    'The service copies by itself. The checksums of {0} cannot be compared with those of their copies: you will be asked whether both are read through this computer, or the service is trusted.',
    countText({ ...incomparable, isComplete: true }, t),
  );
}
