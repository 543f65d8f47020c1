import { stepOrders, type StepName } from '../../src/planning/steps/node-steps.js';
import type { RunStory } from '../../src/planning/report/run-report.js';
import type { NodeResult, StepRecord } from '../../src/planning/report/run-result.js';
import { aCluster } from './a-cluster.js';
import { planOf } from './a-planned-node.js';

const start = Date.parse('2026-11-21T14:00:00.000Z');
const at = (seconds: number): string => new Date(start + seconds * 1000).toISOString();

/** Seconds each step of a node took, unless said otherwise. */
const took: Readonly<Partial<Record<StepName, number>>> = { drain: 40, 'await-boot': 90, soak: 300 };

/** A node that was upgraded, its steps one after the other. */
export function aNodeResult(node: string, begins: number, change: Partial<NodeResult> = {}): NodeResult {
  let seconds = begins;
  const steps = stepOrders.legacy.map((step): StepRecord => {
    const startedAt = at(seconds);
    seconds += took[step] ?? 2;
    return { step, startedAt, took: (took[step] ?? 2) * 1000, note: `${step} went well` };
  });
  return {
    node,
    outcome: 'done',
    state: 'on-target',
    from: 'v1.12.1',
    to: 'v1.12.6',
    attempt: 1,
    startedAt: at(begins),
    endedAt: at(seconds),
    steps,
    ...change,
  };
}

/** A run of a small world that went well. */
export function aRun(change: Partial<RunStory> = {}): RunStory {
  const plan = planOf(aCluster({ workers: 1 }).planInput());
  const nodes = ['ctrl-2', 'ctrl-3', 'ctrl-1', 'work-1'].map((name, index) =>
    aNodeResult(name, 60 + index * 500),
  );
  return {
    cluster: 'prox-ops',
    run: 42,
    outcome: 'done',
    reasons: [],
    target: 'v1.12.6',
    declared: true,
    requestedBy: 'ops@example',
    startedAt: at(0),
    endedAt: at(2100),
    plan,
    order: ['ctrl-2', 'ctrl-3', 'ctrl-1', 'work-1'],
    nodes,
    snapshots: [
      {
        file: 'prox-ops-42-1.snapshot.age',
        takenAt: at(20),
        from: 'ctrl-3',
        bytes: 4 * 1024 * 1024,
        sha256: 'c'.repeat(64),
        revision: 8123,
        keys: 512,
        proven: true,
      },
    ],
    ...change,
  };
}
