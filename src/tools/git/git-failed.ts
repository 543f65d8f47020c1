import { CommandFailed } from '../command-failed.js';
import { messageOf } from '../refusal.js';

/** Why git failed. */
export type GitProblem =
  /** The server did not respond, or its answer was incomplete. */
  | 'unreachable'
  /** The server knows neither this repository nor our credential. */
  | 'no-access'
  /** A branch, a commit or a file that does not exist. */
  | 'absent'
  /** The request is no valid name or address, or reading it is not permitted. */
  | 'refused'
  /** The mirror on this disk is unusable; it was removed, and the next request recreates it. */
  | 'broken'
  | 'unknown';

/** A retry may help. */
const passing: ReadonlySet<GitProblem> = new Set(['unreachable', 'broken', 'unknown']);

/** A git command failed. The message is a sentence, and holds no secret. */
export class GitFailed extends Error {
  override readonly name = 'GitFailed';

  constructor(
    readonly problem: GitProblem,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }

  /** Whether a later retry of the same request may succeed. */
  get mayPass(): boolean {
    return passing.has(this.problem);
  }
}

/** Patterns of git's English messages; the first match counts. */
const words: readonly { readonly said: RegExp; readonly problem: GitProblem; readonly what: string }[] = [
  {
    said: /bad object|corrupt|loose object|packfile .* (cannot|could not|is )|inflate|not a git repository|invalid sha1 pointer|unable to read (tree|[0-9a-f]{40})|did not send all necessary objects|bad tree/i,
    problem: 'broken',
    what: 'the mirror of it on this disk is broken',
  },
  {
    said: /couldn't find remote ref|not our ref|unadvertised object|not a valid object name|not a valid commit name|Invalid revision range|bad revision|not a tree object/i,
    problem: 'absent',
    what: 'it has not what was asked for',
  },
  {
    said: /transport '.*' not allowed|unable to update url base from redirection|redirect|HTTP code 30\d|error: 30\d/i,
    problem: 'refused',
    what: 'it is another address, or one that leads elsewhere',
  },
  {
    said: /Authentication failed|could not read (Username|Password)|terminal prompts disabled|error: 40[1-4]|Permission denied|[Rr]epository (\S+ )?not found|does not appear to be a git repository|Host key verification failed|dubious ownership/i,
    problem: 'no-access',
    what: 'there is no such repository, or it may not be read with what was given',
  },
  {
    said: /Could not resolve host|Connection (refused|reset|timed out|closed)|Failed to connect|timed? ?out|hung up|early EOF|error: (408|429|5\d\d)|RPC failed|unable to access|Operation too slow/i,
    problem: 'unreachable',
    what: 'it does not answer',
  },
];

/** The meaning of a failed git. @param where the repository, in terms a person knows. */
export function gitFailure(error: unknown, where: string): GitFailed {
  if (error instanceof GitFailed) return error;
  if (!(error instanceof CommandFailed))
    return new GitFailed('unknown', `${where}: ${messageOf(error)}`, { cause: error });
  if (error.timedOut)
    return new GitFailed('unreachable', `${where}: it took longer than its time limit`, { cause: error });
  if (error.notStarted !== undefined)
    return new GitFailed('unknown', `${where}: git did not start: ${error.notStarted}`, { cause: error });
  const found = words.find(({ said }) => said.test(error.stderrTail));
  const last = messageOf(lastLine(error.stderrTail));
  return new GitFailed(
    found?.problem ?? 'unknown',
    `${where}: ${found?.what ?? 'git failed'} (${last === '' ? 'git said nothing' : last})`,
    { cause: error },
  );
}

/** The last line with a reason. `error: RPC failed` comes before its reason, `fatal:` after it. */
function lastLine(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.findLast((line) => line.startsWith('fatal: ')) ?? lines.at(-1) ?? '';
}
