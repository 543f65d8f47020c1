/** A command is one line, with its reason. Characters. */
const bodyMax = 2_000;

/** The text of a comment: several lines, cut, without other control characters. */
export function textOfComment(text: string): string {
  return cutText(text.replaceAll('\r\n', '\n').replaceAll(/[^\P{Cc}\n\t]/gu, ' '), bodyMax);
}

/** At most so many UTF-16 units, and never half a surrogate pair: what cannot be written as UTF-8 would fail elsewhere. */
export function cutText(whole: string, max: number): string {
  return whole.slice(0, max).replaceAll(/\p{Cs}/gu, '');
}
