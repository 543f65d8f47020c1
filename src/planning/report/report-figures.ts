import type { StepName } from '../steps/node-steps.js';
import { plannedOf } from './report-nodes.js';
import type { RunStory, StoryNode } from './run-report.js';

/** Target durations of a node in place or replaced, without its soak, and of a run of fifteen nodes. Milliseconds. */
export const targets = {
  node: { 'in-place': 3 * 60_000, replace: 6 * 60_000 },
  fifteenNodes: 2 * 60 * 60_000,
} as const;

/** Time spent waiting, and the run against its targets. Milliseconds. */
export interface ReportFigures {
  /** From its start to its end; null while it is open. */
  readonly took: number | null;
  readonly waits: readonly WaitCost[];
  /** Null: no node was upgraded. */
  readonly targets: AgainstTargets | null;
}

export interface WaitCost {
  readonly waitedFor: string;
  /** Summed over all nodes; nodes of a batch wait at the same time. */
  readonly inAll: number;
  readonly longest: number;
  /** The node with the longest wait; null: the run's own. */
  readonly node: string | null;
}

export interface AgainstTargets {
  readonly nodes: number;
  /** Each strategy that was used; a run of several hops may have both. */
  readonly ways: readonly WayAgainstTarget[];
  /** The target for that many nodes, and the duration without pauses, decisions and windows. */
  readonly allowed: number;
  readonly took: number;
  readonly paused: number;
}

export interface WayAgainstTarget {
  readonly way: keyof typeof targets.node;
  /** The mean of a node, without its soak. */
  readonly perNode: number;
  /** Nodes that took longer than the target. */
  readonly slow: readonly string[];
}

/** Steps in which a node waits for something that is not the run's own work. */
const waitsOfNodes: Readonly<Partial<Record<StepName, string>>> = {
  'plan-replacement': 'Terraform planning the machine',
  'prepare-image': 'factory and image pull',
  'await-gates': 'gates before the node',
  drain: 'pods leaving',
  'transfer-leadership': 'a new etcd leader',
  install: 'the node taking the install',
  reboot: 'the reboot being allowed',
  'replace-machine': 'Terraform replacing the machine',
  'continue-machine': 'Terraform making the rest of the machine',
  'configure-machine': 'the new machine, and its configuration',
  'await-boot': 'install and reboot',
  'await-ready': 'the Node getting Ready',
  'await-etcd-member': 'the etcd member catching up',
  'probe-node': 'probes',
  soak: 'soak',
};

/** Waits of the run itself, between nodes. */
const waitsOfRun: Readonly<Record<string, string>> = {
  plan: 'the observation and the plan',
  images: 'the factory building the images',
  templates: 'Terraform replacing the templates',
  snapshot: 'etcd snapshots',
  etcd: 'etcd staying healthy between control planes',
  terraform: 'Terraform, asked what it would still change',
  approval: 'a person, to approve the plan',
  paused: 'a person, in a pause',
  halted: 'a person, to decide about a node',
  window: 'a maintenance window',
};

/** Waits that a person or the calendar ends. */
const idle = new Set(['approval', 'paused', 'halted', 'window']);

export function reportFigures(story: RunStory): ReportFigures {
  const { startedAt, endedAt } = story;
  return {
    took: endedAt === undefined ? null : Date.parse(endedAt) - Date.parse(startedAt),
    waits: [...runWaits(story), ...nodeWaits(story)],
    targets: againstTargets(story),
  };
}

function nodeWaits({ nodes, plan }: RunStory): WaitCost[] {
  const all = plan?.hops.flatMap((hop) => hop.nodes) ?? [];
  const lifecycle = all.some((node) => node.flow === 'lifecycle');
  const allReplaced = all.length > 0 && all.every((node) => node.replacement);
  return Object.entries(waitsOfNodes).flatMap(([step, words]) => {
    const times = nodes.flatMap((node) =>
      node.steps.flatMap((one) =>
        one.step === step && one.took !== undefined ? [{ node: node.node, took: one.took }] : [],
      ),
    );
    // In the lifecycle flow the install is a step of its own; a new machine has neither.
    const boot = allReplaced ? 'the machine joining' : lifecycle ? 'the reboot' : words;
    return costOf(step === 'await-boot' ? boot : words, times);
  });
}

function runWaits({ work = [] }: RunStory): WaitCost[] {
  return Object.entries(waitsOfRun).flatMap(([name, waitedFor]) => {
    const times = work
      .filter((one) => one.name === name && one.endedAt !== undefined)
      .map((one) => ({ node: null, took: Date.parse(one.endedAt ?? '') - Date.parse(one.startedAt) }));
    return costOf(waitedFor, times);
  });
}

function costOf(
  waitedFor: string,
  times: readonly { readonly node: string | null; readonly took: number }[],
): WaitCost[] {
  if (times.length === 0) return [];
  const longest = times.reduce((most, time) => (time.took > most.took ? time : most));
  const inAll = times.reduce((sum, time) => sum + time.took, 0);
  return [{ waitedFor, inAll, longest: longest.took, node: longest.node }];
}

function againstTargets(story: RunStory): AgainstTargets | null {
  const { nodes, work = [], startedAt, endedAt } = story;
  const done = nodes.filter((node) => node.outcome === 'done');
  if (done.length === 0 || endedAt === undefined) return null;
  const paused = work
    .filter((one) => idle.has(one.name))
    .reduce((sum, one) => sum + Date.parse(one.endedAt ?? endedAt) - Date.parse(one.startedAt), 0);
  return {
    nodes: done.length,
    ways: (Object.keys(targets.node) as (keyof typeof targets.node)[]).flatMap((way) =>
      wayAgainst(
        way,
        done.filter((node) => (plannedOf(story, node)?.replacement ? 'replace' : 'in-place') === way),
      ),
    ),
    allowed: (targets.fifteenNodes * done.length) / 15,
    took: Date.parse(endedAt) - Date.parse(startedAt) - paused,
    paused,
  };
}

function wayAgainst(way: WayAgainstTarget['way'], nodes: readonly StoryNode[]): WayAgainstTarget[] {
  if (nodes.length === 0) return [];
  const times = nodes.map((node) => ({ node: node.node, took: withoutSoak(node) }));
  const perNode = times.reduce((sum, { took }) => sum + took, 0) / times.length;
  const slow = times.filter(({ took }) => took > targets.node[way]).map(({ node }) => node);
  return [{ way, perNode, slow }];
}

function withoutSoak(node: StoryNode): number {
  const soak = node.steps
    .filter((step) => step.step === 'soak')
    .reduce((sum, step) => sum + (step.took ?? 0), 0);
  return Math.max(0, Date.parse(node.endedAt ?? node.startedAt) - Date.parse(node.startedAt) - soak);
}
