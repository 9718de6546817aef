import type { Backups } from './backups';

/** How often the clock is looked at while something moves. */
const busyIntervalMs = 200;
/** How often it is otherwise: ranges slide, and what they no longer need goes. */
const idleIntervalMs = 3_600_000;

/** Moves backups on by themselves, so that they do not depend on anyone asking. */
export interface BackupSchedule {
  /** Ends the schedule and waits for a run that is under way. */
  stop(): Promise<void>;
}

/** Starts the schedule. */
export function startBackupSchedule(backups: Backups, log: (line: string) => void): BackupSchedule {
  const run = () => {
    backups.advance().catch((error: unknown) => {
      log(`backups: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
  };
  const busy = setInterval(() => {
    if (backups.isBusy()) run();
  }, busyIntervalMs);
  const idle = setInterval(run, idleIntervalMs);
  busy.unref();
  idle.unref();
  return {
    stop: async () => {
      clearInterval(busy);
      clearInterval(idle);
      await backups.settle();
    },
  };
}
