import { stepOrders, steps, type StepName } from '../../src/planning/steps/node-steps.js';
import type { ClusterMachine } from '../clusters/cluster-definition.js';
import type { FaultRequest } from '../faults/fault-plan.js';
import type { Interruption, InterruptionPoint } from '../interruptions/interruption.js';
import { chaosFaults, sendsBack, type ChaosFault } from './chaos-faults.js';
import { Dice } from './dice.js';
import { machinesOf, shapeNamed, shapeNames, type ChaosFlow, type ShapeName } from './shapes.js';

/** What a person says to a run that waits for it. */
export interface DrawnDecision {
  readonly what: 'retry' | 'skip' | 'rollback' | 'abort';
  /** Whether what was armed is taken away before. */
  readonly repaired: boolean;
}

/** One run, with all that comes in its way. */
export interface DrawnRun {
  readonly seed: number;
  /** Which run of the seed it is, from 1. */
  readonly index: number;
  readonly shape: ShapeName;
  /** The nodes it is asked for. */
  readonly nodes: readonly string[];
  readonly faults: readonly FaultRequest[];
  readonly points: readonly InterruptionPoint[];
  /** In this order, as often as it halts; then nobody says anything. None: a halt ends it. */
  readonly decisions: readonly DrawnDecision[];
  /** What slipway.yaml says of a node that does not get well: it rolls back automatically, or stays as it is. */
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
    ? { ...drawn, ...drawWayBack(dice, flow, chosen) }
    : drawn;
}

/** One in five is about a node that has to roll back automatically, from the new version. */
function drawWayBack(
  dice: Dice,
  flow: ChaosFlow,
  chosen: readonly ClusterMachine[],
): Pick<DrawnRun, 'faults' | 'onFailure'> {
  return {
    faults: [{ name: dice.pick(sendsBack[flow]), node: dice.pick(chosen).name }],
    onFailure: 'rollback',
  };
}

/** Few, mostly: what is not touched is put back at once. A machine that is replaced takes longest. */
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

/** What takes a worker, or its word, away: a run goes on after it. */
const losses: readonly Interruption[] = ['killed before', 'killed during', 'killed after', 'twice', 'hung'];

/** Each at a step of its own; one at least where no fault is drawn. An abort is at most one, as it is in life. */
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

/** Where a machine was replaced a rollback takes longest, and is drawn less. */
function drawDecisions(dice: Dice, flow: ChaosFlow): readonly DrawnDecision[] {
  const count = Number(dice.weighted({ '0': 2, '1': 2, '2': 1 }));
  return Array.from({ length: count }, () => ({
    what: dice.weighted({ retry: 3, skip: 2, rollback: flow === 'replace' ? 1 : 3, abort: 1 }),
    repaired: dice.chance(70),
  }));
}
