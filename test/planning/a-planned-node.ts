import type { RecordedFacts } from '../../src/planning/node/classify-node.js';
import type { NodeObject, NodeObservation, TalosObservation } from '../../src/planning/node/observation.js';
import type { PlannedNode, UpgradePlan } from '../../src/planning/plan/plan.js';
import type { PlanInput } from '../../src/planning/plan/plan-input.js';
import { planUpgrade } from '../../src/planning/plan/upgrade-plan.js';
import { aCluster, type Cluster } from './a-cluster.js';

/** The plan of a world; fails the test when there is none. */
export function planOf(input: PlanInput): UpgradePlan {
  const planned = planUpgrade(input);
  if (planned.verdict === 'planned') return planned.plan;
  throw new Error(`no plan: ${JSON.stringify(planned)}`);
}

/** A node as the plan of a small world has it. */
export function plannedNode(name: string, cluster: Cluster = aCluster()): PlannedNode {
  const node = planOf(cluster.planInput()).hops[0]?.nodes.find((one) => one.name === name);
  if (!node) throw new Error(`${name} is not in the plan`);
  return node;
}

/** A node as a world sees it. */
export function seenNode(cluster: Cluster, name: string): NodeObservation {
  const seen = cluster.observation.nodes.find((node) => node.name === name);
  if (!seen) throw new Error(`${name} is not in the world`);
  return seen;
}

/** What its Talos API and its Node say; fails the test when either is unreachable. */
export function answersOf(seen: NodeObservation): { talos: TalosObservation; object: NodeObject } {
  if (seen.talos.kind === 'answered' && seen.kubernetes.kind === 'answered' && seen.kubernetes.value) {
    return { talos: seen.talos.value, object: seen.kubernetes.value };
  }
  throw new Error(`${seen.name} does not answer`);
}

/** What was recorded of a node before its install, to v1.12.6. */
export function factsOf(cluster: Cluster, name: string): RecordedFacts {
  const { talos, object } = answersOf(seenNode(cluster, name));
  return {
    node: name,
    bootId: object.bootId,
    version: talos.version,
    schematic: talos.schematic,
    extensions: talos.extensions,
    flow: 'legacy',
    wantedVersion: 'v1.12.6',
    wantedSchematic: talos.schematic ?? '',
    labels: object.labels,
    taints: object.taints,
    annotations: object.annotations,
  };
}
