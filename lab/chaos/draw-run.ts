import { stepOrders, steps, type StepName } from '../../src/planning/steps/node-steps.js';
import type { ClusterMachine } from '../clusters/cluster-definition.js';
import type { FaultRequest } from '../faults/fault-plan.js';
import type { Interruption, InterruptionPoint } from '../interruptions/interruption.js';
import { chaosFaults, sendsBack, type ChaosFault } from './chaos-faults.js';
import { Dice } from './dice.js';
import { machinesOf, shapeNamed, shapeNames, type ChaosFlow, type ShapeName } from './shapes.js';

/** A person's decision on a run that waits for one. */
export interface DrawnDecision {
  readonly what: 'retry' | 'skip' | 'rollback' | 'abort';
  /** Whether the fault is disarmed before. */
  readonly repaired: boolean;
}

/** One run, with all its faults and interruptions. */
export interface DrawnRun {
  readonly seed: number;
  /** Which run of the seed it is, from 1. */
  readonly index: number;
  readonly shape: ShapeName;
  /** The nodes to upgrade. */
  readonly nodes: readonly string[];
  readonly faults: readonly FaultRequest[];
  readonly points: readonly InterruptionPoint[];
  /** Decisions in this order, one per halt; after the last one nobody decides. None: a halt ends the run. */
  readonly decisions: readonly DrawnDecision[];
  /** What slipway.yaml declares for a node that does not become healthy: automatic rollback, or none. */
  readonly onFailure: 'rollback' | 'ask';
}

/**
 * Draws a run. Pure: the same seed and index give the same run, whatever was drawn before.
 *
 * @param only draws among these shapes alone, for a test that has one lab; left out: among all.
 */
export function drawRun(seed: number, index: number, only: readonly ShapeName[] = shapeNames): DrawnRun {
  const dice = new Dice(seed, index);
  const weights = Object.fromEntries(only.map((name) => [name, shapeNamed(name).weight]));
  const shape = dice.weighted(weights) as ShapeName;
  const machines = machinesOf(shape);
  const { flow } = shapeNamed(shape);
  const chosen = drawNodes(dice, machines, flow);
  const faults = drawFaults(dice, flow, chosen, machines);
  const points = drawPoints(dice, flow, chosen, faults.length);
  const decisions = drawDecisions(dice, flow);
  const onFailure = dice.weighted({ rollback: 1, ask: 1 });
  const drawn = {
    seed,
    index,
    shape,
    nodes: chosen.map(({ name }) => name),
    faults,
    points,
    decisions,
    onFailure,
  };
  return sendsBack[flow].length > 0 && dice.chance(20)
    ? { ...drawn, ...drawRollback(dice, flow, chosen) }
    : drawn;
}

/** One in five has a node that must roll back automatically, from the new version. */
function drawRollback(
  dice: Dice,
  flow: ChaosFlow,
  chosen: readonly ClusterMachine[],
): Pick<DrawnRun, 'faults' | 'onFailure'> {
  return {
    faults: [{ name: dice.pick(sendsBack[flow]), node: dice.pick(chosen).name }],
    onFailure: 'rollback',
  };
}

/** Few, mostly: untouched nodes need no reset. A replaced machine takes longest to reset. */
function drawNodes(
  dice: Dice,
  machines: readonly ClusterMachine[],
  flow: ChaosFlow,
): readonly ClusterMachine[] {
  const size = dice.weighted({ one: 5, some: 3, all: flow === 'replace' ? 0 : 1 });
  if (size === 'all') return machines;
  const most = Math.min(machines.length, flow === 'replace' ? 2 : 3);
  return dice.some(machines, size === 'one' ? 1 : dice.whole(Math.min(2, most), most));
}

function drawFaults(
  dice: Dice,
  flow: ChaosFlow,
  chosen: readonly ClusterMachine[],
  machines: readonly ClusterMachine[],
): readonly FaultRequest[] {
  const possible = chaosFaults[flow].flatMap((fault) => {
    const at = machinesFor(fault, chosen, machines);
    return fault.at === 'none' || at.length > 0 ? [{ fault, at }] : [];
  });
  const count = Number(dice.weighted({ '0': 4, '1': 4, '2': 2 }));
  return dice.some(possible, count).map(({ fault: { name, after }, at }) => ({
    name,
    ...(at.length > 0 ? { node: dice.pick(at).name } : {}),
    ...(after === undefined ? {} : { after }),
  }));
}

function machinesFor(
  { at }: ChaosFault,
  chosen: readonly ClusterMachine[],
  machines: readonly ClusterMachine[],
): readonly ClusterMachine[] {
  const controlPlanes = (of: readonly ClusterMachine[]): readonly ClusterMachine[] =>
    of.filter(({ role }) => role === 'control-plane');
  if (at === 'none') return [];
  if (at === 'node') return chosen;
  return controlPlanes(at === 'control-plane' ? chosen : machines);
}

/** Interruptions that take a worker, or its message, away: a run resumes after each. */
const losses: readonly Interruption[] = ['killed before', 'killed during', 'killed after', 'twice', 'hung'];

/** Each at a different step; at least one where no fault is drawn. At most one abort, as in practice. */
function drawPoints(
  dice: Dice,
  flow: ChaosFlow,
  chosen: readonly ClusterMachine[],
  faults: number,
): readonly InterruptionPoint[] {
  const places = chosen.flatMap(({ name: node, role }) =>
    stepsOfRole(flow, role).map((step) => ({ node, step })),
  );
  const count = Number(dice.weighted({ '0': faults > 0 ? 3 : 0, '1': 4, '2': 3, '3': 2 }));
  const points = dice
    .some(places, count)
    .map((place): InterruptionPoint => ({ ...place, what: dice.pick(losses) }));
  const taken = new Set(points.map(({ node, step }) => `${node} ${step}`));
  const free = places.filter(({ node, step }) => !taken.has(`${node} ${step}`));
  return dice.chance(15) ? [...points, { ...dice.pick(free), what: 'aborted' }] : points;
}

/** The steps a node of that role takes in a flow. */
export function stepsOfRole(
  order: keyof typeof stepOrders,
  role: ClusterMachine['role'],
): readonly StepName[] {
  return stepOrders[order].filter((name) => (steps[name].only ?? role) === role);
}

/** Where a machine was replaced a rollback takes longer, and is drawn less often. */
function drawDecisions(dice: Dice, flow: ChaosFlow): readonly DrawnDecision[] {
  const count = Number(dice.weighted({ '0': 2, '1': 2, '2': 1 }));
  return Array.from({ length: count }, () => ({
    what: dice.weighted({ retry: 3, skip: 2, rollback: flow === 'replace' ? 1 : 3, abort: 1 }),
    repaired: dice.chance(70),
  }));
}
