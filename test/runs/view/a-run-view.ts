import type { PlannedNode, UpgradePlan } from '../../../src/planning/plan/plan.js';
import type { StepName } from '../../../src/planning/steps/node-steps.js';
import type { PendingActivity } from '../../../src/runs/view/pending-work.js';
import type { NodeView, RunView, Work } from '../../../src/runs/view/run-view.js';
import { Limits } from '../../../src/inventory/schema.js';
import { stepOrders, steps } from '../../../src/planning/steps/node-steps.js';

/** Noon of the tests' day; seconds count from it. */
const noon = Date.parse('2026-11-21T12:00:00Z');

/** Milliseconds, so many seconds after noon. */
export function after(seconds: number): number {
  return noon + seconds * 1000;
}

/** ISO time, so many seconds after noon. */
export function at(seconds: number): string {
  return new Date(after(seconds)).toISOString();
}

export const from = 'v1.12.1';
export const target = 'v1.12.6';

/** Three control planes and three workers, as the lab has them. */
export const nodeNames = [
  'k8s-ctrl-2',
  'k8s-ctrl-3',
  'k8s-ctrl-1',
  'k8s-work-1',
  'k8s-work-2',
  'k8s-work-3',
] as const;

/** A run that has started and planned, and has not touched a node. */
export function aRunView(over: Partial<RunView> = {}): RunView {
  const nodes = over.nodes ?? nodeNames.map((name) => aNode(name));
  return {
    cluster: 'prox-ops',
    run: 42,
    workflowId: 'run/prox-ops/42',
    target,
    declared: true,
    requestedBy: 'ada@bench',
    input: undefined,
    startedAt: at(0),
    endedAt: undefined,
    outcome: undefined,
    hold: undefined,
    reasons: [],
    plan: aPlan(nodes.map((node) => node.plan)),
    order: [],
    nodes,
    work: [],
    abort: undefined,
    approval: undefined,
    pause: undefined,
    pauses: [],
    halts: [],
    windows: [],
    noRollback: [],
    decisions: [],
    telling: undefined,
    snapshots: [],
    workflowTask: undefined,
    workers: {
      taskQueue: 'slipway',
      answering: true,
      lastSeen: at(0),
      startWith: 'node dist/programs/worker.js',
    },
    result: undefined,
    ...over,
  };
}

/** A waiting node. `k8s-ctrl-…` is a control plane; `k8s-work-1` is the canary. */
export function aNode(name: string, over: Partial<NodeView> = {}): NodeView {
  const plan = over.plan ?? aPlannedNode(name);
  return {
    name,
    hop: 0,
    // Each in its own batch.
    batch: Number(/\d+$/.exec(name)?.[0] ?? 0) + (plan.role === 'worker' ? 1000 : 0),
    role: plan.role,
    from,
    to: target,
    state: 'waiting',
    plan,
    leads: name === 'k8s-ctrl-1',
    attempt: 0,
    begun: over.state !== undefined && over.state !== 'waiting',
    startedAt: undefined,
    endedAt: undefined,
    steps: [],
    work: [],
    workflowTask: undefined,
    reason: undefined,
    failedStep: undefined,
    leftAs: undefined,
    cordoned: false,
    undoFailed: undefined,
    skippedBy: undefined,
    ...over,
  };
}

/** A node that was upgraded between two moments, in seconds after noon. */
export function doneNode(name: string, start: number, end: number): NodeView {
  return aNode(name, {
    state: 'done',
    attempt: 1,
    startedAt: at(start),
    endedAt: at(end),
    leftAs: 'on-target',
  });
}

/** A node in the middle of a step that began so many seconds after noon. */
export function runningNode(
  name: string,
  start: number,
  step: StepName,
  since: number,
  pending?: Partial<PendingActivity>,
): NodeView {
  return aNode(name, {
    state: 'running',
    attempt: 1,
    startedAt: at(start),
    steps: [{ step, startedAt: at(since), endedAt: undefined, note: undefined, undo: false }],
    work: [aStepWork(step, since, pending)],
  });
}

export function aStepWork(step: StepName, since: number, pending?: Partial<PendingActivity>): Work {
  return {
    name: step,
    does: steps[step].does,
    since: at(since),
    endedAt: undefined,
    pending: pending && aPending(pending),
  };
}

/** An activity that a worker has, healthy and at its first attempt. */
export function aPending(over: Partial<PendingActivity> = {}): PendingActivity {
  return {
    id: '1',
    name: 'drainNode',
    state: 'running',
    attempt: 1,
    waiting: undefined,
    heardAt: undefined,
    heartbeatLimit: 10_000,
    lastFailure: undefined,
    nextAttemptAt: undefined,
    worker: 'slipway-worker@bench#1',
    ...over,
  };
}

export function aPlannedNode(name: string, over: Partial<PlannedNode> = {}): PlannedNode {
  const isControlPlane = name.startsWith('k8s-ctrl');
  const schematic = '366fd68945d42e0b6428f65068c83c2c3c08e3afb0e3bc3f00e04b28e2ad0ce2';
  return {
    name,
    role: isControlPlane ? 'control-plane' : 'worker',
    address: `10.20.67.${isControlPlane ? name.slice(-1) : Number(name.split('-').at(-1)) + 3}`,
    image: `factory.talos.dev/nocloud-installer/${schematic}:${target}`,
    from,
    flow: 'legacy',
    steps: 'legacy',
    schematic,
    expects: { version: from, schematic, extensions: ['siderolabs/qemu-guest-agent'] },
    canary: name === 'k8s-work-1',
    keepCordon: false,
    soak: name === 'k8s-work-1' || isControlPlane ? 60_000 : 0,
    ...over,
  };
}

export function aPlan(nodes: readonly PlannedNode[]): UpgradePlan {
  return {
    cluster: 'prox-ops',
    target,
    declared: true,
    kubernetes: { lowest: 'v1.35.0', highest: 'v1.35.0' },
    strategy: 'in-place',
    strategyReason: 'patch: same minor',
    hops: [{ to: target, nodes }],
    steps: { legacy: stepOrders.legacy },
    gates: ['nodes-ready', 'etcd-healthy'],
    drain: { attempts: 3, deleteEmptyDirData: true },
    batch: 1,
    snapshotMaxAge: 3_600_000,
    limits: Limits.parse({}),
    blocked: [],
    notes: [],
    estimate: 24 * 60_000,
    hash: 'a'.repeat(64),
  };
}
