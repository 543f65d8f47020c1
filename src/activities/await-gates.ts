import { describe, describeStep } from '../planning/reasons/describe.js';
import { evaluateGates, type GateContext, type GateReport } from '../planning/gates/evaluate-gates.js';
import type { ClusterObservation } from '../planning/node/observation.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { observeCluster } from '../tools/observe-cluster.js';
import {
  gaveUp,
  inCluster,
  type ActivitySettings,
  type Look,
  type RunReference,
} from './activity-context.js';

export interface AwaitGates extends RunReference {
  readonly node: PlannedNode;
  /** The other nodes of its batch. */
  readonly beside?: readonly string[];
  /** Milliseconds. */
  readonly limit: number;
}

/** Waits until every gate is open, before anything is done to the node. */
export async function awaitGates(
  settings: ActivitySettings,
  { node, beside = [], limit, ...reference }: AwaitGates,
): Promise<string> {
  return inCluster(settings, reference, describeStep('await-gates', node.name), async (access, wait) =>
    wait.until(limit, gaveUp(`the gates before ${node.name}`, limit), async () => {
      const { reports } = await lookAtGates(access, { node, beside, moment: 'before-node' }, wait.signal);
      return gatesLook(reports);
    }),
  );
}

/** Evaluates the gates on the cluster's present state. Talos is not asked: Kubernetes shows the nodes, and etcd itself. */
export async function lookAtGates(
  access: ClusterAccess,
  { node, beside, moment }: { node: PlannedNode; beside: readonly string[]; moment: GateContext['moment'] },
  signal: AbortSignal,
): Promise<{ reports: readonly GateReport[]; observation: ClusterObservation }> {
  const observation = await observeCluster(access, { talosOf: [], avoid: node.name, signal });
  const reports = evaluateGates(observation, {
    criticalNamespaces: access.inventory.gates.criticalNamespaces,
    moment,
    now: observation.observedAt,
    judged: node.name,
    underWork: moment === 'soak' ? [...beside, node.name] : beside,
    ...(moment === 'before-node' ? { toDrain: [node.name] } : {}),
  });
  return { reports, observation };
}

/** Done when all are open; otherwise waiting for the first closed one, naming how many there are. */
export function gatesLook(reports: readonly GateReport[]): Look<string> {
  const closed = reports.flatMap((report) =>
    report.verdict.verdict === 'closed' ? [report.verdict.reason] : [],
  );
  const [first] = closed;
  if (!first) return { kind: 'done', value: openNote(reports) };
  return { kind: 'waiting', reason: first, note: closedNote(first, closed.length) };
}

function openNote(reports: readonly GateReport[]): string {
  return reports
    .flatMap(({ name, verdict }) => {
      if (verdict.verdict === 'closed') return [];
      return [`${name}: ${verdict.verdict === 'open' ? verdict.note : `not applicable, ${verdict.why}`}`];
    })
    .join(' · ');
}

function closedNote(first: Reason, count: number): string {
  return count === 1 ? describe(first) : `${describe(first)} (and ${count - 1} more)`;
}
