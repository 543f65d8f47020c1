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

/** The most of what a person or a plan says that a wait repeats. Characters. */
const saidMax = 300;

/** A plan waits for a person's approval. */
export function approvalWait(plan: UpgradePlan, { run }: Where, times: WaitTimes): Wait {
  const why = approvalsText(plan.approvals ?? []).slice(0, saidMax);
  return {
    ...times,
    what: `a person's approval of plan ${shortHash(plan.hash)} (${why})`,
    commands: approvalCommands(plan, run),
  };
}

/** No further node is begun until somebody has it go on. `by`: who wanted it, and why. */
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

/** No node is begun until a maintenance window opens. `opens`: ISO time, where one is known to. */
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

/** A wait as it is told when it begins. */
export function waitingMessage(wait: Wait, about: About): MessageOf<'waiting'> {
  return { ...about, ...wait, kind: 'waiting' };
}

/** A wait as it is told again. */
export function reminderMessage(wait: Wait, about: About): MessageOf<'reminder'> {
  return { ...about, ...wait, kind: 'reminder' };
}

const dayMs = 86_400_000;

/**
 * Milliseconds from one reminder of a wait to the next: each twice as long as the one before, and never rarer than once a day, unless the
 * first is. Undefined: nobody is reminded.
 *
 * @param first milliseconds from the beginning of the wait to the first reminder; 0: none.
 * @param sent how many there were.
 */
export function untilReminder(first: number, sent: number): number | undefined {
  if (first <= 0) return undefined;
  return Math.max(first, Math.min(dayMs, first * 2 ** Math.min(sent, 30)));
}
