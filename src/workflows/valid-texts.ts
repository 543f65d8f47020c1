import { oneLine } from '../planning/messages/text.js';

/** What an update or a signal takes: texts by name. */
export interface WantedTexts {
  /** How a sentence about it begins: `An answer to a plan`. */
  readonly what: string;
  /** As JSON, for a person to fill in. */
  readonly shape: string;
  /** Characters of each text, at most: what is kept stands in history, report and notifications. */
  readonly most: Readonly<Record<string, number>>;
  /** Which of them may be left out. */
  readonly optional?: string;
}

/**
 * What was sent, whoever sent it, in whatever shape: Temporal's Web UI has a field in which anything can be typed.
 *
 * @returns the texts, each on one line with nothing hidden in it, and nothing that was not asked for; or why it is none of that: a sentence that repeats nothing of it.
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
 * An update's handler that gets its texts as they are told of, on one line and with nothing in them that a terminal would obey: what
 * is sent reaches it as it was, and stands in sentences that others read.
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
