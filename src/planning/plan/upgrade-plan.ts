import { approvalsOf, approvalsOfPlan, approvalsOfRollback } from './approvals.js';
import { certificatesOutlast } from './client-certificates.js';
import { estimatePlan } from './estimate.js';
import { gateNames } from '../gates/evaluate-gates.js';
import { kubernetesVersions } from '../versions/kubernetes-versions.js';
import { stepOrders, type StepName, type StepsName, withProbes } from '../steps/node-steps.js';
import { type PlanInput, type SeenNode, seenNodes } from './plan-input.js';
import { planHashText } from './plan-hash.js';
import { blockedNodes, planNotes } from './plan-notes.js';
import { planRefusals } from './plan-refusals.js';
import { nodesOnce, plannedNodes } from './planned-nodes.js';
import { plannedTerraform, replacementOfHop } from './replacement-plan.js';
import { tooLarge } from './run-size.js';
import { quoted } from '../text/phrases.js';
import type { Hop, Planned, UpgradePlan, RunRollback } from './plan.js';
import { stepsLeftOut } from '../steps/omitted-steps.js';
import { strategyReason } from './node-strategy.js';
import { hopsOf } from './version-refusals.js';
import { beginsWithUnfinished, onlyBack, runRollbackHops } from '../rollback/run-rollback.js';
import { runRollbackRefusals } from '../rollback/run-rollback-refusals.js';

export type { PlanInput } from './plan-input.js';

/**
 * Makes the plan of an upgrade, or returns every reason that forbids one. The only way to make a plan: the run, `slipway plan` and every
 * other caller pass in what they observed.
 */
export function planUpgrade(input: PlanInput): Planned {
  const { back } = input.request;
  const made = back ? planRunRollback(input, back) : planForward(input);
  return certificatesOutlast(made, input.certificates ?? [], Date.parse(input.now));
}

function planForward(input: PlanInput): Planned {
  const seen = seenNodes(input);
  const reasons = planRefusals(input, seen);
  if (reasons.length > 0) return { verdict: 'refused', reasons };
  const hops = plannedHops(input, seen);
  return planned(input, seen, hops, chosenFor(input, seen, hops));
}

/** Rolls back what an earlier run upgraded. */
function planRunRollback(all: PlanInput, back: RunRollback): Planned {
  const input = onlyBack(all, back);
  const seen = seenNodes(input);
  const reasons = runRollbackRefusals(input, seen, back);
  if (reasons.length > 0) return { verdict: 'refused', reasons };
  const why = `the rollback of run ${back.run}: ${quoted(back.why)}`;
  const chosen = {
    strategyReason: why,
    batch: 1,
    ...approvalsOfPlan(input, approvalsOfRollback(input, seen)),
  };
  const hops = runRollbackHops(input, seen, back);
  const late = beginsWithUnfinished(hops, back);
  return late ? { verdict: 'refused', reasons: [late] } : planned(input, seen, hops, chosen);
}

function planned(input: PlanInput, seen: readonly SeenNode[], hops: readonly Hop[], chosen: Chosen): Planned {
  if (hops.flatMap((hop) => hop.nodes).every((node) => node.skip && node.adopts === undefined)) {
    return { verdict: 'nothing-to-do', reason: { kind: 'nothing-to-do', target: input.request.talos } };
  }
  const plan = planOf(input, seen, hops, chosen);
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
      ...replacementOfHop(input, hop.to, nodes),
      nodes,
    };
  });
}

/** The parts of a plan that depend on why it is made. */
type Chosen = Pick<
  UpgradePlan,
  'strategyReason' | 'approvals' | 'approvers' | 'batch' | 'onFailure' | 'undrained'
>;

function chosenFor(input: PlanInput, seen: readonly SeenNode[], hops: readonly Hop[]): Chosen {
  const { upgrade } = input.inventory;
  return {
    strategyReason: strategyReason(input, seen),
    ...approvalsOfPlan(input, approvalsOf(input, seen, hops)),
    batch: upgrade.workers.batch,
    ...(upgrade.onFailure === 'rollback' ? { onFailure: upgrade.onFailure } : {}),
    ...(upgrade.workers.undrained === 'skip' ? { undrained: upgrade.workers.undrained } : {}),
  };
}

/** The plan with these hops. */
function planOf(
  input: PlanInput,
  seen: readonly SeenNode[],
  hops: readonly Hop[],
  chosen: Chosen,
): UpgradePlan {
  const { request, inventory, observation } = input;
  const { limits, upgrade, snapshot } = inventory;
  const decided = {
    cluster: inventory.cluster,
    target: request.talos,
    kubernetes: kubernetesVersions(observation) ?? {
      lowest: inventory.versions.kubernetes,
      highest: inventory.versions.kubernetes,
    },
    strategy: hops.some((hop) => hop.strategy === 'replace') ? ('replace' as const) : ('in-place' as const),
    ...chosen,
    ...plannedTerraform(input, hops),
    hops,
    steps: stepsOfPlan(input, hops),
    gates: gateNames,
    drain: upgrade.drain,
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

/** The orders of steps this plan uses, with smoke tests where a node has some. */
function stepsOfPlan(
  { inventory }: PlanInput,
  hops: readonly Hop[],
): Partial<Record<StepsName, readonly StepName[]>> {
  const left = stepsLeftOut(inventory);
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
