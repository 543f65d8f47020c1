/** What `slipway` exits with. Scripts rely on these. */
export const exitCodes = {
  /** Every node of the plan runs the target, or there was nothing to do. */
  ok: 0,
  /** Refused, incomplete, halted, aborted or failed; what to type is printed. */
  refused: 1,
  /** A wrong option, argument or file. */
  usage: 2,
  /** Temporal or the worker does not respond. */
  silent: 3,
  /** Ended by Ctrl-C. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** A command cannot continue: one sentence and what to do, printed without a stack trace. */
export abstract class CommandStopped extends Error {
  abstract readonly exitCode: ExitCode;

  /** @param hint what to type, or where to look. */
  constructor(
    message: string,
    readonly hint = '',
  ) {
    super(message);
  }
}

/** An argument or a named file cannot be used. */
export class UserMistake extends CommandStopped {
  override readonly name = 'UserMistake';
  readonly exitCode = exitCodes.usage;
}

/** Temporal or the worker does not respond. */
export class TemporalUnreachable extends CommandStopped {
  override readonly name = 'TemporalUnreachable';
  readonly exitCode = exitCodes.silent;
}
