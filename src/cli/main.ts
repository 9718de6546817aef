import { CosFailure } from '../engine/failure';
import type { TransferSnapshot } from '../model/transferState';
import { parseCommandLine, type Command } from './commandLine';
import { cp } from './cp';
import { exitCodes, UsageError, type ExitCode } from './exitCode';
import { ls } from './ls';
import { complain, printLine } from './output';
import { rm } from './rm';
import { sentence } from './sentences';
import { openSession, type Session } from './session';
import { stat } from './stat';
import { Progress } from './transfer';

const cancel = new AbortController();
/** Whether something is written, to the service or to files: then what is half-made has to be removed before the end. */
let isMoving = false;

function interrupt(): void {
  // A second one does not wait for the first to clean up.
  if (cancel.signal.aborted) process.exit(exitCodes.cancelled);
  cancel.abort();
}

async function run(argv: readonly string[]): Promise<ExitCode> {
  try {
    const command = parseCommandLine(argv);
    if (command.verb === 'help') {
      await printLine(command.text.trimEnd());
      return exitCodes.done;
    }
    const progress = new Progress(command.common.isJson);
    const isResumable = command.verb === 'cp' && command.isResumable;
    const show = (transfers: readonly TransferSnapshot[]) => progress.show(transfers);
    const session = openSession(command.common, process.env, show, isResumable);
    try {
      isMoving = command.verb === 'rm' || (command.verb === 'cp' && command.target !== '-');
      return await runVerb(session, command, progress);
    } finally {
      await session.close();
    }
  } catch (error) {
    return failed(error);
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

function failed(error: unknown): ExitCode {
  if (cancel.signal.aborted) {
    complain('cancelled');
    return exitCodes.cancelled;
  }
  if (error instanceof UsageError) {
    complain(`${error.message}. "cos --help" tells more.`);
    return exitCodes.usage;
  }
  if (error instanceof CosFailure) {
    complain(sentence(error.error));
    return error.error.kind === 'cancelled' ? exitCodes.cancelled : exitCodes.failed;
  }
  complain(error instanceof Error ? (error.stack ?? error.message) : String(error));
  return exitCodes.failed;
}

process.on('SIGINT', interrupt);
process.on('SIGTERM', interrupt);
// A reader that has seen enough (cos ls | head) ends us quietly; one of progress cancels what it tells of.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (isMoving) cancel.abort();
  else process.exit(error.code === 'EPIPE' ? 0 : 1);
});

void run(process.argv.slice(2)).then((exitCode) => {
  process.exitCode = exitCode;
  // Standard input may still be open, and would keep us alive; what is written must go out first.
  process.stdout.write('', () => process.exit(exitCode));
});
