/** The value at a path of a JSON value; undefined where there is none. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  let here: unknown = value;
  for (const key of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = (here as Record<string, unknown>)[key];
  }
  return here;
}

/** The entries of a list at a path; none where there is no list. */
export function list(value: unknown, ...path: readonly string[]): readonly unknown[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found : [];
}

export function text(value: unknown, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === 'string' ? found : undefined;
}

export function number(value: unknown, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined;
}

/** A 64-bit number in the formats of protobuf's JSON and its JavaScript classes: a number, a decimal text or a Long. */
export function long(value: unknown, ...path: readonly string[]): number {
  const found = at(value, ...path);
  if (typeof found === 'number' || typeof found === 'string') return Number(found);
  // A Long keeps two halves of 32 bits.
  const high = number(found, 'high') ?? 0;
  return high * 2 ** 32 + ((number(found, 'low') ?? 0) >>> 0);
}

export function truth(value: unknown, ...path: readonly string[]): boolean | undefined {
  const found = at(value, ...path);
  return typeof found === 'boolean' ? found : undefined;
}

/** The text entries of an object. */
export function texts(value: unknown): Record<string, string> {
  if (typeof value !== 'object' || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, entry]) => (typeof entry === 'string' ? [[key, entry]] : [])),
  );
}
