/** Text from elsewhere, so that it stays in its cell and is not taken for Markdown or HTML. */
export function plain(words: string): string {
  return words.replaceAll(/\s+/g, ' ').replaceAll(/[\\|<>`*_[\]]/g, (sign) => `\\${sign}`);
}

/** Escapes text of unknown authors that a git host shows: it mentions nobody, names no issue, and no address becomes a link. */
export function harmless(words: string): string {
  return plain(words)
    .replaceAll('~', String.raw`\~`)
    .replaceAll(/[@#]/g, '$&\u200B')
    .replaceAll('://', ':\u200B//')
    .replaceAll(/www\./gi, (word) => `${word.slice(0, 3)}\u200B.`);
}

/** A table; its cells are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), `|${head.map(() => '---|').join('')}`, ...rows.map(line)];
}

/** A code block: its fence is longer than any run of backticks in it. */
export function fenced(text: string, language = 'text'): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}
