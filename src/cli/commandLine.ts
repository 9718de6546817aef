import { parseArgs, type ParseArgsConfig } from 'node:util';
import type { SignInChoice } from '../model/sourceCredential';
import type { UploadOptions } from '../model/uploadOptions';
import type { CopyProtection, NameFilter } from '../protocol/requests';
import { patternProblem } from '../engine/transfers/patternProblem';
import { UsageError } from './exitCode';
import { versionText } from './version';
import { help } from './help';
import { uploadFlags, uploadOptionsOf } from './uploadOptions';

/** What every verb can be told. */
export interface CommonOptions {
  readonly endpoint: string | undefined;
  readonly profile: string | undefined;
  /** Which key signs in where a source holds both. */
  readonly auth: SignInChoice | undefined;
  /** Nobody signs in: public buckets. */
  readonly isUnsigned: boolean;
  readonly concurrency: number;
  readonly partBytes: number;
  /** Bytes per second, both ways together. */
  readonly maxBytesPerSecond: number | undefined;
  /** Of `cp`: symbolic links in folders are left out. */
  readonly skipSymlinks: boolean;
  readonly isJson: boolean;
}

/** A verb with its operands and options. */
export type Command =
  | { readonly verb: 'help'; readonly text: string }
  | {
      readonly verb: 'ls';
      readonly common: CommonOptions;
      readonly place: string | undefined;
      readonly isRecursive: boolean;
    }
  | { readonly verb: 'stat'; readonly common: CommonOptions; readonly place: string }
  | {
      readonly verb: 'cp';
      readonly common: CommonOptions;
      readonly sources: readonly string[];
      readonly target: string;
      readonly isRecursive: boolean;
      readonly ifExists: 'skip' | 'replace' | 'fail';
      readonly filter: NameFilter | undefined;
      /** Go on with the same copy of an earlier command, and keep what is half-made when interrupted. */
      readonly isResumable: boolean;
      /** How copies inside the service are protected; the service decides where nothing is said. */
      readonly protection: CopyProtection | undefined;
      /** What the objects of an upload get. */
      readonly options: UploadOptions | undefined;
    }
  | {
      readonly verb: 'rm';
      readonly common: CommonOptions;
      readonly places: readonly string[];
      readonly isRecursive: boolean;
      readonly isConfirmed: boolean;
    };

/** What `cos cp` is asked to do, with everything about the arguments checked. */
export type CopyCommand = Extract<Command, { verb: 'cp' }>;

const mebibyte = 1024 * 1024;

