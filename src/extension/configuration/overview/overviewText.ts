import { plain } from '../../ui/gate/plain';
import type { BucketConfig } from '../../../model/bucketConfig';
import { bucketTopics, type BucketTopic } from '../../../model/configDocument';
import type { CosError, Result } from '../../../model/cosError';
import type { BucketSummary } from '../../../model/objectInfo';
import { topicName } from '../subjectName';
import { formatBytes, formatMoment } from '../../ui/format';
import type { Translate } from '../../ui/translate';

/** Everything about a bucket, each part as it came: a value, or why there is none. */
export interface OverviewParts {
  readonly bucket: string;
  readonly connection: string;
  readonly summary: Result<BucketSummary>;
  readonly config: Result<BucketConfig>;
  /** Names of backup policies. */
  readonly backups: Result<readonly string[]>;
  readonly topics: Readonly<Record<BucketTopic, Result<string>>>;
  readonly readAtMs: number;
}

type Line = readonly [label: string, text: string];

/** A bucket at a glance: one line for each part. What could not be read says why. */
export function overviewText(parts: OverviewParts, sentence: (error: CosError) => string, t: Translate): string {
  const value = <T>(result: Result<T>, print: (value: T) => string): string =>
    result.ok ? print(result.value) : t('could not be read: {0}', sentence(result.error));
  const place: readonly Line[] = [
    [t('Connection'), parts.connection],
    [t('Location'), value(parts.summary, (summary) => locationText(summary, t))],
    [t('Created'), value(parts.summary, ({ createdAtMs }) => momentText(createdAtMs, t))],
    ...(parts.config.ok && parts.config.value.crn !== undefined ? [[t('CRN'), parts.config.value.crn] as const] : []),
  ];
  const usage: readonly Line[] = parts.config.ok
    ? usageLines(parts.config.value, t)
    : [[t('Objects'), value(parts.config, () => '')]];
  const settings = bucketTopics.map((topic): Line => [topicName(topic, t), value(parts.topics[topic], (text) => text)]);
  const backups: Line = [
    t('Backup Policies'),
    value(parts.backups, (names) => (names.length === 0 ? t('none') : names.join(', '))),
  ];
  const widest = Math.max(...[...place, ...usage, ...settings, backups].map(([label]) => label.length));
  const block = (title: string, lines: readonly Line[]): string =>
    [title, ...lines.map(([label, text]) => `  ${label.padEnd(widest)}  ${plain(text)}`)].join('\n');
  const note = t(
    'Read {0}. Names below "{1}" are links to their documents. Run the command again to read anew.',
    formatMoment(parts.readAtMs),
    t('Configuration'),
  );
  const blocks = [
    block(t('Bucket "{0}"', parts.bucket), place),
    block(t('Usage, as the service counted it some time ago'), usage),
    block(t('Configuration'), [...settings, backups]),
    note,
  ];
  return `${blocks.join('\n\n')}\n`;
}

/** Where the names of documents stand in an overview. */
export function topicPlaces(
  text: string,
  t: Translate,
): readonly { readonly topic: BucketTopic; readonly line: number; readonly start: number; readonly end: number }[] {
  const lines = text.split('\n');
  const first = lines.indexOf(t('Configuration')) + 1;
  return bucketTopics.flatMap((topic) => {
    const label = topicName(topic, t);
    const line = lines.findIndex((content, at) => at >= first && content.startsWith(`  ${label}  `));
    return line < 0 ? [] : [{ topic, line, start: 2, end: 2 + label.length }];
  });
}

function locationText({ location, storageClass, locationConstraint }: BucketSummary, t: Translate): string {
  const text = [location, storageClass].filter((part) => part !== undefined).join(', ');
  return text === '' ? (locationConstraint ?? t('the service does not say')) : text;
}

function momentText(ms: number | undefined, t: Translate): string {
  return ms === undefined ? t('the service does not say') : formatMoment(ms);
}

function usageLines({ usage }: BucketConfig, t: Translate): readonly Line[] {
  const count = (number: number | undefined, bytes?: number): string => {
    if (number === undefined) return t('the service does not say');
    const text = number.toLocaleString('en-US');
    return bytes === undefined ? text : t('{0}, {1}', text, formatBytes(bytes));
  };
  return [
    [t('Objects'), count(usage.objects, usage.sizeBytes)],
    [t('Older Versions'), count(usage.noncurrentObjects, usage.noncurrentSizeBytes)],
    [t('Delete Markers'), count(usage.deleteMarkers)],
  ];
}
