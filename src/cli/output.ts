import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { jsonEscape, shownText } from '../model/shownText';
import { verdictLines, type VerdictCount } from '../model/verdict';

/** Writes to a stream and waits while it is full. What can no longer be written to is left to whoever hears its error. */
export async function write(stream: Writable, chunk: string | Uint8Array): Promise<void> {
  if (stream.destroyed || stream.errored !== null) return;
  if (!stream.write(chunk)) await once(stream, 'drain');
}

/** Lines of text on standard output, in which everything can be seen. None writes nothing. */
export async function printLines(lines: readonly string[]): Promise<void> {
  if (lines.length > 0) await write(process.stdout, lines.map((line) => `${shownText(line)}\n`).join(''));
}

/** A JSON document as a line, with escapes for what a terminal would obey or hide: the value stays the same. */
export function jsonLine(value: unknown): string {
  return `${shownText(JSON.stringify(value), jsonEscape)}\n`;
}

/** JSON documents on standard output, one a line. */
export async function printJson(...values: readonly unknown[]): Promise<void> {
  if (values.length > 0) await write(process.stdout, values.map(jsonLine).join(''));
}

/** One message on standard error. */
export function complain(text: string): void {
  process.stderr.write(`cos: ${shownText(text)}\n`);
}

/** What vouches for copied bytes, on standard error: standard output may be those bytes. */
export function tellVerdicts(counts: readonly VerdictCount[]): void {
  for (const line of verdictLines(counts)) complain(line);
}

/** A point in time as `2026-01-31 12:00:00`, in UTC. */
export function dateText(epochMs: number): string {
  return Number.isFinite(epochMs) ? new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ') : '';
}

/** A number of bytes as people say it: `12.3 MiB`. */
export function sizeText(sizeBytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit] ?? ''}`;
}
