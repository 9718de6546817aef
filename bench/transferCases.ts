import { randomBytes } from 'node:crypto';
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const mebibyte = 1024 * 1024;

/** One shape of data to move. */
export interface TransferCase {
  readonly name: string;
  readonly title: string;
  readonly count: number;
  readonly sizeBytes: number;
  /** Through the slow relay. */
  readonly isFar: boolean;
}

export const transferCases: readonly TransferCase[] = [
  { name: '1x1GiB', title: '1 × 1 GiB', count: 1, sizeBytes: 1024 * mebibyte, isFar: false },
  { name: '1x256MiB', title: '1 × 256 MiB', count: 1, sizeBytes: 256 * mebibyte, isFar: false },
  { name: '1000x64KiB', title: '1,000 × 64 KiB', count: 1000, sizeBytes: 64 * 1024, isFar: false },
  { name: '10000x1KiB', title: '10,000 × 1 KiB', count: 10_000, sizeBytes: 1024, isFar: false },
  {
    name: 'far256MiB',
    title: '1 × 256 MiB, 50 ms away, 20 MB/s per connection',
    count: 1,
    sizeBytes: 256 * mebibyte,
    isFar: true,
  },
];

/** Writes what a case moves: random bytes, so that nothing on the way can make them fewer. */
export function writeSource(folder: string, { name, count, sizeBytes }: TransferCase): string {
  const source = join(folder, `source-${name}`);
  if (count === 1) {
    const block = randomBytes(16 * mebibyte);
    writeFileSync(source, '');
    for (let at = 0; at < sizeBytes; at += block.length) appendFileSync(source, block);
    return source;
  }
  mkdirSync(source);
  for (let n = 0; n < count; n++) writeFileSync(join(source, `${n}.bin`), randomBytes(sizeBytes));
  return source;
}
