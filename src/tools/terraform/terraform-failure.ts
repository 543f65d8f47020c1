import type { Reason } from '../../planning/reasons/reason.js';
import { CommandFailed } from '../command-failed.js';
import { Refusal } from '../refusal.js';
import type { Discretion } from './secret-texts.js';
import { errorsIn, type Diagnostic } from './terraform-events.js';

/** The Terraform command that failed. */
export type TerraformCommand = 'init' | 'plan' | 'apply' | 'state' | 'force-unlock';

export interface FailedCommand {
  readonly tool: 'terraform' | 'tofu';
  readonly version: string;
  readonly command: TerraformCommand;
  readonly error: unknown;
  /** The diagnostics of its JSON output; otherwise its text output is parsed. */
  readonly diagnostics: readonly Diagnostic[];
  readonly discretion: Discretion;
}

/** Limits: the number of messages shown, and the characters of each. */
const messagesMax = 3;
const charactersMax = 400;

/** The meaning of certain errors, by their summary; all others depend on the command. */
const known: readonly {
  readonly summary: RegExp;
  readonly reason: (why: string, of: FailedCommand) => Reason;
}[] = [
  {
    summary: /^(Saved plan is stale|Saved plan does not match the given state)$/,
    reason: (_, { tool }) => ({ kind: 'terraform-plan-stale', tool }),
  },
  {
    summary: /^(Unsupported Terraform Core version|Incompatible module)$/,
    reason: (why, { tool, version }) => ({ kind: 'terraform-program', tool, version, why }),
  },
  {
    // The message of the backend `remote` for a workspace that does not run its plans here.
    summary: /^Saving a generated plan is currently not supported$/,
    reason: () => ({ kind: 'terraform-remote-execution', backend: 'remote' }),
  },
];

const byCommand: Readonly<
  Record<TerraformCommand, (messages: readonly string[], count: number, of: FailedCommand) => Reason>
> = {
  init: (messages, _, { tool }) => ({ kind: 'terraform-init-failed', tool, why: messages.join('; ') }),
  plan: (messages, count, { tool }) => ({ kind: 'terraform-plan-failed', tool, messages, count }),
  apply: (messages, count, { tool }) => ({ kind: 'terraform-apply-failed', tool, messages, count }),
  state: (messages, _, { tool }) => ({ kind: 'terraform-state-unreadable', tool, why: messages.join('; ') }),
  'force-unlock': (messages, _, { tool }) => ({
    kind: 'terraform-state-unreadable',
    tool,
    why: messages.join('; '),
  }),
};

/** The errors of a failed command, without warnings. */
export function errorsOf(error: unknown, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0 || !(error instanceof CommandFailed)) return errors;
  const onStderr = errorsIn(error.stderrTail);
  return onStderr.length > 0 ? onStderr : errorsIn(error.stdoutTail);
}

/**
 * The reported error of a failed command, without secrets. A caller that stopped it gets the original error; its output is omitted, since
 * it was not redacted.
 */
export function failureOf(failed: FailedCommand): unknown {
  const { error, command, diagnostics, discretion } = failed;
  if (!(error instanceof CommandFailed)) return error;
  if (error.cancelled) return discreet(error, discretion);
  const errors = errorsOf(error, diagnostics);
  const messages = errors.map((one) => messageOf(one, discretion));
  for (const { summary, reason } of known) {
    const index = errors.findIndex((one) => summary.test(one.summary));
    if (index !== -1) return new Refusal(reason(messages[index] ?? '', failed));
  }
  const [ending] = discreet(error, discretion).message.split('\n');
  const reported = error.timedOut || messages.length === 0 ? [ending ?? '', ...messages] : messages;
  return new Refusal(byCommand[command](reported.slice(0, messagesMax), reported.length, failed));
}

/** `module.worker_nodes["k8s-work-2"].terraform_data.vm: local-exec provisioner error: …` */
function messageOf({ summary, detail, address }: Diagnostic, discretion: Discretion): string {
  const text = discretion.apply(detail === '' ? summary : `${summary}: ${detail}`);
  const cut = text.length > charactersMax ? `${text.slice(0, charactersMax)} …` : text;
  return address === undefined ? cut : `${address}: ${cut}`;
}

function discreet(error: CommandFailed, discretion: Discretion): CommandFailed {
  const { tool, argv, exitCode, signal, timedOut, cancelled, durationMs, notStarted } = error;
  return new CommandFailed({
    tool,
    argv: argv.map((argument) => discretion.apply(argument)),
    ...(exitCode === undefined ? {} : { exitCode }),
    ...(signal === undefined ? {} : { signal }),
    ...(notStarted === undefined ? {} : { notStarted: discretion.apply(notStarted) }),
    timedOut,
    cancelled,
    durationMs,
    stdoutTail: '',
    stderrTail: '',
  });
}
