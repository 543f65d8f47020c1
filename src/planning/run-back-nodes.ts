import type { InventoryNode } from '../inventory/schema.js';
import { armedFor, armedWith } from './armed.js';
import { cordonOwner } from './cordon.js';
import { isOnTarget, runningSchematic } from './expectations.js';
import { installerImage } from './installer-image.js';
import { patchesFor } from './node-configuration.js';
import type { NodeObject } from './observation.js';
import type { PlannedNode, RanBefore } from './plan.js';
import type { PlanInput, SeenNode } from './plan-input.js';
import { rebootModeOf } from './planned-nodes.js';
import { plannedRebuild, rebuildOfHop } from './rebuild-plan.js';
import { type BackLeg, legsBack } from './run-back-legs.js';
import { flowOf } from './upgrade-flow.js';
import { type KnownWayBack, wayBackOf } from './way-back.js';

/** A node in one hop of its way back. */
export interface PlannedLeg {
  readonly to: string;
  readonly node: PlannedNode;
}

/** A node in each of the hops that it takes. */
export function plannedBack(input: PlanInput, seen: SeenNode, before: RanBefore): PlannedLeg[] {
  const { node, talos, object } = seen;
  // Refused before, but the types do not know.
  if (!talos || !object) throw new Error(`${node.name} was planned without having answered`);
  const known = { ...seen, talos, object };
  const runs = { version: talos.version, schematic: runningSchematic(talos) };
  const { version, schematic } = before;
  const whole = { from: runs, to: { version, schematic }, bySlot: true };
  if (isOnTarget(before, talos)) return [{ to: version, node: plannedLeg(input, known, whole, true) }];
  if (before.noSlot === 'rebuilt') {
    const planned = plannedLeg(input, known, whole, true);
    return [{ to: version, node: madeAnew(input, node, planned, before) }];
  }
  const legs = before.through ? (legsBack(before, runs) ?? []) : [whole];
  return legs.map((leg, at) => ({ to: leg.to.version, node: plannedLeg(input, known, leg, at === 0) }));
}

interface KnownNode extends SeenNode {
  readonly talos: NonNullable<SeenNode['talos']>;
  readonly object: NonNullable<SeenNode['object']>;
}

function plannedLeg(
  input: PlanInput,
  { node, talos, object }: KnownNode,
  { from, to, bySlot }: BackLeg,
  isFirst: boolean,
): PlannedNode {
  const { inventory } = input;
  const { name, role, address } = node;
  const { limits } = inventory;
  const skip = isFirst && isOnTarget(to, talos);
  const adopts = isFirst ? (object.marks.cordonedBy ?? object.marks.run) : undefined;
  const flow = flowOf(from.version) ?? 'legacy';
  // What halted that run need not be well to go back: no gate is asked whether it is.
  const inSlot = isUnwell(object) ? 'back' : 'back-run';
  // The older image is there already: only the reboot is left to do.
  const armed = isFirst && !skip && !bySlot && flow === 'lifecycle' && armedFor(armedWith(object), to);
  return {
    name,
    role,
    address,
    image: installerImage(inventory, { ...node, schematic: to.schematic }, to.version),
    from: from.version,
    flow,
    steps: skip ? 'adopted' : bySlot ? inSlot : armed ? 'armed' : flow,
    ...(bySlot ? {} : { rebootMode: rebootModeOf(input, { node }) }),
    schematic: to.schematic,
    expects: {
      version: from.version,
      schematic: from.schematic,
      ...(isFirst ? { extensions: talos.extensions } : {}),
    },
    ...(skip ? { skip: 'already-on-target' as const } : bySlot ? { back: 'run' as const } : {}),
    ...(armed ? { armed: true as const } : {}),
    canary: false,
    keepCordon: cordonOwner(object).by === 'somebody',
    ...(adopts === undefined ? {} : { adopts }),
    soak: skip ? 0 : role === 'control-plane' ? limits.soakControlPlane : limits.soakWorker,
  };
}

/** By another machine: of the old template, with the values from before. */
function madeAnew(
  input: PlanInput,
  node: InventoryNode,
  planned: PlannedNode,
  before: RanBefore,
): PlannedNode {
  const known = wayOf(input, node, planned, before);
  // Refused before, but the types do not know.
  if (known.verdict !== 'known') throw new Error(`${node.name} was planned without a way back`);
  const patches = patchesFor(input.inventory, node, 'after-ready').length;
  const order = planned.steps === 'back' ? 'back-rebuilt' : 'rebuild';
  return {
    ...planned,
    steps: patches > 0 ? `${order}-patched` : order,
    ...(patches > 0 ? { patches } : {}),
    rebuild: { ...plannedRebuild(input, node), wayBack: known.way },
  };
}

/** What Terraform is given for it; or why nobody can tell. */
export function wayOf(
  input: PlanInput,
  node: InventoryNode,
  planned: Pick<PlannedNode, 'name' | 'role'>,
  { version, schematic }: RanBefore,
): KnownWayBack {
  const made = {
    ...planned,
    from: version,
    expects: { version, schematic },
    rebuild: plannedRebuild(input, node),
  };
  return wayBackOf(input.inventory, made, rebuildOfHop(input, version, [made]));
}

/** Left by a run as it halted, or not Ready. */
function isUnwell(object: NodeObject): boolean {
  return !object.ready || object.marks.cordonedBy !== undefined;
}
