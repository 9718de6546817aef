import { locations } from '../locations';
import { isBucketName } from '../s3/bucket/locations';
import type { BulkLoad } from './bulkLoad';

const defaultSizeBytes = 64;
const limits = { objects: 100_000_000, folders: 1_000_000, size: 1024 ** 3 };
const members = ['bucket', 'objects', 'folders', 'size', 'location'];

/** Reads the value of `--load`, such as `bucket=many,objects=1000000,folders=1000`. */
export function readLoad(text: string): { ok: true; load: BulkLoad } | { ok: false; message: string } {
  const refuse = (why: string) => ({ ok: false, message: `--load "${text}": ${why}` }) as const;
  const values = new Map<string, string>();
  for (const member of text.split(',')) {
    const at = member.indexOf('=');
    const name = member.slice(0, Math.max(at, 0));
    if (!members.includes(name)) return refuse(`"${member}" is none of ${members.join('=…, ')}=….`);
    if (values.has(name)) return refuse(`${name} is given twice.`);
    values.set(name, member.slice(at + 1));
  }
  const bucket = values.get('bucket');
  if (bucket === undefined || !isBucketName(bucket)) {
    return refuse('bucket=NAME must be there, 3 to 63 lower-case letters, digits, dots and dashes.');
  }
  const numbers = { objects: 0, folders: 0, size: defaultSizeBytes };
  for (const name of ['objects', 'folders', 'size'] as const) {
    const value = values.get(name);
    if (value === undefined) continue;
    if (!/^\d{1,12}$/.test(value) || Number(value) > limits[name]) {
      return refuse(`${name} must be a whole number from 0 to ${limits[name]}, not "${value}".`);
    }
    numbers[name] = Number(value);
  }
  if (!values.has('objects')) return refuse('objects=N is missing.');
  const location = values.get('location') ?? locations[0].code;
  if (!locations.some(({ code }) => code === location)) {
    return refuse(`location must be one of ${locations.map(({ code }) => code).join(', ')}.`);
  }
  const { objects: objectCount, folders: folderCount, size: sizeBytes } = numbers;
  return { ok: true, load: { bucket, objectCount, folderCount, sizeBytes, location } };
}
