/** How a command failed. Everything in it is redacted already. */
export interface CommandFailure {
  /** The program's name without its folder: `talosctl`. */
  readonly tool: string;
  /** Program and arguments. */
  readonly argv: readonly string[];
  /** Exit code; undefined when a signal ended it or it never started. */
  readonly exitCode?: number;
  /** Signal that ended it, e.g. `SIGKILL`. */
  readonly signal?: string;
  /** It ran longer than its time limit and was stopped. */
  readonly timedOut: boolean;
  /** Its caller's AbortSignal stopped it, or kept it from starting. */
  readonly cancelled: boolean;
  /** Milliseconds between start and exit; 0 when it never started. */
  readonly durationMs: number;
  /** The end of its error output. */
  readonly stderrTail: string;
  /** The end of its output. */
  readonly stdoutTail: string;
  /** Why it could not start at all, and what to do; undefined when it started. */
  readonly notStarted?: string;
}

const LINES_IN_MESSAGE = 8;

/**
 * The one error for a process that failed. The message says which command, why, and its last lines. The fields are for the failure table:
 * nobody should have to parse the message.
 */
export class CommandFailed extends Error implements CommandFailure {
  override readonly name = 'CommandFailed';
  readonly tool: string;
  readonly argv: readonly string[];
  readonly exitCode?: number;
  readonly signal?: string;
  readonly timedOut: boolean;
  readonly cancelled: boolean;
  readonly durationMs: number;
  readonly stderrTail: string;
  readonly stdoutTail: string;
  readonly notStarted?: string;

  constructor(failure: CommandFailure) {
    super(sentence(failure));
    this.tool = failure.tool;
    this.argv = failure.argv;
    if (failure.exitCode !== undefined) this.exitCode = failure.exitCode;
    if (failure.signal !== undefined) this.signal = failure.signal;
    this.timedOut = failure.timedOut;
    this.cancelled = failure.cancelled;
    this.durationMs = failure.durationMs;
    this.stderrTail = failure.stderrTail;
    this.stdoutTail = failure.stdoutTail;
    if (failure.notStarted !== undefined) this.notStarted = failure.notStarted;
  }
}

function sentence(failure: CommandFailure): string {
  const command = [failure.tool, ...failure.argv.slice(1)].map(quoted).join(' ');
  const tail = failure.stderrTail.trim() === '' ? failure.stdoutTail : failure.stderrTail;
  const lines = tail.split('\n').filter((line) => line.trim() !== '');
  const last = lines.slice(-LINES_IN_MESSAGE).map((line) => `  ${line}`);
  return [`\`${command}\` ${reason(failure)}`, ...last].join('\n');
}

function reason(failure: CommandFailure): string {
  if (failure.notStarted !== undefined) return `did not start: ${failure.notStarted}`;
  const after = `after ${(failure.durationMs / 1000).toFixed(1)} s`;
  if (failure.cancelled) return `was stopped ${after} because its caller cancelled it.`;
  if (failure.timedOut) return `was stopped ${after}: it took longer than its time limit.`;
  if (failure.signal !== undefined) return `was ended by ${failure.signal} from outside ${after}.`;
  return `failed with exit code ${failure.exitCode ?? 'unknown'} ${after}.`;
}

/** Quoted for a shell, so that the message can be copied into a terminal. */
function quoted(argument: string): string {
  return /^[\w@%+=:,./-]+$/.test(argument) ? argument : `'${argument.replaceAll("'", `'\\''`)}'`;
}
