/** Lets at most `limit` tasks run at once; the others wait in the order they came. */
export function createSemaphore(limit: number): <T>(task: () => Promise<T>) => Promise<T> {
  let free = limit;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      // The slot goes straight to the next in line, so that a newcomer cannot slip in between.
      if (next === undefined) free += 1;
      else next();
    }
  };
}
