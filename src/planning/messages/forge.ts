import { fenced, harmless } from '../text/markdown.js';
import { shortHash } from '../plan/approval-text.js';
import { revertCommand } from '../merge/revert.js';
import { moment } from '../text/phrases.js';
import { boardLines, boardTitle } from './board.js';
import type { Message, MessageKind, MessageOf } from './message.js';
import { noticeOf } from './notice.js';

/** How a run stands at a forge: the words that GitHub has for deployments. */
export type ForgeState = 'queued' | 'pending' | 'in_progress' | 'success' | 'failure' | 'error' | 'inactive';

const states: Partial<Readonly<Record<MessageKind, ForgeState>>> = {
  approval: 'queued',
  waiting: 'pending',
  halt: 'failure',
  'rolled-back': 'failure',
  'rollback-failed': 'error',
  done: 'success',
};

const ends: Readonly<Record<MessageOf<'ended'>['outcome'], ForgeState>> = {
  // Git's version does not run on every node: no success.
  incomplete: 'failure',
  'nothing-to-do': 'inactive',
  refused: 'failure',
  halted: 'failure',
  aborted: 'failure',
  failed: 'error',
  terminated: 'error',
};

/** How the run stands after that message. */
export function forgeState(message: Message): ForgeState {
  if (message.kind !== 'ended') return states[message.kind] ?? 'in_progress';
  // It made room for a newer merge: nothing is wrong with it.
  if (message.reasons.some(({ kind }) => kind === 'superseded')) return 'inactive';
  return ends[message.outcome];
}

/** Where the merge came from, as far as a comment names it. */
export interface MergedAt {
  readonly commit: string;
}

/**
 * What stands at the merged pull request of a run: one comment, always as the run stands now. Markdown.
 *
 * @param status the commit status that stands in for a deployment, which Slipway may not make there.
 */
export function forgeComment(
  message: Message,
  board: MessageOf<'board'> | undefined,
  { commit }: MergedAt,
  status?: string,
): string {
  const { title, lines, commands, link, at } = noticeOf(message);
  // How it is reverted is said below, with what that is for.
  const typed = commands.filter((line) => !line.startsWith('git '));
  return [
    `### ${harmless(title)}`,
    ...(lines.length > 0 ? [lines.map((line) => harmless(line)).join('\n')] : []),
    ...(typed.length > 0 ? [fenced(typed.join('\n'))] : []),
    ...(message.kind === 'approval' ? [answerHere(message.plan)] : []),
    ...(staysDeclared(message) ? [revertText(message.target, commit)] : []),
    ...(board ? [boardText(board)] : []),
    ...(status === undefined ? [] : [insteadOfDeployment(status)]),
    `<sub>${moment(at)}${link === undefined ? '' : ` · [this run](${link})`}</sub>`,
  ].join('\n\n');
}

/** Whoever may write to the repository need not leave the pull request. */
function answerHere(plan: string): string {
  const hash = shortHash(plan);
  const lines = [`/slipway approve ${hash} REASON`, `/slipway reject ${hash} REASON`];
  return `Or write one of these here, as a comment:\n\n${fenced(lines.join('\n'))}`;
}

type Ended = Extract<Message, { readonly kind: 'halt' | 'ended' }>;

/** The run stopped short of what git says. Where nodes were skipped only they are left, and the next run takes them. */
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
  return `<sub>The forge lets Slipway make no deployments, so the commit's status ${harmless(status)} says how the run stands. For one it needs: Deployments, read and write.</sub>`;
}

function boardText(board: MessageOf<'board'>): string {
  const lines = boardLines({ ...board, now: [] });
  return `<details><summary>${harmless(boardTitle(board))}</summary>\n\n${fenced(lines.join('\n'))}\n\n</details>`;
}
