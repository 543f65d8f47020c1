import type { OwnRollback } from '../../activities/plan-own-rollback.js';
import { cannotBeEmptied } from '../../planning/reasons/failure.js';
import type { Planned, UpgradePlan } from '../../planning/plan/plan.js';
import type { Decision, NodeResult } from '../../planning/report/run-result.js';
import {
  abortRun,
  approvePlan,
  pauseRun,
  rejectPlan,
  resumeRun,
  retryNode,
  rollBackNode,
  skipNode,
  decisionTimer,
  startNow,
  windowTimer,
  leftOutByItself,
  type Approval,
  type ApproveAnswer,
  type NodeDecisionInput,
  type PauseAnswer,
  type PauseInput,
  type RejectAnswer,
  type SkipAnswer,
} from '../../workflows/messages.js';
import type { HistoryFacts, UpdateFact } from './history-facts.js';
import type { ApprovalView, PauseTime, PauseView } from './run-view.js';

const kinds: Readonly<Record<string, Decision['kind']>> = {
  [abortRun.name]: 'abort',
  [pauseRun.name]: 'pause',
  [resumeRun.name]: 'resume',
  [approvePlan.name]: 'approve',
  [rejectPlan.name]: 'reject',
  [retryNode.name]: 'retry',
  [skipNode.name]: 'skip',
  [rollBackNode.name]: 'rollback',
  [startNow.name]: 'start-now',
};

/** Updates that begin or end a pause. */
const ofPauses = new Set([abortRun.name, pauseRun.name, resumeRun.name]);

/** Results of updates that changed nothing. */
const idle = new Set([
  'paused-already',
  'ending-already',
  'not-paused',
  'approved-already',
  'refused',
  'starts-already',
  'no-windows',
]);

