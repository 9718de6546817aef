import { constants } from 'node:os';
import { CosFailure } from '../engine/failure';
import type { CosError } from '../model/cosError';
import type { TransferSnapshot } from '../model/transferState';
import { parseCommandLine, type Command } from './commandLine';
import { cp } from './cp';
import { exitCodes, UsageError, type ExitCode } from './exitCode';
import { ls } from './ls';
import { complain, printJson, write } from './output';
import { rm } from './rm';
import { sentence } from './sentences';
import { openSession, type Session } from './session';
import { stat } from './stat';
import { Progress } from './transfer';

const cancel = new AbortController();
/** Whether something is written, to the service or to files: then what is half-made has to be removed before the end. */
let isMoving = false;

/** What ends a run in order: what is half-made is removed or noted first. The shell hears 128 and the signal's number. */
const endings = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;
/** What is half-made has so long to be removed, or noted, after a signal. */
const cleanUpMs = 20_000;
let endedBy: (typeof endings)[number] | undefined;

function interrupt(signal: (typeof endings)[number]): void {
  // A second one does not wait for the first to clean up.
  if (cancel.signal.aborted) process.exit(128 + constants.signals[signal]);
  endedBy = signal;
  cancel.abort();
  // Cleaning up waits for the service, and the service may never answer.
  setTimeout(() => process.exit(128 + constants.signals[signal]), cleanUpMs).unref();
}

async function run(argv: readonly string[]): Promise<ExitCode> {
  try {
    const command = parseCommandLine(argv);
    if (command.verb === 'help') {
      await write(process.stdout, command.text);
      return exitCodes.done;
    }
    const progress = new Progress(command.common.isJson);
    const isNoted = command.verb === 'cp' && command.target !== '-' && command.sources[0] !== '-';
    const show = (transfers: readonly TransferSnapshot[]) => progress.show(transfers);
    const session = openSession(command.common, process.env, show, isNoted);
    try {
      isMoving = command.verb === 'rm' || (command.verb === 'cp' && command.target !== '-');
      return await runVerb(session, command, progress);
    } finally {
      await session.close();
    }
  } catch (error) {
    const { exitCode, told } = failed(error, argv[0] !== 'stat');
    complain(told.message);
    // Arguments that cannot be read may ask for JSON all the same.
    if (argv.includes('--json')) await printJson({ type: 'error', ...told });
    return exitCode;
  }
}

async function runVerb(
  session: Session,
  command: Exclude<Command, { verb: 'help' }>,
  progress: Progress,
): Promise<ExitCode> {
  switch (command.verb) {
    case 'ls':
      return await ls(session, command, cancel.signal);
    case 'stat':
      return await stat(session, command, cancel.signal);
    case 'cp':
      return await cp(session, command, progress, cancel.signal);
    case 'rm':
      return await rm(session, command, progress, cancel.signal);
  }
}

/** What is told of a failure, as JSON with `type: 'error'` (docs/cos-error.schema.json). */
interface ToldFailure extends Partial<Omit<CosError, 'kind'>> {
  readonly kind: CosError['kind'] | 'usage';
  readonly message: string;
}

function failed(error: unknown, takesRecursive: boolean): { readonly exitCode: ExitCode; readonly told: ToldFailure } {
  if (cancel.signal.aborted) {
    return { exitCode: exitCodes.cancelled, told: { kind: 'cancelled', message: 'cancelled' } };
  }
  if (error instanceof UsageError) {
    const message = `${error.message}. "cos --help" tells more.`;
    return { exitCode: exitCodes.usage, told: { kind: 'usage', message } };
  }
  if (error instanceof CosFailure) {
    const exitCode = error.error.kind === 'cancelled' ? exitCodes.cancelled : exitCodes.failed;
    return { exitCode, told: { ...error.error, message: sentence(error.error, takesRecursive) } };
  }
  const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  if (process.env['COS_LOG'] === 'debug' && error instanceof Error) complain(error.stack ?? what);
  const message = `this is a mistake of cos itself (${what}). COS_LOG=debug tells where`;
  return { exitCode: exitCodes.failed, told: { kind: 'internal', message } };
}

/** Why standard output takes nothing any more; undefined while it does, or where its reader has only seen enough. */
let outputProblem: NodeJS.ErrnoException | undefined;

function outputFailed(error: NodeJS.ErrnoException): void {
  // A reader that has seen enough (cos ls | head) ends us quietly; one of progress cancels what it tells of.
  if (error.code !== 'EPIPE' && outputProblem === undefined) {
    outputProblem = error;
    const why = error.code === 'ENOSPC' ? 'its disk is full' : (error.code ?? error.message);
    complain(`standard output cannot be written: ${why}`);
  }
  if (isMoving) cancel.abort();
  else process.exit(error.code === 'EPIPE' ? exitCodes.done : exitCodes.failed);
}

for (const signal of endings) process.on(signal, () => interrupt(signal));
process.stdout.on('error', outputFailed);
// Nobody is left to tell.
process.stderr.on('error', () => undefined);

// Nothing is left to wait for, and yet the run has not ended: silence must not look like success.
process.once('beforeExit', () => {
  complain('this is a mistake of cos itself: it stopped before its end. Nothing is known of what was asked for');
  process.exitCode = exitCodes.failed;
});

void run(process.argv.slice(2)).then((ended) => {
  const exitCode = ended === exitCodes.cancelled && endedBy !== undefined ? 128 + constants.signals[endedBy] : ended;
  process.exitCode = exitCode;
  // Standard input may still be open, and would keep us alive; what is written must go out first.
  process.stdout.write('', () => process.exit(outputProblem === undefined ? exitCode : exitCodes.failed));
});
