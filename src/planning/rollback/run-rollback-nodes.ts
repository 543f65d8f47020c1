import type { InventoryNode } from '../../inventory/schema.js';
import { armedFor, armedWith } from '../node/armed.js';
import { cordonOwner } from '../node/cordon.js';
import { isOnTarget, runningSchematic } from '../node/expectations.js';
import type { IncompleteReplacement } from './incomplete-replacement.js';
import { installerImage } from '../versions/installer-image.js';
import { patchesFor } from '../node/node-configuration.js';
import type { NodeObject } from '../node/observation.js';
import type { PlannedNode, RanBefore, RanBetween, RunRollback } from '../plan/plan.js';
import type { PlanInput, SeenNode } from '../plan/plan-input.js';
import { rebootModeOf } from '../plan/planned-nodes.js';
import { plannedReplacement, replacementOfHop } from '../plan/replacement-plan.js';
import { type HopBack, hopsBack } from './run-rollback-hops.js';
import { flowOf } from '../versions/upgrade-flow.js';
import { type KnownRollbackValues, rollbackValuesOf } from './rollback-values.js';

/** A node in one hop of its rollback. */
export interface PlannedHop {
  readonly to: string;
  readonly node: PlannedNode;
}

/** A node in each hop of its rollback. */
export function plannedBack(input: PlanInput, seen: SeenNode, before: RanBefore): PlannedHop[] {
  const { node, talos, object, incompleteReplacement } = seen;
  // Refused before; this narrows the types.
  if (!talos || !object) throw new Error(`${node.name} was planned without having answered`);
  const known = { ...seen, talos, object };
  const runs = { version: talos.version, schematic: runningSchematic(talos) };
  const { version, schematic, noSlot, through } = before;
  const by = noSlot === 'replaced' ? 'machine' : 'slot';
  const whole: HopBack = { from: runs, to: { version, schematic }, by };
  if (isBack(before, seen)) return [{ to: version, node: plannedHop(input, known, whole, true) }];
  const ownHops =
    through || incompleteReplacement
      ? (hopsBack(before, runs, incompleteReplacement !== undefined) ?? [])
      : [whole];
  return ownHops.map((hop, at) => {
    const planned = plannedHop(input, known, hop, at === 0);
    const half = at === 0 ? incompleteReplacement : undefined;
    const made = hop.by === 'machine' ? plannedReplacementBack(input, node, planned, hop.to, half) : planned;
    return { to: hop.to.version, node: made };
  });
}

/** It runs its previous version, and only a run's leftovers are to be removed. */
export function isBack(before: RanBefore, { talos, incompleteReplacement }: SeenNode): boolean {
  return !incompleteReplacement && talos !== undefined && isOnTarget(before, talos);
}

interface KnownNode extends SeenNode {
  readonly talos: NonNullable<SeenNode['talos']>;
  readonly object: NonNullable<SeenNode['object']>;
}

function plannedHop(
  input: PlanInput,
  { node, talos, object, incompleteReplacement }: KnownNode,
  { from, to, by }: HopBack,
  isFirst: boolean,
): PlannedNode {
  const { inventory } = input;
  const { name, role, address } = node;
  const { limits } = inventory;
  const skip = isFirst && !incompleteReplacement && isOnTarget(to, talos);
  const adopts = isFirst ? (object.marks.cordonedBy ?? object.marks.run) : undefined;
  const flow = flowOf(from.version) ?? 'legacy';
  const installs = by === 'install';
  // The gate that halted that run need not be open to roll back: no gate is evaluated.
  const inOrder = isFirst && isUnwell(object) ? 'rollback-in-place' : 'rollback-run';
  // The older image is already installed: only the reboot is left.
  const armed = isFirst && !skip && installs && flow === 'lifecycle' && armedFor(armedWith(object), to);
  return {
    name,
    role,
    address,
    image: installerImage(inventory, { ...node, schematic: to.schematic }, to.version),
    from: from.version,
    flow,
    steps: skip ? 'adopted' : !installs ? inOrder : armed ? 'armed' : flow,
    ...(installs ? { rebootMode: rebootModeOf(input, { node }) } : {}),
    schematic: to.schematic,
    expects: {
      version: from.version,
      schematic: from.schematic,
      ...(isFirst ? { extensions: talos.extensions } : {}),
    },
    ...(skip ? { skip: 'already-on-target' as const } : installs ? {} : { back: 'run' as const }),
    ...(armed ? { armed: true as const } : {}),
    canary: false,
    keepCordon: cordonOwner(object).by === 'somebody',
    ...(adopts === undefined ? {} : { adopts }),
    soak: skip ? 0 : role === 'control-plane' ? limits.soakControlPlane : limits.soakWorker,
  };
}

/** Rolls back by another machine: of the old template, with the previous values. An incomplete replacement is resumed. */
function plannedReplacementBack(
  input: PlanInput,
  node: InventoryNode,
  planned: PlannedNode,
  to: RanBetween,
  half: IncompleteReplacement | undefined,
): PlannedNode {
  const known = wayOf(input, node, planned, to);
  // Refused before; this narrows the types.
  if (known.verdict !== 'known') throw new Error(`${node.name} was planned without a rollback`);
  const patches = patchesFor(input.inventory, node, 'after-ready').length;
  const order = half ? 'resumed' : planned.steps === 'rollback-in-place' ? 'rollback-replaced' : 'replace';
  return {
    ...planned,
    steps: patches > 0 ? `${order}-patched` : order,
    ...(patches > 0 ? { patches } : {}),
    replacement: { ...plannedReplacement(input, node, half), rollbackValues: known.way },
  };
}

/** Terraform variables for it; or why they are not known. */
export function wayOf(
  input: PlanInput,
  node: InventoryNode,
  planned: Pick<PlannedNode, 'name' | 'role'>,
  { version, schematic }: RanBetween,
): KnownRollbackValues {
  const made = {
    ...planned,
    from: version,
    expects: { version, schematic },
    replacement: plannedReplacement(input, node),
  };
  return rollbackValuesOf(input.inventory, made, replacementOfHop(input, version, [made]));
}

/** Halted by its run, or not Ready. */
function isUnwell(object: NodeObject): boolean {
  return !object.ready || object.marks.cordonedBy !== undefined;
}

/** The nodes of the request. A node outside slipway.yaml is refused as such. */
export function chosen({ only = [], inventory }: PlanInput, { nodes }: RunRollback): readonly RanBefore[] {
  return nodes.filter(
    ({ name }) => only.includes(name) && inventory.nodes.some((node) => node.name === name),
  );
}

export function seenAs(seen: readonly SeenNode[], name: string): SeenNode {
  const found = seen.find(({ node }) => node.name === name);
  if (!found) throw new Error(`${name} is in no slipway.yaml`);
  return found;
}
