import type { PlannedNode } from '../planning/plan/plan.js';
import { upToHop } from '../planning/rollback/run-rollback-hops.js';
import { retryOf, type Retry } from '../planning/rollback/retry.js';
import { newSchematics } from '../planning/versions/schematic-change.js';
import { planUpgrade as plan } from '../planning/plan/upgrade-plan.js';
import { planSources } from '../tools/plan-sources.js';
import { inCluster, type ActivitySettings, type RunReference } from './activity-context.js';

export interface PlanRetry extends RunReference {
  /** As in the run's plan. */
  readonly node: PlannedNode;
  /** The version of the hop that halted. */
  readonly to: string;
}

/** Observes a node that halted its run, and plans its retry. Changes nothing. */
export async function planRetry(
  settings: ActivitySettings,
  { node, to, ...reference }: PlanRetry,
): Promise<Retry> {
  const { request } = await settings.inputOf(reference.cluster, reference.run);
  return inCluster(settings, reference, `${node.name} is observed`, async (access, wait) => {
    const { back } = request;
    // For a rollback of several hops: only as far as the hop that halted.
    const nodes = back?.nodes.map((before) => (before.name === node.name ? upToHop(before, to) : before));
    const wanted = { ...request, talos: to, ...(back && nodes ? { back: { ...back, nodes } } : {}) };
    const asked = { request: wanted, only: [node.name], admin: true, newSchematics };
    return retryOf(plan(await planSources(access, asked, wait.signal)), node, to);
  });
}
