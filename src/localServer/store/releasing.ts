/** Passes `inner` through and calls `release` exactly once: at its end, on failure, or when it is given up unread. */
export function releasing(inner: AsyncGenerator<Buffer>, release: () => void): AsyncIterableIterator<Buffer> {
  let isReleased = false;
  const done = (): void => {
    if (!isReleased) {
      isReleased = true;
      release();
    }
  };
  const outer: AsyncIterableIterator<Buffer> = {
    async next() {
      try {
        const step = await inner.next();
        if (step.done === true) {
          done();
        }
        return step;
      } catch (error) {
        done();
        throw error;
      }
    },
    async return(value: unknown) {
      try {
        return await inner.return(value);
      } finally {
        done();
      }
    },
    [Symbol.asyncIterator]: () => outer,
  };
  return outer;
}
