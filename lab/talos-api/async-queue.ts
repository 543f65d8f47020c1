/**
 * Turns callbacks into an async iterable. `start` gets a `push` function and returns a function that stops it. Iteration ends when the
 * signal aborts; values pushed before are still delivered.
 */
export async function* queueOf<Item>(
  signal: AbortSignal,
  start: (push: (item: Item) => void) => () => void,
): AsyncGenerator<Item> {
  const items: Item[] = [];
  let wake: () => void = () => {};
  const stop = start((item) => {
    items.push(item);
    wake();
  });
  const woken = (): void => wake();
  signal.addEventListener('abort', woken, { once: true });
  try {
    for (;;) {
      while (items.length > 0) yield items.shift() as Item;
      if (signal.aborted) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (items.length > 0 || signal.aborted) resolve();
      });
    }
  } finally {
    signal.removeEventListener('abort', woken);
    stop();
  }
}
