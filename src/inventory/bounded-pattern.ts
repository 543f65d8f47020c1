import { RE2JS } from 're2js';

/** One place a pattern matched. */
export interface Match {
  /** What the group `currentValue` held. */
  readonly value: string;
  /** From 1. */
  readonly line: number;
}

/** All matches, or why there is no answer. */
export type Matches =
  | { readonly ok: true; readonly matches: readonly Match[] }
  | { readonly ok: false; readonly why: string };

/** Characters of text times instructions of the pattern: a second on a slow machine. */
const workMax = 24_000_000;
/** More than this is no search for one version; and each match may cost a walk through the rest of the text. */
const matchesMax = 50;
/** Milliseconds after which no further match is looked for. */
const patienceMs = 2_000;

/**
 * Looks a pattern up in a text, all of its matches, within bounds that no pattern and no text can stretch: RE2 never reads again
 * what it has read, and the product of both sizes is limited before it begins.
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
    // A branch of the pattern that has no version in it.
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

/** Counts on from the last place asked for: matches come in order. */
function lineCounter(text: string): (index: number) => number {
  let [line, at] = [1, 0];
  return (index) => {
    for (; at < index; at += 1) if (text[at] === '\n') line += 1;
    return line;
  };
}
