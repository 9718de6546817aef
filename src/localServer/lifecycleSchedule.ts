import type { Clock } from './contracts';
import { runLifecycle, type LifecycleReport } from './s3/lifecycle/lifecycleRun';
import type { Store } from './store/store';

const intervalMs = 3_600_000;

/** Applies the lifecycle rules of the buckets, as the service does on its own time. */
export interface LifecycleSchedule {
  /** Runs now, for one bucket or all; waits for a run that is under way. */
  runNow(bucketName: string | undefined): Promise<LifecycleReport>;
  /** Ends the schedule and waits for a run that is under way. */
  stop(): Promise<void>;
}

/** Runs every hour: rules become due at midnight, and the machine may have slept then. */
export function startLifecycleSchedule(options: {
  store: Store;
  clock: Clock;
  instanceGuids: () => readonly string[];
  log: (line: string) => void;
}): LifecycleSchedule {
  const { store, clock, log } = options;
  let last: Promise<unknown> = Promise.resolve();
  const run = async (bucketName: string | undefined): Promise<LifecycleReport> => {
    const total: LifecycleReport = { expired: 0, removedVersions: 0, abortedUploads: 0 };
    const all = () => options.instanceGuids().flatMap((guid) => store.buckets.list(guid).map(({ name }) => name));
    for (const name of bucketName === undefined ? all() : [bucketName]) {
      const report = await runLifecycle(store, name, clock.nowMs());
      total.expired += report.expired;
      total.removedVersions += report.removedVersions;
      total.abortedUploads += report.abortedUploads;
    }
    return total;
  };
  const runNow = (bucketName: string | undefined): Promise<LifecycleReport> => {
    const next = last.then(() => run(bucketName));
    // A run that failed has told its own caller; the next one starts afresh.
    last = next.catch(() => undefined);
    return next;
  };
  const timer = setInterval(() => {
    runNow(undefined).catch((error: unknown) => {
      log(`lifecycle: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    });
  }, intervalMs);
  timer.unref();
  return {
    runNow,
    stop: async () => {
      clearInterval(timer);
      await last;
    },
  };
}
