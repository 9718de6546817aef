import { parseArgs } from 'node:util';
import { readLoad } from './seed/loadOption';
import type { BulkLoad } from './seed/bulkLoad';

/** What the command line asks for. */
export type CommandLine =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'invalid'; readonly message: string }
  | {
      readonly kind: 'start';
      /** 0: any free ports. */
      readonly port: number;
      readonly dataFolder: string;
      readonly seed: 'none' | 'demo';
      readonly loads: readonly BulkLoad[];
      readonly transport: 'http' | 'https';
      readonly lifetime: 'own' | 'parent';
    };

/** The services beside the default location's take the ports that follow it. */
const highestPort = 65_535 - 12;

/** The port of the default location when none is given. */
export const defaultPort = 9730;

export const usage = `Usage: localServer --data DIR [options]

IBM Cloud Object Storage on your own machine. Prints one JSON line with its endpoints and throw-away keys when it is ready.

  --data DIR            the folder that keeps buckets, objects and keys; made if missing
  --port P              the port of the default location (${defaultPort}); the other services take the ports
                        that follow; 0 picks free ports
  --seed demo           fills an empty store with sample buckets
  --load SPEC           fills a bucket with objects, before anything listens; may be given more than once.
                        SPEC is bucket=NAME,objects=N and, if wanted, folders=N, size=BYTES (64), location=CODE;
                        for example --load bucket=many,objects=1000000,folders=1000. Objects that exist stay
  --tls                 serves HTTPS with a certificate of its own authority (see caFile in the JSON line)
  --exit-with-parent    stops when standard input ends or the parent process is gone
  --help                prints this text
  --version             prints the version

Everything listens on 127.0.0.1 only.
`;

/** Reads the arguments after the script's name. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  let values;
  try {
    ({ values } = parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: false,
      options: {
        port: { type: 'string' },
        data: { type: 'string' },
        seed: { type: 'string' },
        load: { type: 'string', multiple: true },
        tls: { type: 'boolean' },
        'exit-with-parent': { type: 'boolean' },
        help: { type: 'boolean' },
        version: { type: 'boolean' },
      },
    }));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'invalid', message: `${firstSentence(message)}; --help lists the options.` };
  }
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  const port = values.port === undefined ? defaultPort : Number(values.port);
  if (!/^\d+$/.test(values.port ?? '0') || port > highestPort) {
    return {
      kind: 'invalid',
      message: `--port must be a number from 0 to ${highestPort}, not "${values.port ?? ''}".`,
    };
  }
  if (values.data === undefined || values.data === '') {
    return { kind: 'invalid', message: '--data DIR is missing: the folder that keeps buckets, objects and keys.' };
  }
  if (values.seed !== undefined && values.seed !== 'demo') {
    return { kind: 'invalid', message: `--seed knows "demo" only, not "${values.seed}".` };
  }
  const loads: BulkLoad[] = [];
  for (const text of values.load ?? []) {
    const read = readLoad(text);
    if (!read.ok) return { kind: 'invalid', message: read.message };
    loads.push(read.load);
  }
  return {
    kind: 'start',
    port,
    dataFolder: values.data,
    seed: values.seed ?? 'none',
    loads,
    transport: values.tls === true ? 'https' : 'http',
    lifetime: values['exit-with-parent'] === true ? 'parent' : 'own',
  };
}

function firstSentence(text: string): string {
  return text.split(/\.\s/)[0]?.replace(/\.$/, '') ?? text;
}
