import type { ObjectCount } from '../../protocol/requests';
import type { Translate } from './translate';

const units = ['kB', 'MB', 'GB', 'TB', 'PB'] as const;

/** A number of bytes in decimal units, three significant digits: `999 B`, `1.23 MB`. */
export function formatBytes(sizeBytes: number): string {
  if (sizeBytes < 1000) return `${sizeBytes} B`;
  let value = sizeBytes;
  let unit: string = 'B';
  for (const next of units) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${value < 9.995 ? value.toFixed(2) : value < 99.95 ? value.toFixed(1) : value.toFixed(0)} ${unit}`;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long ago something was, coarsely; the date when it was more than 30 days ago or lies in the future. */
export function formatAge(atMs: number, nowMs: number, t: Translate): string {
  if (!Number.isFinite(atMs)) return t('at an unknown time');
  const ageMs = nowMs - atMs;
  if (ageMs > -minuteMs && ageMs < minuteMs) return t('just now');
  if (ageMs < 0 || ageMs > 30 * dayMs) return new Date(atMs).toISOString().slice(0, 10);
  if (ageMs < hourMs) return t('{0} min ago', Math.floor(ageMs / minuteMs));
  if (ageMs < dayMs) return t('{0} h ago', Math.floor(ageMs / hourMs));
  return t('{0} d ago', Math.floor(ageMs / dayMs));
}

/** A length of time for people: seconds up to a minute, then minutes, then hours. Rounded up, and coarser the longer it is. */
export function formatDuration(durationMs: number, t: Translate): string {
  const seconds = Math.max(1, Math.ceil(durationMs / 1000));
  if (seconds <= 10) return t('{0} s', seconds);
  if (seconds <= 55) return t('{0} s', Math.ceil(seconds / 5) * 5);
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return t('{0} min', minutes);
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? t('{0} h', hours) : t('{0} h {1} min', hours, minutes % 60);
  return t('{0} d', Math.ceil(hours / 24));
}

/** A moment to the second, in the time of this machine. */
export function formatMoment(ms: number): string {
  return new Date(ms).toLocaleString('en-GB', { dateStyle: 'medium', timeStyle: 'medium' });
}

/** A number of objects and what they hold, for people. */
export function countText({ objects, bytes, isComplete }: ObjectCount, t: Translate): string {
  const number = objects.toLocaleString('en-US');
  if (!isComplete) return t('more than {0} objects', number);
  if (objects === 1) return bytes > 0 ? t('1 object ({0})', formatBytes(bytes)) : t('1 object');
  return bytes > 0 ? t('{0} objects ({1})', number, formatBytes(bytes)) : t('{0} objects', number);
}
