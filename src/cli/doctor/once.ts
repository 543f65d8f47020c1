/** The same answer for every caller, made when it is asked for first. A failure is remembered too. */
export function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    // Whoever awaits it sees the failure; nobody may.
    made.catch(() => undefined);
    return made;
  };
}

/** The same for each of several things. */
export function onceEach<T>(make: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const made = new Map<string, () => Promise<T>>();
  return (name) => {
    const known = made.get(name) ?? once(() => make(name));
    made.set(name, known);
    return known();
  };
}
