import { advise } from '../reasons/advise.js';
import { approvalCommands, approvalsText } from '../plan/approval-text.js';
import type { AddressOf } from '../node/node-address.js';
import { span } from '../text/phrases.js';
import type { UpgradePlan, UpgradeRequest } from '../plan/plan.js';
import type { Reason } from '../reasons/reason.js';
import { declaredStill } from '../merge/revert.js';
import type { Decision, NodeEnding, RunResult } from '../report/run-result.js';
import type { About, StatusRow, Message, MessageOf, NamedNodes } from './message.js';

/** Nodes named in a message: a phone shows a few lines. */
const namesMax = 15;
/** Rows of a status message; finished nodes are left out first. */
const rowsMax = 30;
/** Reasons whose values a message carries. */
const reasonsMax = 5;
/** Characters of a quoted comment. */
const saidMax = 300;

/** A run begins: its plan, in a few hundred bytes. */
export function startMessage(
  plan: UpgradePlan,
  { requestedBy, commit }: UpgradeRequest,
  about: About,
): MessageOf<'start'> {
  const touched = plan.hops.flatMap(({ nodes }) => nodes.filter(({ skip }) => !skip));
  const first = plan.hops[0]?.nodes.filter(({ skip }) => !skip) ?? [];
  return {
    ...about,
    kind: 'start',
    target: plan.target,
    from: [...new Set(first.map(({ from }) => from))].slice(0, 5),
    strategy: plan.strategy,
    why: plan.strategyReason,
    nodes: named(touched.map(({ name }) => name)),
    hops: plan.hops.length,
    estimate: plan.estimate,
    by: requestedBy,
    ...(commit === undefined ? {} : { commit }),
  };
}

/** A plan waits for approval. `until`: ISO time at which the run ends without one. */
export function approvalMessage(plan: UpgradePlan, about: About, until?: string): MessageOf<'approval'> {
  const touched = plan.hops.flatMap(({ nodes }) => nodes.filter(({ skip }) => !skip));
  return {
    ...about,
    kind: 'approval',
    target: plan.target,
    plan: plan.hash,
    why: `${approvalsText(plan.approvals ?? [])}${plan.approvers ? '; two different people must approve' : ''}`,
    nodes: named(touched.map(({ name }) => name)),
    commands: approvalCommands(plan, about.run),
    ...(until === undefined ? {} : { until }),
  };
}

/** Somebody sent the run a command, and the run accepted it. */
export function decidedMessage(
  { kind, by, why, node }: Omit<Decision, 'at'>,
  about: About,
): MessageOf<'decided'> {
  const decision = { kind, by: by.slice(0, saidMax), why: why.slice(0, saidMax) };
  return {
    ...about,
    part: kind,
    kind: 'decided',
    decision: { ...decision, ...(node === undefined ? {} : { node }) },
  };
}

/** A node runs its new version. `of`: how many nodes the plan touches. */
export function nodeDoneMessage(
  { node, from, to, startedAt, endedAt }: NodeEnding,
  { place, of }: { readonly place: number; readonly of: number },
  about: About,
): MessageOf<'node-done'> {
  const took = Date.parse(endedAt) - Date.parse(startedAt);
  return { ...about, kind: 'node-done', node, from, to, took, place, of };
}

/** A node halted the run. `until`: ISO time at which the wait for a decision ends. */
export function haltMessage(
  ending: NodeEnding,
  target: string,
  about: About,
  until?: string,
): MessageOf<'halt'> {
  const { node, state, reason, undoFailed } = ending;
  const reasons = [reason, undoFailed].filter((one): one is Reason => one !== undefined);
  return { ...about, kind: 'halt', target, node, state, reasons, ...(until === undefined ? {} : { until }) };
}

/**
 * A node that halted the run rolls back: the rollback begins (`went` left out), or it has ended.
 *
 * @param halted how the node ended on the new version: the check that failed.
 * @param went how its rollback ended.
 */
export function rollbackMessage(
  halted: NodeEnding,
  went: NodeEnding | undefined,
  about: About,
): MessageOf<'rollback'> | MessageOf<'rolled-back'> | MessageOf<'rollback-failed'> {
  const { node, from: before, to: now, reason: check } = halted;
  const back = { ...about, node, from: now, to: before, ...(check === undefined ? {} : { check }) };
  if (went === undefined) return { ...back, kind: 'rollback' };
  if (went.outcome === 'done' || went.state === 'rolled-back') {
    return { ...back, kind: 'rolled-back', took: Date.parse(went.endedAt) - Date.parse(went.startedAt) };
  }
  const reason = went.reason ??
    went.undoFailed ?? { kind: 'unexpected', message: 'its rollback ended without a word' };
  return { ...back, kind: 'rollback-failed', state: went.state, reason };
}

