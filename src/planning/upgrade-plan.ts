import { approvalsOf } from './approvals.js';
import { estimatePlan } from './estimate.js';
import { gateNames } from './gates/evaluate-gates.js';
import { kubernetesVersions } from './kubernetes-versions.js';
import { stepOrders, type StepName, type StepsName, withProbes } from './node-steps.js';
import { type PlanInput, type SeenNode, seenNodes } from './plan-input.js';
import { planHashText } from './plan-hash.js';
import { blockedNodes, planNotes } from './plan-notes.js';
import { planRefusals } from './plan-refusals.js';
import { nodesOnce, plannedNodes } from './planned-nodes.js';
import { plannedTerraform, rebuildOfHop } from './rebuild-plan.js';
import { tooLarge } from './run-size.js';
import type { Hop, Planned, UpgradePlan } from './plan.js';
import { strategyReason } from './strategy.js';
import { hopsOf } from './version-refusals.js';

export type { PlanInput } from './plan-input.js';

/**
 * Makes the plan of an upgrade, or says everything that forbids one. The only way to make a plan: the run, `slipway plan`
 * and whoever else shows one call this with what they observed.
 */
export function planUpgrade(input: PlanInput): Planned {
  const seen = seenNodes(input);
  const reasons = planRefusals(input, seen);
  if (reasons.length > 0) return { verdict: 'refused', reasons };
  const hops = plannedHops(input, seen);
  if (hops.flatMap((hop) => hop.nodes).every((node) => node.skip && node.adopts === undefined)) {
    return { verdict: 'nothing-to-do', reason: { kind: 'nothing-to-do', target: input.request.talos } };
  }
  const plan = planOf(input, seen, hops);
  const large = tooLarge(plan, input.inventory);
  return large ? { verdict: 'refused', reasons: [large] } : { verdict: 'planned', plan };
}

function plannedHops(input: PlanInput, seen: readonly SeenNode[]): Hop[] {
  const { hops } = hopsOf(input, seen);
  return hops.map((hop, at) => {
    const nodes = plannedNodes(input, seen, hops, at);
    return {
      to: hop.to,
      ...(hop.why === undefined ? {} : { why: hop.why }),
      ...rebuildOfHop(input, hop.to, nodes),
      nodes,
    };
  });
}

function planOf(input: PlanInput, seen: readonly SeenNode[], hops: readonly Hop[]): UpgradePlan {
  const { request, inventory, observation } = input;
  const { limits, upgrade, snapshot } = inventory;
  const approvals = approvalsOf(input, seen);
  const decided = {
    cluster: inventory.cluster,
    target: request.talos,
    kubernetes: kubernetesVersions(observation) ?? {
      lowest: inventory.versions.kubernetes,
      highest: inventory.versions.kubernetes,
    },
    strategy: hops.some((hop) => hop.strategy === 'rebuild') ? ('rebuild' as const) : ('in-place' as const),
    strategyReason: strategyReason(input, seen),
    ...(approvals.length > 0 ? { approvals } : {}),
    ...plannedTerraform(input, hops),
    hops,
    steps: stepsOfPlan(input, hops),
    gates: gateNames,
    drain: upgrade.drain,
    batch: upgrade.workers.batch,
    snapshotMaxAge: snapshot.maxAge,
    limits,
  };
  const forecast = blockedNodes(input, nodesOnce(hops));
  return {
    ...decided,
    declared: request.declared,
    blocked: forecast.blocked,
    notes: planNotes(input, seen, hops, forecast),
    estimate: estimatePlan(decided),
    hash: input.sha256(planHashText(decided)),
  };
}

/** The orders of steps this plan uses. Where there is nowhere to go, nothing is drained and no leadership handed over; probes stand where a node has some. */
function stepsOfPlan(
  { inventory }: PlanInput,
  hops: readonly Hop[],
): Partial<Record<StepsName, readonly StepName[]>> {
  const controlPlanes = inventory.nodes.filter((node) => node.role === 'control-plane').length;
  const left = new Set<StepName>([
    ...(inventory.nodes.length === 1 ? (['drain'] as const) : []),
    ...(controlPlanes === 1 ? (['hand-over-leadership'] as const) : []),
  ]);
  const touched = hops.flatMap(({ nodes }) => nodes).filter((node) => !node.skip || node.adopts);
  const used = new Set(touched.flatMap((node) => node.steps ?? []));
  const probed = new Set(touched.flatMap((node) => (node.probes && node.steps) ?? []));
  return Object.fromEntries(
    [...used].map((name) => {
      const order = stepOrders[name].filter((step) => !left.has(step));
      return [name, probed.has(name) ? withProbes(order) : order];
    }),
  );
}
