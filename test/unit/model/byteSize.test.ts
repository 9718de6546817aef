import { expect, it } from 'vitest';
import { parseByteSize } from '../../../src/model/byteSize';

it.each([
  ['1000', 1000],
  ['500 GB', 5e11],
  ['1.1gb', 1.1e9],
  [' 2 TiB ', 2 * 1024 ** 4],
  ['0', 0],
])('reads %s', (text, sizeBytes) => {
  expect(parseByteSize(text)).toBe(sizeBytes);
});

it.each(['', 'GB', '-1 GB', '1.5', '1 XB', '0.0001 kB', '9999 PB 1', '99999999 PB'])('takes %j for no size', (text) => {
  expect(parseByteSize(text)).toBeUndefined();
});
