import type { BucketCensus } from '../../protocol/emptying';
import { formatBytes } from '../ui/format';
import type { Translate } from '../ui/translate';

/** Whether there is nothing in a bucket that would keep it from being deleted. */
export function isEmptyBucket({ objects, oldVersions, deleteMarkers, uploads, isComplete }: BucketCensus): boolean {
  return isComplete && objects + oldVersions + deleteMarkers + uploads === 0;
}

/** The question before a bucket is emptied: what is in it, what stays, and what it means. */
export function emptyQuestion(
  bucket: string,
  census: BucketCensus,
  isDeleted: boolean,
  t: Translate,
): { readonly message: string; readonly detail: string } {
  const message = isDeleted
    ? t('Delete the bucket "{0}" and everything in it?', bucket)
    : t('Delete everything in the bucket "{0}"?', bucket);
  const meaning = isDeleted
    ? t('None of this can be brought back. The name of the bucket may be taken by somebody else afterwards.')
    : t('None of this can be brought back. The bucket and its configuration stay.');
  const lines = [...holdingLines(census, t), '', ...heldLines(census, isDeleted, t), meaning];
  return { message, detail: lines.join('\n') };
}

/** What a bucket holds, a line for each kind that there is. */
function holdingLines(census: BucketCensus, t: Translate): readonly string[] {
  const { objects, oldVersions, deleteMarkers, uploads, bytes, isComplete } = census;
  const count = (number: number): string => number.toLocaleString('en-US');
  return [
    ...(isComplete ? [] : [t('At least:')]),
    t('Objects: {0}', count(objects)),
    ...(oldVersions > 0 ? [t('Old versions: {0}', count(oldVersions))] : []),
    ...(deleteMarkers > 0 ? [t('Delete markers: {0}', count(deleteMarkers))] : []),
    ...(uploads > 0 ? [t('Incomplete uploads: {0}', count(uploads))] : []),
    t('Size: {0}', formatBytes(bytes)),
  ];
}

/** What the service will refuse to delete, as far as was looked. */
function heldLines({ sample }: BucketCensus, isDeleted: boolean, t: Translate): readonly string[] {
  if (sample === undefined || sample.protected === 0) return [];
  const { looked, protected: count, untilMs } = sample;
  const found =
    untilMs === undefined
      ? t('{0} of {1} that were looked at are protected and will stay.', count, looked)
      : t(
          '{0} of {1} that were looked at are protected and will stay, the last until {2}.',
          count,
          looked,
          new Date(untilMs).toLocaleString('en-GB', { dateStyle: 'medium' }),
        );
  const more = isDeleted ? [t('As long as something stays, the bucket stays, too.')] : [];
  return [found, ...more, ''];
}