/**
 * A run has ended. `left`: what Terraform would still change, as `describeLeft` says it.
 *
 * @param request the run's request: where the run fell short of it, git still declares the version.
 */
export function endMessage(
  result: RunResult,
  about: About,
  left?: string,
  request?: UpgradeRequest,
): MessageOf<'done'> | MessageOf<'ended'> {
  const { target, counts, outcome, reasons, startedAt, endedAt } = result;
  const took = Date.parse(endedAt) - Date.parse(startedAt);
  const still = request && declaredStill(request, outcome);
  const inGit = still ? { still } : {};
  if (outcome === 'done')
    return {
      ...about,
      kind: 'done',
      target,
      counts,
      took,
      ...(left === undefined ? {} : { left }),
      ...inGit,
    };
  const begun = outcome === 'incomplete' || outcome === 'halted' || outcome === 'aborted';
  const touched = begun ? { counts, took } : {};
  return {
    ...about,
    kind: 'ended',
    outcome,
    target,
    reasons: reasons.slice(0, reasonsMax),
    ...touched,
    ...inGit,
  };
}

/** The message with only the node addresses that the advice about its reasons needs. */
export function withAddresses<Sent extends Message>(message: Sent, address: AddressOf): Sent {
  const reasons =
    message.kind === 'halt' || message.kind === 'ended'
      ? message.reasons
      : message.kind === 'rollback-failed'
        ? [message.reason]
        : [];
  const addresses: Record<string, string> = {};
  const found: AddressOf = (node) => {
    const known = address(node);
    if (known !== undefined) addresses[node] = known;
    return known;
  };
  for (const reason of reasons) advise(reason, { cluster: message.cluster, address: found });
  return Object.keys(addresses).length === 0 ? message : { ...message, addresses };
}

/** State of a run, for its status message. */
export interface Standing {
  readonly target: string;
  /** `in place`, `paused`, `done`. */
  readonly stands: string;
  /** In the order in which the run takes them. */
  readonly order: readonly string[];
  readonly endings: readonly NodeEnding[];
  /** Nodes under work. */
  readonly current: readonly string[];
  /** What is in progress and what waits, as sentences. */
  readonly now?: readonly string[];
  readonly commands?: readonly string[];
  /** Estimated milliseconds left. */
  readonly left?: number;
}

/** The run at a glance. `about.part` is its edition. */
export function statusMessageOf(standing: Standing, about: About): MessageOf<'board'> {
  const { target, stands, order, endings, current, now = [], commands = [], left } = standing;
  const ended = new Map(endings.map((ending) => [ending.node, ending]));
  const rows = order.map((node) => row(node, current.includes(node), ended.get(node)));
  const at = rows.findIndex(({ sign }) => sign === 'under-work' || sign === 'not-done');
  const from = Math.max(
    0,
    Math.min(at === -1 ? rows.length : at - Math.floor(rowsMax / 2), rows.length - rowsMax),
  );
  const shown = rows.slice(from, from + rowsMax);
  return {
    ...about,
    kind: 'board',
    target,
    stands,
    done: rows.filter(({ sign }) => sign === 'done').length,
    of: rows.length,
    rows: shown,
    more: rows.length - shown.length,
    now: now.slice(0, reasonsMax),
    commands: commands.slice(0, reasonsMax),
    ...(left === undefined ? {} : { left }),
  };
}

function row(node: string, underWork: boolean, ending: NodeEnding | undefined): StatusRow {
  if (underWork) return { node, sign: 'under-work' };
  if (ending === undefined) return { node, sign: 'to-come' };
  const { outcome, to, startedAt, endedAt, skippedBy } = ending;
  if (outcome === 'done')
    return { node, sign: 'done', words: `${to} ${span(Date.parse(endedAt) - Date.parse(startedAt))}` };
  if (outcome === 'skipped' && skippedBy === undefined)
    return { node, sign: 'done', words: `${to} (ran it already)` };
  return outcome === 'skipped' ? { node, sign: 'left-out' } : { node, sign: 'not-done', words: ending.state };
}

function named(names: readonly string[]): NamedNodes {
  const all = [...new Set(names)];
  return { names: all.slice(0, namesMax), more: Math.max(0, all.length - namesMax) };
}
