/** A commit, as git prints it. */
export interface Commit {
  readonly sha: string;
  readonly tree: string;
  readonly parents: readonly string[];
  readonly author: Signature;
  readonly committer: Signature;
  readonly message: string;
  /** Changed paths, against the first parent. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly modified: readonly string[];
}

/** Who did it, and when (ISO time). */
export interface Signature {
  readonly name: string;
  readonly email: string;
  readonly date: string;
}

/** No git field contains a NUL; a commit message may contain anything else. */
const RECORD = '\0\u001e\0';
const FIELD = '\0';
const FIELDS = ['%H', '%T', '%P', '%an', '%ae', '%aI', '%cn', '%ce', '%cI', '%B'];

/** The format for `git log` that {@link commitsIn} parses. */
export const LOG_FORMAT = ['--name-status', '--diff-merges=first-parent', '--no-renames', '--root'].concat(
  `--format=%x00%x1e%x00${FIELDS.join('%x00')}%x00`,
);

/** The commits in what `git log` with {@link LOG_FORMAT} wrote. */
export function commitsIn(text: string): Commit[] {
  return text.split(RECORD).slice(1).map(commitIn);
}

function commitIn(record: string): Commit {
  const [sha = '', tree = '', parents = '', an = '', ae = '', ad = '', cn = '', ce = '', cd = '', ...rest] =
    record.split(FIELD);
  const paths = (rest.at(-1) ?? '').split('\n').map((line) => line.split('\t'));
  const changed = (letter: string): string[] =>
    paths.filter(([how]) => how === letter).map(([, file = '']) => file);
  return {
    sha,
    tree,
    parents: parents === '' ? [] : parents.split(' '),
    author: { name: an, email: ae, date: ad },
    committer: { name: cn, email: ce, date: cd },
    message: rest.slice(0, -1).join(FIELD).trimEnd(),
    added: changed('A'),
    removed: changed('D'),
    modified: [...changed('M'), ...changed('T')],
  };
}
