import { harmless } from '../text/markdown.js';

/** Characters of one line of text from elsewhere. */
export const lineMax = 600;

/** Text from elsewhere as one line of Markdown. */
export function line(words: string): string {
  return harmless(words.length > lineMax ? `${words.slice(0, lineMax)} …` : words);
}

/** The shown items, each on a line of its own, and how many more there are of `all`. */
export function bullets(lines: readonly string[], all: number): string {
  const more = all - lines.length;
  return [...lines.map((one) => `- ${line(one)}`), ...(more > 0 ? [`- … and ${more} more`] : [])].join('\n');
}
