import { fenced, harmless } from '../text/markdown.js';
import { shortHash } from '../plan/approval-text.js';
import { revertCommand } from '../merge/revert.js';
import { moment } from '../text/phrases.js';
import { statusLines, statusTitle } from './status-message.js';
import type { Message, MessageKind, MessageOf } from './message.js';
import { noticeOf } from './notice.js';

/** State of a run at a git host, in GitHub's words for deployments. */
export type DeploymentState =
  | 'queued'
  | 'pending'
  | 'in_progress'
  | 'success'
  | 'failure'
  | 'error'
  | 'inactive';

const states: Partial<Readonly<Record<MessageKind, DeploymentState>>> = {
  approval: 'queued',
  waiting: 'pending',
  halt: 'failure',
  'rolled-back': 'failure',
  'rollback-failed': 'error',
  done: 'success',
};

const ends: Readonly<Record<MessageOf<'ended'>['outcome'], DeploymentState>> = {
  // Not every node runs the version that git declares: no success.
  incomplete: 'failure',
  'nothing-to-do': 'inactive',
  refused: 'failure',
  halted: 'failure',
  aborted: 'failure',
  failed: 'error',
  terminated: 'error',
};

/** State of the run after that message. */
export function deploymentState(message: Message): DeploymentState {
  if (message.kind !== 'ended') return states[message.kind] ?? 'in_progress';
  // It gave way to a newer merge, and is no failure.
  if (message.reasons.some(({ kind }) => kind === 'superseded')) return 'inactive';
  return ends[message.outcome];
}

/** Origin of the merge, as far as a comment names it. */
export interface MergedAt {
  readonly commit: string;
}

/**
 * The comment at the merged pull request of a run: one comment, edited to the current state. Markdown.
 *
 * @param status the commit status that replaces a deployment, which Slipway may not create there.
 */
export function runComment(
  message: Message,
  progress: MessageOf<'board'> | undefined,
  { commit }: MergedAt,
  status?: string,
): string {
  const { title, lines, commands, link, at } = noticeOf(message);
  // How to revert it is said below, with the reason.
  const typed = commands.filter((line) => !line.startsWith('git '));
  return [
    `### ${harmless(title)}`,
    ...(lines.length > 0 ? [lines.map((line) => harmless(line)).join('\n')] : []),
    ...(typed.length > 0 ? [fenced(typed.join('\n'))] : []),
    ...(message.kind === 'approval' ? [answerHere(message.plan)] : []),
    ...(staysDeclared(message) ? [revertText(message.target, commit)] : []),
    ...(progress ? [progressSummary(progress)] : []),
    ...(status === undefined ? [] : [insteadOfDeployment(status)]),
    `<sub>${moment(at)}${link === undefined ? '' : ` · [this run](${link})`}</sub>`,
  ].join('\n\n');
}

/** Whoever may write to the repository can approve in the pull request. */
function answerHere(plan: string): string {
  const hash = shortHash(plan);
  const lines = [`/slipway approve ${hash} REASON`, `/slipway reject ${hash} REASON`];
  return `Or write one of these here, as a comment:\n\n${fenced(lines.join('\n'))}`;
}

type Ended = Extract<Message, { readonly kind: 'halt' | 'ended' }>;

/** The run stopped short of what git declares. Where nodes were skipped, only those are left, and the next run takes them. */
function staysDeclared(message: Message): message is Ended {
  if (message.kind === 'halt') return message.until === undefined;
  return message.kind === 'ended' && stopsShort.has(message.outcome);
}

const stopsShort: ReadonlySet<string> = new Set(['halted', 'aborted', 'failed', 'terminated']);

function revertText(target: string, commit: string): string {
  return [
    `Git still declares Talos ${harmless(target)}. This merge does not begin again automatically: a person does, by \`slipway upgrade\`, once the cluster is released.`,
    'If it is to stay as it is now, press Revert at this pull request, or type:',
    '',
    fenced(revertCommand({ talos: target, commit, came: 'merged' })),
  ].join('\n');
}

function insteadOfDeployment(status: string): string {
  return `<sub>The git host lets Slipway make no deployments, so the commit's status ${harmless(status)} says how the run stands. For one it needs: Deployments, read and write.</sub>`;
}

function progressSummary(progress: MessageOf<'board'>): string {
  const lines = statusLines({ ...progress, now: [] });
  return `<details><summary>${harmless(statusTitle(progress))}</summary>\n\n${fenced(lines.join('\n'))}\n\n</details>`;
}
