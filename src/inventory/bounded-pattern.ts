import { RE2JS } from 're2js';

/** One match of a pattern. */
export interface Match {
  /** What the group `currentValue` held. */
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

/** All matches, or why the search was stopped. */
export type Matches =
  | { readonly ok: true; readonly matches: readonly Match[] }
  | { readonly ok: false; readonly why: string };

/** Characters of text times instructions of the pattern: a second on a slow machine. */
const workMax = 24_000_000;
/** The limit of matches. A search for one version needs few, and each may cost a scan of the rest of the text. */
const matchesMax = 50;
/** Milliseconds after which no further match is looked for. */
const patienceMs = 2_000;

/**
 * Finds all matches of a pattern in a text within fixed bounds: RE2 does not backtrack, and the product of both sizes is limited
 * before the search.
 *
 * @param pattern RE2 syntax, with a group named `currentValue`.
 * @param now milliseconds of a clock that only goes forward.
 */
export function allMatches(
  pattern: string,
  text: string,
  now: () => number = () => performance.now(),
): Matches {
  const compiled = compile(pattern);
  if (!compiled.ok) return compiled;
  const { expression } = compiled;
  if (!Object.hasOwn(expression.namedGroups(), 'currentValue'))
    return { ok: false, why: 'it has no group (?<currentValue>…), which holds the version' };
  if (text.length * expression.programSize() > workMax)
    return { ok: false, why: 'it has too many parts for a file of that size' };
  const matcher = expression.matcher(text);
  const matches: Match[] = [];
  const end = now() + patienceMs;
  const lines = lineCounter(text);
  while (matcher.find()) {
    const value = matcher.group('currentValue');
    // The matching branch of the pattern has no version group.
    if (value !== null) matches.push({ value, line: lines(matcher.start('currentValue')) });
    if (matches.length > matchesMax) return { ok: false, why: `it matches more than ${matchesMax} times` };
    if (now() > end) return { ok: false, why: 'its matches take too long to find' };
  }
  return { ok: true, matches };
}

function compile(pattern: string): { ok: true; expression: RE2JS } | { ok: false; why: string } {
  try {
    return { ok: true, expression: RE2JS.compile(pattern) };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ok: false, why: `RE2, which Renovate uses too, does not know it (${why.slice(0, 120)})` };
  }
}

/** Counts lines from the last match on, because matches come in order. */
function lineCounter(text: string): (index: number) => number {
  let [line, at] = [1, 0];
  return (index) => {
    for (; at < index; at += 1) if (text[at] === '\n') line += 1;
    return line;
  };
}
