/** Waits until something is so, however long that takes; the test's own timeout ends the wait. The only sleep in a test. */
export async function until(isSo: () => boolean | Promise<boolean>, everyMs = 20): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, everyMs));
}

/** Whether something becomes so within a time. */
export async function isSoWithin(timeoutMs: number, isSo: () => boolean | Promise<boolean>): Promise<boolean> {
  const endMs = performance.now() + timeoutMs;
  let isTrue = false;
  await until(async () => (isTrue = await isSo()) || performance.now() > endMs);
  return isTrue;
}

/** A condition for `until`: so much time has passed. For what depends on the age of things, or has to happen at any moment. */
export function passed(durationMs: number): () => boolean {
  const endMs = performance.now() + durationMs;
  return () => performance.now() >= endMs;
}
