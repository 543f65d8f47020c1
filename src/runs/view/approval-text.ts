import {
  approvalCommands,
  approvalsText,
  approversText,
  shortHash,
} from '../../planning/plan/approval-text.js';
import type { Decision } from '../../planning/report/run-result.js';
import { sentence } from '../../planning/text/sentence.js';
import { whoAndWhy } from './pause-text.js';
import type { ApprovalView, RunView } from './run-view.js';
import { clockText } from './time-text.js';
import type { Clock } from './work-text.js';

/** The current wait for approval; undefined: none. */
export function unansweredOf({ approval, outcome, abort }: RunView): ApprovalView | undefined {
  return approval && !outcome && !abort && approval.endedAt === undefined && !approval.answer
    ? approval
    : undefined;
}

/** A wait for approval: of which plan, why, and what happens without it. */
export function approvalText(
  { plan, needs, until, approvers, yes }: ApprovalView,
  { now, timeZone }: Clock,
): string {
  const end = clockText(until, now, timeZone);
  const then =
    Date.parse(until) <= now
      ? `Its time was over at ${end}: as soon as a worker is there, it ends with no node touched.`
      : `If nobody does until ${end}, it ends with no node touched.`;
  return `${sentence(`Waits for somebody to approve plan ${shortHash(plan)}: ${approvalsText(needs)}`)}${approversText(approvers, yes)} Nothing was touched. ${then}`;
}

/** Commands for the wait, ready to paste. */
export function approvalLines(
  { cluster, run }: Pick<RunView, 'cluster' | 'run'>,
  { plan }: ApprovalView,
): string[] {
  return approvalCommands({ cluster, hash: plan }, run);
}

/** `plan 3f2a8c91d0aa approved by Ana: the fix is urgent`. */
export function answerText(decision: Decision): string {
  const { kind, plan = '' } = decision;
  return `plan ${shortHash(plan)} ${kind === 'approve' ? 'approved' : 'rejected'} by ${whoAndWhy(decision)}`;
}
