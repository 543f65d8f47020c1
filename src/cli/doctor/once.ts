/** Computes a value at the first call and returns it to every caller. A failure is cached too. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    // A caller that awaits the promise gets the failure. Without this handler, a promise nobody awaits would end the process.
    made.catch(() => undefined);
    return made;
  };
}

/** As `once`, per name. */
export function onceEach<T>(make: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const made = new Map<string, () => Promise<T>>();
  return (name) => {
    const known = made.get(name) ?? once(() => make(name));
    made.set(name, known);
    return known();
  };
}