const commonOptions = {
  endpoint: { type: 'string' },
  profile: { type: 'string' },
  auth: { type: 'string' },
  'no-sign-request': { type: 'boolean' },
  concurrency: { type: 'string' },
  'part-size': { type: 'string' },
  'limit-rate': { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

const recursive = { recursive: { type: 'boolean', short: 'r' } } as const;

/** Reads the arguments after the script's name. Throws `UsageError` with what is wrong and where. */
export function parseCommandLine(argv: readonly string[]): Command {
  const [verb, ...rest] = argv;
  if (verb === undefined) throw new UsageError('a verb is needed: ls, stat, cp or rm');
  switch (verb) {
    case 'help':
    case '--help':
    case '-h':
      return { verb: 'help', text: help.all };
    case '--version':
      return { verb: 'help', text: versionText() };
    case 'ls': {
      const { values, positionals } = parse(rest, { ...commonOptions, ...recursive });
      if (values.help === true) return { verb: 'help', text: help.ls };
      if (positionals.length > 1) throw new UsageError('ls takes one place at most');
      return { verb, common: common(values), place: positionals[0], isRecursive: values.recursive === true };
    }
    case 'stat': {
      const { values, positionals } = parse(rest, commonOptions);
      if (values.help === true) return { verb: 'help', text: help.stat };
      const [place] = positionals;
      if (place === undefined || positionals.length > 1) throw new UsageError('stat takes exactly one place');
      return { verb, common: common(values), place };
    }
    case 'cp': {
      const { values, positionals } = parse(rest, {
        ...commonOptions,
        ...recursive,
        'if-exists': { type: 'string' },
        resume: { type: 'boolean' },
        include: { type: 'string', multiple: true },
        exclude: { type: 'string', multiple: true },
        'no-follow-symlinks': { type: 'boolean' },
        protection: { type: 'string' },
        ...uploadFlags,
      });
      if (values.help === true) return { verb: 'help', text: help.cp };
      const target = positionals.at(-1);
      const sources = positionals.slice(0, -1);
      if (target === undefined || sources.length === 0) throw new UsageError('cp needs a source and a target');
      const isRecursive = values.recursive === true;
      const isResumable = values.resume === true;
      const ifExists = choice(values['if-exists']);
      const filter = nameFilter(values, isRecursive);
      const protection = protectionOf(values.protection);
      const options = uploadOptionsOf(values);
      const place = { sources, target, isRecursive, filter };
      return { verb, common: common(values), ...place, ifExists, isResumable, protection, options };
    }
    case 'rm': {
      const { values, positionals } = parse(rest, {
        ...commonOptions,
        ...recursive,
        yes: { type: 'boolean', short: 'y' },
      });
      if (values.help === true) return { verb: 'help', text: help.rm };
      if (positionals.length === 0) throw new UsageError('rm needs at least one object');
      const isRecursive = values.recursive === true;
      return { verb, common: common(values), places: positionals, isRecursive, isConfirmed: values.yes === true };
    }
    default:
      throw new UsageError(`"${verb}" is not a verb of cos; there are ls, stat, cp and rm`);
  }
}

function parse<const T extends NonNullable<ParseArgsConfig['options']>>(args: readonly string[], options: T) {
  try {
    const parsed = parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
    // What a shell makes of a variable that is not set would otherwise mean the current folder, or nothing.
    if (parsed.positionals.includes(''))
      throw new UsageError('one of the places is empty (""); a file or cos://bucket/key is needed');
    return parsed;
  } catch (error) {
    if (error instanceof TypeError) throw new UsageError(error.message.split('. ')[0] ?? error.message);
    throw error;
  }
}

function common(values: {
  endpoint?: string;
  profile?: string;
  auth?: string;
  'no-sign-request'?: boolean;
  concurrency?: string;
  'part-size'?: string;
  'limit-rate'?: string;
  'no-follow-symlinks'?: boolean;
  json?: boolean;
}): CommonOptions {
  for (const name of ['endpoint', 'profile'] as const) {
    if (values[name]?.trim() === '') throw new UsageError(`--${name} is empty`);
  }
  if (values['no-sign-request'] === true && (values.profile !== undefined || values.auth !== undefined)) {
    throw new UsageError('--no-sign-request takes no credentials, so --profile and --auth do not go with it');
  }
  return {
    endpoint: values.endpoint,
    profile: values.profile,
    auth: values.auth === undefined ? undefined : authChoice(values.auth, '--auth'),
    isUnsigned: values['no-sign-request'] === true,
    concurrency: concurrency(values.concurrency),
    partBytes: partSize(values['part-size']),
    maxBytesPerSecond: rate(values['limit-rate']),
    skipSymlinks: values['no-follow-symlinks'] === true,
    isJson: values.json === true,
  };
}

/** Reads which key signs in; `source` is the option or variable that says so. */
export function authChoice(text: string, source: string): SignInChoice {
  if (text === 'iam' || text === 'hmac') return text;
  throw new UsageError(`${source} takes iam or hmac, not "${text}"`);
}

function concurrency(text: string | undefined): number {
  if (text === undefined) return 16;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1 || count > 256) {
    throw new UsageError(`--concurrency takes a number from 1 to 256, not "${text}"`);
  }
  return count;
}

/** `16M`, `16MiB`, or bytes. */
function partSize(text: string | undefined): number {
  if (text === undefined) return 8 * mebibyte;
  const bytes = bytesOf(text);
  if (!(bytes >= 5 * mebibyte && bytes <= 5 * 1024 * mebibyte)) {
    throw new UsageError(`--part-size takes 5M to 5G, not "${text}"`);
  }
  return bytes;
}

function rate(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bytes = bytesOf(text);
  if (!(bytes >= 1024)) throw new UsageError(`--limit-rate takes bytes per second from 1K, e.g. 10M, not "${text}"`);
  return bytes;
}

/** NaN for what is not a size. */
function bytesOf(text: string): number {
  const match = /^(\d+)\s*(?:([KMG])(?:i?B)?)?$/i.exec(text);
  const factor = { k: 1024, m: mebibyte, g: 1024 * mebibyte }[(match?.[2] ?? '').toLowerCase()] ?? 1;
  return Number(match?.[1] ?? Number.NaN) * factor;
}

function nameFilter(
  { include = [], exclude = [] }: { include?: readonly string[]; exclude?: readonly string[] },
  isRecursive: boolean,
): NameFilter | undefined {
  if (include.length === 0 && exclude.length === 0) return undefined;
  if (!isRecursive) throw new UsageError('--include and --exclude choose among what is in folders; add --recursive');
  for (const [flag, patterns] of [
    ['--include', include],
    ['--exclude', exclude],
  ] as const) {
    for (const pattern of patterns) {
      const problem = patternProblem(pattern);
      if (problem !== undefined) throw new UsageError(`the pattern "${pattern}" of ${flag} ${problem}`);
    }
  }
  return { include, exclude };
}

function protectionOf(text: string | undefined): CopyProtection | undefined {
  if (text === undefined || text === 'keep') return text;
  if (text === 'bucket-default') return 'bucketDefault';
  throw new UsageError(`--protection takes keep or bucket-default, not "${text}"`);
}

function choice(text: string | undefined): 'skip' | 'replace' | 'fail' {
  if (text === undefined) return 'fail';
  if (text === 'skip' || text === 'replace' || text === 'fail') return text;
  throw new UsageError(`--if-exists takes skip, replace or fail, not "${text}"`);
}
