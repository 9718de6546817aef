import { once } from 'node:events';

/** Writes to a stream and waits while it is full. */
export async function write(stream: NodeJS.WritableStream, chunk: string | Uint8Array): Promise<void> {
  if (!stream.write(chunk)) await once(stream, 'drain');
}

/** One line of text on standard output. */
export async function printLine(text: string): Promise<void> {
  await write(process.stdout, `${text}\n`);
}

/** One JSON document as a line on standard output. */
export async function printJson(value: unknown): Promise<void> {
  await printLine(JSON.stringify(value));
}

/** One message on standard error. */
export function complain(text: string): void {
  process.stderr.write(`cos: ${printable(text)}\n`);
}

/** A name as a terminal can show it: control characters and changes of direction, which could deceive, are written as escapes. */
export function printable(name: string): string {
  return name.replace(/[\p{Cc}\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
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
