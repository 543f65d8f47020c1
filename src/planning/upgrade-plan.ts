import { cordonOwner } from './cordon.js';
import { estimatePlan } from './estimate.js';
import { runningSchematic } from './expectations.js';
import { gateNames } from './gates/evaluate-gates.js';
import { installerImage, schematicOf } from './installer-image.js';
import { kubernetesVersions } from './kubernetes-versions.js';
import { orderNodes } from './node-order.js';
import { inPlaceSteps } from './node-steps.js';
import { type PlanInput, type SeenNode, runsTarget, seenNodes } from './plan-input.js';
import { planHashText } from './plan-hash.js';
import { blockedNodes, planNotes } from './plan-notes.js';
import { planRefusals } from './plan-refusals.js';
import type { Planned, PlannedNode, UpgradePlan } from './plan.js';
import { minorOf } from './versions.js';

export type { PlanInput } from './plan-input.js';

/**
 * Makes the plan of an upgrade, or says everything that forbids one. The only way to make a plan: the run, `slipway plan`
 * and whoever else shows one call this with what they observed.
 */
export function planUpgrade(input: PlanInput): Planned {
  const seen = seenNodes(input);
  const reasons = planRefusals(input, seen);
  if (reasons.length > 0) return { verdict: 'refused', reasons };
  const nodes = plannedNodes(input, seen);
  if (nodes.every((node) => node.skip && node.adopts === undefined)) {
    return { verdict: 'nothing-to-do', reason: { kind: 'nothing-to-do', target: input.request.talos } };
  }
  return { verdict: 'planned', plan: planOf(input, seen, nodes) };
}

function planOf(input: PlanInput, seen: readonly SeenNode[], nodes: readonly PlannedNode[]): UpgradePlan {
  const { request, inventory, observation } = input;
  const { limits, upgrade, snapshot } = inventory;
  const running = nodes.find((node) => !node.skip)?.from ?? request.talos;
  const decided = {
    cluster: inventory.cluster,
    target: request.talos,
    kubernetes: kubernetesVersions(observation) ?? {
      lowest: inventory.versions.kubernetes,
      highest: inventory.versions.kubernetes,
    },
    strategy: upgrade.strategy.patch,
    strategyReason: 'patch: same minor',
    hops: [{ to: request.talos, flow: 'legacy' as const, talosctl: minorOf(running), nodes }],
    steps: inPlaceSteps,
    gates: gateNames,
    drain: upgrade.drain,
    snapshotMaxAge: snapshot.maxAge,
    limits,
  };
  const forecast = blockedNodes(input, nodes);
  return {
    ...decided,
    declared: request.declared,
    blocked: forecast.blocked,
    notes: planNotes(input, seen, nodes, forecast),
    estimate: estimatePlan(decided),
    hash: input.sha256(planHashText(decided)),
  };
}

/** The nodes of the plan, in its order; who leads etcd is settled as the run starts. */
function plannedNodes(input: PlanInput, seen: readonly SeenNode[]): PlannedNode[] {
  const { controlPlane, upgrade } = input.inventory;
  const nodes = withCanary(
    input,
    seen.filter((node) => node.selected).map((node) => plannedNode(input, node)),
  );
  const byName = new Map(nodes.map((node) => [node.name, node]));
  return orderNodes(nodes, undefined, controlPlane.leader, upgrade.order).flatMap(
    (name) => byName.get(name) ?? [],
  );
}

function plannedNode(input: PlanInput, node: SeenNode): PlannedNode {
  const { inventory, request } = input;
  const { talos, object } = node;
  // Refused before, but the types do not know.
  if (!talos || !object) throw new Error(`${node.node.name} was planned without having answered`);
  const { name, role, address } = node.node;
  const skip = runsTarget(input, node);
  const owner = cordonOwner(object);
  const adopts = object.marks.cordonedBy ?? object.marks.run;
  const soak = role === 'control-plane' ? inventory.limits.soakControlPlane : inventory.limits.soakWorker;
  return {
    name,
    role,
    address,
    image: installerImage(inventory, node.node, request.talos),
    from: talos.version,
    schematic: schematicOf(inventory, node.node),
    expects: { version: talos.version, schematic: runningSchematic(talos), extensions: talos.extensions },
    ...(skip ? { skip: 'already-on-target' as const } : {}),
    canary: false,
    keepCordon: owner.by === 'somebody',
    ...(adopts === undefined ? {} : { adopts }),
    soak: skip ? 0 : soak,
  };
}

/** The first worker that takes pods again is watched before the others follow; one that stays cordoned shows nothing. */
function withCanary({ inventory }: PlanInput, nodes: readonly PlannedNode[]): PlannedNode[] {
  if (inventory.upgrade.workers.canary === 0) return [...nodes];
  const workers = nodes.filter((node) => node.role === 'worker' && !node.skip);
  const canary = workers.find((node) => !node.keepCordon) ?? workers[0];
  return nodes.map((node) =>
    node === canary ? { ...node, canary: true, soak: inventory.limits.soakCanary } : node,
  );
}
