/** Breaks a text into lines of at most `width` characters, at spaces; a word longer than that stands alone. */
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
 * The same for rows of a table: a row goes on under its last column where it has several, else a little further in than it began.
 * Rows that fit stay as they are.
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

/** Where the words of a row begin: after what comes before two blanks, in its first half. */
function startOfText(row: string): number {
  const columns = [...row.slice(0, row.length / 2).matchAll(/\S {2,}(?=\S)/g)];
  const last = columns.at(-1);
  return last ? last.index + last[0].length : Math.max(0, row.search(/\S/));
}
