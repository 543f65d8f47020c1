/** Breaks a text at spaces into lines of at most `width` characters; a longer word gets its own line. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

/**
 * Wraps rows of a table. A row with several columns continues under its last column, any other continues slightly indented. Rows that
 * fit are unchanged.
 */
export function wrapRows(text: string, width: number): string {
  return text
    .split('\n')
    .flatMap((row) => {
      if (row.length <= width) return [row];
      const start = startOfText(row);
      const [first = '', ...rest] = wrapText(row.slice(start), Math.max(narrowest, width - start));
      const under = start > row.search(/\S/) ? start : start + 2;
      const more = wrapText(rest.join(' '), Math.max(narrowest, width - under));
      return [
        row.slice(0, start) + first,
        ...(rest.length === 0 ? [] : more.map((line) => ' '.repeat(under) + line)),
      ];
    })
    .join('\n');
}

/** A column of a narrow terminal is not made narrower than this. */
const narrowest = 24;

/** The column at which the text of a row begins: after the last two blanks in its first half. */
function startOfText(row: string): number {
  const columns = [...row.slice(0, row.length / 2).matchAll(/\S {2,}(?=\S)/g)];
  const last = columns.at(-1);
  return last ? last.index + last[0].length : Math.max(0, row.search(/\S/));
}
