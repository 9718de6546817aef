/** Works on items, so many at once, in their order, until all are done or `isStopped` says so. */
export async function inLanes<T>(
  items: readonly T[],
  parallel: number,
  work: (item: T, at: number) => Promise<void>,
  isStopped: () => boolean = () => false,
): Promise<void> {
  const waiting = items.entries();
  const lane = async (): Promise<void> => {
    for (const [at, item] of waiting) {
      if (isStopped()) return;
      await work(item, at);
    }
  };
  await Promise.all(Array.from({ length: Math.min(parallel, items.length) }, lane));
}