/** Decisions that the run acted on, in order. A cancel, which has no author, counts as an abort. */
export function decisionsOf(facts: HistoryFacts): Decision[] {
  const decisions = [
    ...facts.updates
      .filter(heeded)
      .flatMap((update) =>
        decisionOf(update).map((said) =>
          cameTooLate(update, said, facts) ? { ...said, tooLate: true as const } : said,
        ),
      ),
    ...facts.signalled,
    ...ownRollbacks(facts),
    ...ownSkips(facts),
  ];
  const { cancel } = facts;
  const cancels: Decision[] = cancel
    ? [{ kind: 'abort', by: 'a cancel', why: cancel.why, at: cancel.at }]
    : [];
  return [...decisions, ...cancels].toSorted((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

/** Automatic rollbacks, by `upgrade.onFailure`. */
function ownRollbacks({ activities }: HistoryFacts): Decision[] {
  return ownRollbacksOf(activities).flatMap(({ answer, at }) =>
    answer.verdict === 'rollback'
      ? [{ kind: 'rollback', by: 'Slipway itself', why: 'upgrade.onFailure', at, node: answer.node.name }]
      : [],
  );
}

/** Workers that could not be drained and were skipped automatically, by `upgrade.workers.undrained`. */
function ownSkips({ activities, children }: HistoryFacts): Decision[] {
  const planned = activities.findLast(({ name, ending }) => name === 'planUpgrade' && ending === 'completed');
  const answer = planned?.result as Planned | undefined;
  if (answer?.verdict !== 'planned' || answer.plan.undrained !== 'skip') return [];
  const nodes = answer.plan.hops.flatMap((hop) => hop.nodes);
  const workers = new Set(
    nodes.filter(({ role, back }) => role === 'worker' && !back).map(({ name }) => name),
  );
  return children.flatMap(({ result, endedAt = '' }) => {
    const { node = '', outcome, reason } = (result ?? {}) as Partial<NodeResult>;
    if (!workers.has(node) || outcome !== 'undone' || !reason || !cannotBeEmptied(reason)) return [];
    const [by = '', why = ''] = leftOutByItself.split(': ');
    return [{ kind: 'skip', by, why, at: endedAt, node }];
  });
}

/** The results of the checks whether a node can roll back automatically. */
export function ownRollbacksOf(
  activities: HistoryFacts['activities'],
): { readonly answer: OwnRollback; readonly at: string }[] {
  return activities
    .filter(({ name, ending }) => name === 'planOwnRollback' && ending === 'completed')
    .map(({ result, endedAt = '' }) => ({ answer: result as OwnRollback, at: endedAt }));
}

/** The current pause, requested or in effect. An abort ends it too. */
export function pauseOf(facts: HistoryFacts, plan: UpgradePlan | undefined): PauseView | undefined {
  if (facts.close || facts.cancel) return undefined;
  const last = facts.updates.filter(heeded).findLast((update) => ofPauses.has(update.name));
  if (last?.name !== pauseRun.name) return undefined;
  const { by, why } = inputOf(last);
  return {
    by,
    why,
    at: last.at,
    limit: (last.answer as PauseAnswer | undefined)?.limit,
    waiting: pausesOf(facts, plan).find((pause) => pause.endedAt === undefined),
  };
}

/** The times the run was paused: its timers without a summary, except for the first if the plan needs approval. */
export function pausesOf(facts: HistoryFacts, plan: UpgradePlan | undefined): PauseTime[] {
  return timesOf(facts).slice(asks(plan) ? 1 : 0);
}

/** The times the run was halted and waited for a decision. */
export function haltsOf(facts: HistoryFacts): PauseTime[] {
  return timesOf(facts, decisionTimer);
}

/** The times the run waited for a maintenance window. `until`: when it opens, as known at that time. */
export function windowsOf(facts: HistoryFacts): PauseTime[] {
  return timesOf(facts, windowTimer);
}

/** The approval that the plan needs, and the wait for it, which always precedes the first pause. */
export function approvalOf(facts: HistoryFacts, plan: UpgradePlan | undefined): ApprovalView | undefined {
  const { approvals } = plan ?? {};
  const [wait] = asks(plan) ? timesOf(facts) : [];
  if (!plan || !approvals || !wait) return undefined;
  const { approvers } = plan;
  const said = decisionsOf(facts).filter(({ kind }) => kind === 'approve' || kind === 'reject');
  const yes = said.filter(({ kind }) => kind === 'approve');
  return {
    plan: plan.hash,
    needs: approvals,
    since: wait.since,
    until: wait.until,
    endedAt: wait.endedAt,
    answer: said.find((one) => one.kind === 'reject' || yes.indexOf(one) === (approvers ?? 1) - 1),
    ...(approvers === undefined ? {} : { approvers, yes }),
  };
}

function asks(plan: UpgradePlan | undefined): boolean {
  return plan?.approvals !== undefined && plan.approvals.length > 0;
}

function timesOf({ timers, close }: HistoryFacts, summary?: string): PauseTime[] {
  return timers
    .filter((timer) => timer.summary === summary)
    .map(({ startedAt, until, endedAt }) => ({
      since: startedAt,
      until,
      endedAt: endedAt ?? close?.at,
    }));
}

function heeded({ answer }: UpdateFact): boolean {
  const verdict = typeof answer === 'object' && answer !== null && 'verdict' in answer ? answer.verdict : '';
  return typeof verdict !== 'string' || !idle.has(verdict);
}

function decisionOf(update: UpdateFact): Decision[] {
  const kind = kinds[update.name];
  if (!kind) return [];
  const said = answered(update);
  const [about] = update.arguments;
  const node = isNodeDecision(kind) ? (about as NodeDecisionInput | undefined)?.node : undefined;
  return [
    {
      kind,
      ...inputOf(update),
      at: said?.at ?? update.at,
      ...(said?.from === undefined ? {} : { from: said.from }),
      ...(said ? { plan: said.plan } : {}),
      ...(node === undefined ? {} : { node }),
    },
  ];
}

/** Whether a skip came too late: the node was running at that time, and halted nevertheless. */
function cameTooLate(
  { answer }: UpdateFact,
  { kind, node, at }: Decision,
  { children }: HistoryFacts,
): boolean {
  if (kind !== 'skip' || (answer as SkipAnswer | undefined)?.verdict !== 'stopping') return false;
  const attempt = children.findLast(
    ({ workflowId, startedAt }) =>
      workflowId.split('/').at(-2) === node && Date.parse(startedAt) <= Date.parse(at),
  );
  if (attempt?.ending === undefined || attempt.ending === 'cancelled') return false;
  const { outcome = 'halted' } = (attempt.result ?? {}) as Partial<NodeResult>;
  return outcome === 'halted';
}

function isNodeDecision(kind: Decision['kind']): boolean {
  return kind === 'retry' || kind === 'skip' || kind === 'rollback';
}

/** An approval or rejection as the run records it: with the whole hash. */
function answered({ name, answer }: UpdateFact): Approval | undefined {
  if (name === approvePlan.name) return (answer as ApproveAnswer | undefined)?.approval;
  if (name === rejectPlan.name) return (answer as RejectAnswer | undefined)?.rejection;
  return undefined;
}

function inputOf({ arguments: [first] }: UpdateFact): PauseInput {
  const input = first as PauseInput | undefined;
  return { by: input?.by ?? 'unknown', why: input?.why ?? '' };
}
