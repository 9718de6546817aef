/**
 * Waits for work that several callers share until it is done or this caller's signal aborts; the work goes on for the
 * others. Rejects with the signal's reason.
 */
export async function orAborted<T>(shared: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  let onAbort = (): void => undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([shared, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    shared.catch(() => undefined); // when the signal won, others may still wait for it; nobody here does
  }
}
