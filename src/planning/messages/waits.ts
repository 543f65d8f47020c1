import { approvalCommands, approvalsText, shortHash } from '../plan/approval-text.js';
import { decisionCommands, type HaltedNode } from '../report/decision-commands.js';
import { listed, moment } from '../text/phrases.js';
import type { UpgradePlan } from '../plan/plan.js';
import type { About, MessageOf, Wait } from './message.js';

/** What is the same for every wait of a run. Times are ISO. */
export interface WaitTimes {
  readonly since: string;
  readonly until: string;
}

type Where = Pick<About, 'cluster'> & { readonly run: number };

/** How much of a person's or a plan's text a wait repeats. Characters. */
const saidMax = 300;

/** A plan waits for approval. */
export function approvalWait(plan: UpgradePlan, { run }: Where, times: WaitTimes): Wait {
  const why = approvalsText(plan.approvals ?? []).slice(0, saidMax);
  return {
    ...times,
    what: `a person's approval of plan ${shortHash(plan.hash)} (${why})`,
    commands: approvalCommands(plan, run),
  };
}

/** No further node starts until somebody resumes the run. `by`: who paused it, and why. */
export function pauseWait(by: string, { cluster, run }: Where, times: WaitTimes): Wait {
  return {
    ...times,
    what: `somebody has it go on (paused by ${by.slice(0, saidMax)})`,
    commands: [`slipway resume ${cluster}/${run} --why "…"  # continues with the next node`],
  };
}

/** Nodes that halted the run wait for a decision. */
export function decisionWait(nodes: readonly HaltedNode[], { cluster, run }: Where, times: WaitTimes): Wait {
  return {
    ...times,
    what: `somebody decides about ${listed(nodes.map(({ node }) => node))}`,
    commands: decisionCommands(`${cluster}/${run}`, nodes),
  };
}

/** No node starts until a maintenance window opens. `opens`: ISO time, where one is known. */
export function windowWait(opens: string | undefined, { cluster, run }: Where, times: WaitTimes): Wait {
  const when = opens === undefined ? 'none is known to open' : `the next one opens at ${moment(opens)}`;
  return {
    ...times,
    what: `no maintenance window is open, ${when}`,
    commands: [
      `slipway start-now ${cluster}/${run} --why "…"  # begin although it is closed; it is kept in the record`,
    ],
  };
}

/** The message when a wait begins. */
export function waitingMessage(wait: Wait, about: About): MessageOf<'waiting'> {
  return { ...about, ...wait, kind: 'waiting' };
}

/** The reminder of a wait. */
export function reminderMessage(wait: Wait, about: About): MessageOf<'reminder'> {
  return { ...about, ...wait, kind: 'reminder' };
}

const dayMs = 86_400_000;

/**
 * Milliseconds from one reminder of a wait to the next. Each interval is twice the one before, and at most a day, unless the first is
 * longer. Undefined: no reminders.
 *
 * @param first milliseconds from the beginning of the wait to the first reminder; 0: none.
 * @param sent how many reminders were sent.
 */
export function untilReminder(first: number, sent: number): number | undefined {
  if (first <= 0) return undefined;
  return Math.max(first, Math.min(dayMs, first * 2 ** Math.min(sent, 30)));
}
