import { oneLine } from '../planning/messages/text.js';

/** The texts of an update or a signal, by name. */
export interface WantedTexts {
  /** How a sentence about it begins: `An answer to a plan`. */
  readonly what: string;
  /** As JSON, for a person to fill in. */
  readonly shape: string;
  /** Characters of each text, at most: history, report and notifications keep them. */
  readonly most: Readonly<Record<string, number>>;
  /** The text that may be left out. */
  readonly optional?: string;
}

/**
 * Validates texts: any sender, any shape. Temporal's Web UI has a field in which anything can be typed.
 *
 * @returns the expected texts only, each on one line without hidden characters; or why they are rejected: a sentence that repeats none of
 *   the input.
 */
export function validTexts(
  given: unknown,
  { what, shape, most, optional }: WantedTexts,
): Readonly<Record<string, string>> | string {
  const is = `${what} is ${shape}`;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return `${is}, and this is none.`;
  const found: Record<string, string> = {};
  for (const [name, limit] of Object.entries(most)) {
    const text = (given as Record<string, unknown>)[name];
    if (name === optional && (text === undefined || text === null)) continue;
    if (typeof text !== 'string') return `${is}; "${name}" of this one is no text.`;
    const line = oneLine(text);
    if (line === '') return `${is}; "${name}" of this one is empty, and it is kept in the record.`;
    if (text.length > limit)
      return `${is}; "${name}" of this one has ${text.length} characters, and ${limit} are the most.`;
    found[name] = line;
  }
  return found;
}

/**
 * A handler that gets its texts on one line, without characters that a terminal would obey. An update's input reaches it unchanged,
 * and its texts stand in sentences that others read.
 */
export function onOneLine<Input extends object, Answer>(
  take: (input: Input) => Answer,
): (given: Input) => Answer {
  return (given) => {
    const texts = Object.entries(given).map(([name, text]: [string, unknown]) => [
      name,
      typeof text === 'string' ? oneLine(text) : text,
    ]);
    return take(Object.fromEntries(texts) as Input);
  };
}
