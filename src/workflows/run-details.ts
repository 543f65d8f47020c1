import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { approvalCommands, approvalsText, approversText } from '../planning/plan/approval-text.js';
import { describe, describeLeft, describeNode } from '../planning/reasons/describe.js';
import { plain } from '../planning/text/markdown.js';
import type { UpgradePlan, UpgradeRequest } from '../planning/plan/plan.js';
import type { NodeEnding, RunResult } from '../planning/report/run-result.js';
import { keyword } from './keyword.js';
import { searchAttributes, type Approval, type Phase } from './messages.js';

/** What a run waits for in each phase, for lists of runs. The status message names the node and the cause. */
const waitingFor: Readonly<Record<Phase, string | null>> = {
  planning: 'the plan',
  approval: 'a person: slipway approve',
  snapshot: 'an etcd snapshot',
  upgrading: 'its nodes',
  paused: 'a person: slipway resume',
  window: 'the maintenance window',
  decision: 'a person: slipway retry, rollback, skip or abort',
  aborting: 'the node under way',
  halted: 'a person: slipway release',
  aborted: 'a person: slipway release',
  done: null,
  incomplete: null,
  refused: null,
  'nothing-to-do': null,
};

/** Writes the phase to the search attributes, for lists of runs. */
export function showPhase(phase: Phase): void {
  upsertSearchAttributes([
    { key: keyword(searchAttributes.phase), value: phase },
    { key: keyword(searchAttributes.waitingFor), value: waitingFor[phase] },
  ]);
}

/** The content of the Web UI's current details. */
export interface RunDetails {
  readonly request: UpgradeRequest;
  readonly run: number;
  readonly order: readonly string[];
  readonly endings: readonly NodeEnding[];
  /** Nodes under work. */
  readonly current: readonly string[];
  readonly result?: RunResult | undefined;
  /** The plan that waits for a person's approval. */
  readonly unanswered?: UpgradePlan | undefined;
  /** Who approved it, where another approver is required. */
  readonly yes: readonly Approval[];
  /** Why signals were rejected: a signal has no response. */
  readonly refusedSignals: readonly string[];
}

/** Nodes listed before and after those under work: replay writes all of this again, batch after batch. */
const listedEachSide = 25;

/** Writes the Web UI's current details: the nodes around those under work, with state and time, and how many more there are. */
export function showDetails(details: RunDetails): void {
  const { request, run, order, endings, current, result, unanswered, refusedSignals } = details;
  const ended = new Map(endings.map((ending) => [ending.node, ending]));
  const line = (name: string): string => {
    if (current.includes(name)) return `- ● ${name}`;
    const ending = ended.get(name);
    return ending ? `- ${describeNode(ending)}` : `- ○ ${name}`;
  };
  const at = order.findLastIndex((name) => current.includes(name) || ended.has(name));
  const from = Math.max(0, at - listedEachSide);
  const to = Math.min(order.length, at + 1 + listedEachSide);
  const lines = [
    ...(from > 0 ? [`- … ${from} before`] : []),
    ...order.slice(from, to).map(line),
    ...(to < order.length ? [`- … ${order.length - to} after`] : []),
  ];
  const ends = [
    ...(result?.reasons.map((reason) => `- ${describe(reason)}`) ?? []),
    ...(result?.terraform ? [`- ${describeLeft(result.terraform)}`] : []),
  ];
  const ending = result ? `\n**${result.outcome}**\n${ends.join('\n')}` : '';
  const waits = unanswered ? approvalDetails(unanswered, details) : '';
  const refused = refusedSignals.map((why) => `- A signal was not taken. ${plain(why)}\n`).join('');
  setCurrentDetails(
    `## run ${run}: ${request.cluster} → Talos ${request.talos}\n\n${waits}${refused}${lines.join('\n')}\n${ending}`,
  );
}

function approvalDetails(plan: UpgradePlan, { run, yes }: RunDetails): string {
  const why = approvalsText(plan.approvals ?? []);
  const commands = approvalCommands(plan, run).map((line) => `    ${line}`);
  return `**Waits for a person's approval of plan \`${plan.hash}\`**: ${why}.${plain(approversText(plan.approvers, yes))} Nothing was touched.\n\n${commands.join('\n')}\n`;
}
