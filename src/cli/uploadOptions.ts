import type { ParseArgsConfig } from 'node:util';
import { readDate } from '../model/dates';
import { maxRetentionDays, type NewProtection } from '../model/retention';
import type { UploadOptions } from '../model/uploadOptions';
import { UsageError } from './exitCode';

const daySeconds = 86_400;

const headerFlags = {
  'content-type': 'contentType',
  'cache-control': 'cacheControl',
  'content-disposition': 'contentDisposition',
  'content-encoding': 'contentEncoding',
  'content-language': 'contentLanguage',
  expires: 'expires',
} as const;

/** Options of `cos cp` about what the objects of an upload get. */
export const uploadFlags = {
  'content-type': { type: 'string' },
  'cache-control': { type: 'string' },
  'content-disposition': { type: 'string' },
  'content-encoding': { type: 'string' },
  'content-language': { type: 'string' },
  expires: { type: 'string' },
  metadata: { type: 'string', multiple: true },
  tag: { type: 'string', multiple: true },
  'retain-until': { type: 'string' },
  'retain-days': { type: 'string' },
  'legal-hold': { type: 'string' },
  'lock-mode': { type: 'string' },
  'lock-hold': { type: 'boolean' },
} as const satisfies ParseArgsConfig['options'];

interface UploadValues extends Partial<Record<keyof typeof headerFlags, string>> {
  readonly metadata?: readonly string[];
  readonly tag?: readonly string[];
  readonly 'retain-until'?: string;
  readonly 'retain-days'?: string;
  readonly 'legal-hold'?: string;
  readonly 'lock-mode'?: string;
  readonly 'lock-hold'?: boolean;
}

/** What the objects get, or undefined where nothing is said. What the service would refuse is found before an upload begins. */
export function uploadOptionsOf(values: UploadValues): UploadOptions | undefined {
  const headers = Object.fromEntries(
    Object.entries(headerFlags).flatMap(([flag, field]) => {
      const value = values[flag as keyof typeof headerFlags];
      return value === undefined ? [] : [[field, value]];
    }),
  );
  const metadata = pairs('--metadata', values.metadata, (name) => name.toLowerCase());
  const tags = pairs('--tag', values.tag, (name) => name);
  const protection = protectionOf(values);
  const options: UploadOptions = {
    ...(Object.keys(headers).length === 0 ? {} : { headers }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(tags === undefined ? {} : { tags }),
    ...(protection === undefined ? {} : { protection }),
  };
  return Object.keys(options).length === 0 ? undefined : options;
}

function pairs(
  flag: string,
  texts: readonly string[] | undefined,
  nameOf: (name: string) => string,
): Readonly<Record<string, string>> | undefined {
  if (texts === undefined) return undefined;
  const found = new Map<string, string>();
  for (const text of texts) {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`${flag} takes name=value, not "${text}"`);
    const name = nameOf(text.slice(0, at));
    if (found.has(name)) throw new UsageError(`${flag} names "${name}" twice`);
    found.set(name, text.slice(at + 1));
  }
  return Object.fromEntries(found);
}

function protectionOf(values: UploadValues): NewProtection | undefined {
  const untilMs = dateOf(values['retain-until']);
  const days = daysOf(values['retain-days']);
  const holdId = values['legal-hold'];
  const mode = values['lock-mode'];
  if (untilMs !== undefined && days !== undefined) {
    throw new UsageError('--retain-until and --retain-days do not go together');
  }
  if (mode === undefined && values['lock-hold'] !== true) {
    if (untilMs === undefined && days === undefined && holdId === undefined) return undefined;
    return {
      kind: 'retention',
      ...(untilMs === undefined ? {} : { untilMs }),
      ...(days === undefined ? {} : { periodSeconds: days * daySeconds }),
      ...(holdId === undefined ? {} : { holdId }),
    };
  }
  if (holdId !== undefined) {
    throw new UsageError(
      '--legal-hold names a hold where a bucket has a retention policy; Object Lock has --lock-hold',
    );
  }
  if (days !== undefined)
    throw new UsageError('--retain-days is for retention policies; --lock-mode takes --retain-until');
  const hold = values['lock-hold'] === true ? { hasLegalHold: true } : {};
  if (mode === undefined) {
    if (untilMs !== undefined) throw new UsageError('--retain-until needs --lock-mode beside --lock-hold');
    return { kind: 'objectLock', ...hold };
  }
  if (mode !== 'GOVERNANCE' && mode !== 'COMPLIANCE') {
    throw new UsageError(`--lock-mode takes GOVERNANCE or COMPLIANCE, not "${mode}"`);
  }
  if (untilMs === undefined) throw new UsageError('--lock-mode needs --retain-until');
  return { kind: 'objectLock', retention: { mode, retainUntilMs: untilMs }, ...hold };
}

function dateOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const untilMs = readDate(text);
  if (untilMs === undefined) {
    throw new UsageError(`--retain-until takes a date such as 2030-01-31 or 2030-01-31T12:00:00Z, not "${text}"`);
  }
  return untilMs;
}

function daysOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,6}$/.test(text) || Number(text) > maxRetentionDays) {
    throw new UsageError(`--retain-days takes 0 to ${maxRetentionDays} days, not "${text}"`);
  }
  return Number(text);
}
