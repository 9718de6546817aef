/** Which queue an item waits in: small ones are moved many at once, large ones few at once by their parts. */
export type Lane = 'small' | 'large';

/** How many items of each lane are worked on at once. */
export type LaneLimits = Readonly<Record<Lane, number>>;

const waitingLimit = 1000;

/**
 * Works on a plan while it is being made: at most `waitingLimit` items wait in memory, however many the plan has.
 * `work` must not throw for the failure of one item. A throw (of work or plan) ends everything: `stop` aborts, what is
 * running is awaited, then it is thrown on.
 */
export async function runLanes<T>(
  plan: AsyncIterable<T>,
  laneOf: (item: T) => Lane,
  limits: LaneLimits,
  work: (item: T) => Promise<void>,
  stop: AbortController,
): Promise<void> {
  const waiting: Record<Lane, T[]> = { small: [], large: [] };
  const counts: Record<Lane, number> = { small: 0, large: 0 };
  let tellEnd: () => void = () => undefined;
  let failure: { readonly thrown: unknown } | undefined;

  const fail = (thrown: unknown) => {
    failure ??= { thrown };
    stop.abort();
  };
  const startNext = (lane: Lane) => {
    while (failure === undefined && counts[lane] < limits[lane]) {
      const item = waiting[lane].shift();
      if (item === undefined) return;
      counts[lane]++;
      void work(item)
        .catch(fail)
        .finally(() => {
          counts[lane]--;
          startNext(lane);
          tellEnd();
        });
    }
  };
  const oneEnds = () => new Promise<void>((resolve) => (tellEnd = resolve));

  try {
    for await (const item of plan) {
      const lane = laneOf(item);
      waiting[lane].push(item);
      startNext(lane);
      while (waiting.small.length + waiting.large.length >= waitingLimit && failure === undefined) {
        await oneEnds();
      }
      if (failure !== undefined) break;
    }
  } catch (thrown) {
    fail(thrown);
  }
  while (counts.small + counts.large > 0) await oneEnds();
  if (failure !== undefined) throw failure.thrown;
}
