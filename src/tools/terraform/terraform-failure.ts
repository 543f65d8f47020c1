import type { Reason } from '../../planning/reasons/reason.js';
import { CommandFailed } from '../command-failed.js';
import { Refusal } from '../refusal.js';
import type { Discretion } from './secret-texts.js';
import { errorsIn, type Diagnostic } from './terraform-events.js';

/** What Terraform was about to do. */
export type TerraformCommand = 'init' | 'plan' | 'apply' | 'state' | 'force-unlock';

export interface FailedCommand {
  readonly tool: 'terraform' | 'tofu';
  readonly version: string;
  readonly command: TerraformCommand;
  readonly error: unknown;
  /** What its JSON said; otherwise its texts are read. */
  readonly diagnostics: readonly Diagnostic[];
  readonly discretion: Discretion;
}

/** So many messages are told, and so many characters of each. */
const messagesMax = 3;
const charactersMax = 400;

/** What certain errors mean, by their summary; the rest goes by the command. */
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
    // What the backend `remote` says of a workspace that does not run its plans here.
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

/** The errors a command ended with, the warnings left out. */
export function errorsOf(error: unknown, diagnostics: readonly Diagnostic[]): Diagnostic[] {
  const errors = diagnostics.filter(({ severity }) => severity === 'error');
  if (errors.length > 0 || !(error instanceof CommandFailed)) return errors;
  const told = errorsIn(error.stderrTail);
  return told.length > 0 ? told : errorsIn(error.stdoutTail);
}

/**
 * What a command that failed is told as, without a secret. Whoever stopped it gets the bare error back; its texts are
 * left out, since nobody has read them for secrets.
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
  const told = error.timedOut || messages.length === 0 ? [ending ?? '', ...messages] : messages;
  return new Refusal(byCommand[command](told.slice(0, messagesMax), told.length, failed));
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
