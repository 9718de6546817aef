import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseCommandLine, usage } from './options';
import { StartError } from './startError';

const commandLine = parseCommandLine(process.argv.slice(2));
switch (commandLine.kind) {
  case 'help':
    process.stdout.write(usage);
    break;
  case 'version':
    process.stdout.write(`${readVersion()}\n`);
    break;
  case 'invalid':
    failWith(commandLine.message);
    break;
  case 'start':
    void run(commandLine);
    break;
}

async function run(options: typeof commandLine & { kind: 'start' }): Promise<void> {
  if (process.getBuiltinModule('node:sqlite') === undefined) {
    failWith(
      `The local server needs node:sqlite, which Node.js ${process.versions.node} lacks here; use Node.js 22.13 or newer.`,
    );
    return;
  }
  hideSqliteWarning();
  // What people store here is theirs alone, even in a folder that others may enter.
  process.umask(0o077);
  // Nobody reads the log any more; the buckets are still wanted.
  process.stderr.on('error', () => undefined);
  const stopping = whenToldToStop(options.lifetime);
  try {
    // Loaded only now: without node:sqlite the import itself would fail.
    const { startLocalServer } = await import('./server');
    const server = await startLocalServer({ ...options, log: (line) => process.stderr.write(`${line}\n`) });
    process.stdout.write(`${JSON.stringify(server.info)}\n`);
    process.stderr.write(`Serving ${options.dataFolder} at ${server.info.endpoint}\n`);
    const reason = await stopping;
    process.stderr.write(`Stopping: ${reason}\n`);
    await server.close();
    process.exit(0);
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    failWith(error.message);
    process.exit(1);
  }
}

function whenToldToStop(lifetime: 'own' | 'parent'): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, () => resolve(signal));
    if (lifetime === 'own') return;
    // A forked process often has no standard input at all, which would look like its end.
    if (process.connected) {
      process.once('disconnect', () => resolve('the parent process disconnected'));
      return;
    }
    process.stdin.once('close', () => resolve('standard input ended'));
    process.stdin.resume();
  });
}

/** SQLite works well in the Node versions that still call it experimental; the warning would only worry people. */
function hideSqliteWarning(): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => {
    if (warning.name === 'ExperimentalWarning' && warning.message.includes('SQLite')) return;
    process.stderr.write(`${warning.name}: ${warning.message}\n`);
  });
}

function readVersion(): string {
  // The bundle lies one or two folders below the package's root.
  for (let folder = __dirname; folder !== dirname(folder); folder = dirname(folder)) {
    const fsPath = join(folder, 'package.json');
    if (!existsSync(fsPath)) continue;
    const manifest = JSON.parse(readFileSync(fsPath, 'utf8')) as { version?: string };
    return manifest.version ?? 'unknown';
  }
  return 'unknown';
}

function failWith(message: string): void {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
