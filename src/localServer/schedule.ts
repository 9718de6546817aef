const intervalMs = 200;

/** Work that is done a moment after it became due, without anyone asking. */
export interface Schedule {
  /** Ends the schedule and waits for a run that is under way. */
  stop(): Promise<void>;
}

/** Looks for work several times a second, which has to cost little, and does it. */
export function startSchedule(
  name: string,
  work: { isBusy(): boolean; run(): Promise<unknown>; settle(): Promise<void> },
  log: (line: string) => void,
): Schedule {
  const timer = setInterval(() => {
    if (!work.isBusy()) return;
    work.run().catch((error: unknown) => {
      log(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
  }, intervalMs);
  timer.unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await work.settle();
    },
  };
}
