import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { describe, describeNode } from '../planning/describe.js';
import type { UpgradeRequest } from '../planning/plan.js';
import type { NodeResult, RunResult } from '../planning/run-result.js';
import { keyword } from './keyword.js';
import { searchAttributes, type Phase } from './messages.js';

/** What a run waits for in each phase, for lists of runs. Which node, and for what in particular, is in its board. */
const waitingFor: Readonly<Record<Phase, string | null>> = {
  planning: 'the plan',
  snapshot: 'an etcd snapshot',
  upgrading: 'its nodes',
  paused: 'a person: slipway resume',
  aborting: 'the node under way',
  halted: 'a person: slipway release',
  aborted: 'a person: slipway release',
  done: null,
  refused: null,
  'nothing-to-do': null,
};

/** Writes the phase where lists of runs show it. */
export function tellPhase(phase: Phase): void {
  upsertSearchAttributes([
    { key: keyword(searchAttributes.phase), value: phase },
    { key: keyword(searchAttributes.waitingFor), value: waitingFor[phase] },
  ]);
}

/** What the Web UI's current details are made of. */
export interface RunDetails {
  readonly request: UpgradeRequest;
  readonly run: number;
  readonly order: readonly string[];
  readonly nodes: readonly NodeResult[];
  /** Nodes under work. */
  readonly current: readonly string[];
  readonly result?: RunResult | undefined;
}

/** The Web UI's current details: every node, its state and its time. */
export function tellDetails({ request, run, order, nodes, current, result }: RunDetails): void {
  const lines = order.map((name) => {
    const done = nodes.findLast((node) => node.node === name);
    if (current.includes(name)) return `- ● ${name}`;
    return done ? `- ${describeNode(done)}` : `- ○ ${name}`;
  });
  const ending = result
    ? `\n**${result.outcome}**\n${result.reasons.map((reason) => `- ${describe(reason)}`).join('\n')}`
    : '';
  setCurrentDetails(
    `## run ${run}: ${request.cluster} → Talos ${request.talos}\n\n${lines.join('\n')}\n${ending}`,
  );
}
