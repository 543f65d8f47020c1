/** A command is one line, with its reason. Characters. */
const bodyMax = 2_000;

/** What a comment says: text of several lines, cut, without other control characters. */
export function textOfComment(text: string): string {
  return cutText(text.replaceAll('\r\n', '\n').replaceAll(/[^\P{Cc}\n\t]/gu, ' '), bodyMax);
}

/** At most so many characters, and no half of a pair: what cannot be written as UTF-8 would stop somewhere else. */
export function cutText(whole: string, max: number): string {
  return whole.slice(0, max).replaceAll(/\p{Cs}/gu, '');
}
