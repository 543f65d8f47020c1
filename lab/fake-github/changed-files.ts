/** A file that differs between two commits. */
export interface FileChange {
  readonly path: string;
  readonly status: 'added' | 'removed' | 'modified';
  /** The file's object in the new commit, or in the old one where it was deleted. */
  readonly blob: string;
  readonly additions: number;
  readonly deletions: number;
}

const STATUS: Readonly<Record<string, FileChange['status']>> = { A: 'added', D: 'removed' };

/** Parses the output of `git diff --raw --numstat`: one line of each kind for each file. */
export function changesIn(text: string): FileChange[] {
  const lines = text === '' ? [] : text.split('\n');
  const counts = new Map<string, readonly [string, string]>();
  for (const line of lines.filter((one) => !one.startsWith(':'))) {
    const [additions = '', deletions = '', file = ''] = line.split('\t');
    counts.set(file, [additions, deletions]);
  }
  return lines
    .filter((one) => one.startsWith(':'))
    .map((line) => {
      const [about = '', file = ''] = line.split('\t');
      const [, , before = '', after = '', letter = ''] = about.split(' ');
      // A binary file counts as `-`.
      const [additions, deletions] = (counts.get(file) ?? ['0', '0']).map((count) => Number(count) || 0);
      return {
        path: file,
        status: STATUS[letter] ?? 'modified',
        blob: letter === 'D' ? before : after,
        additions: additions ?? 0,
        deletions: deletions ?? 0,
      };
    });
}
