import type { PlannedNode } from '../planning/plan.js';
import { rollbackOf, type Rollback } from '../planning/rollback.js';
import { observeNode } from '../tools/observe-cluster.js';
import { inCluster, type ActivitySettings, type RunReference } from './activity-context.js';

export interface PlanRollback extends RunReference {
  /** As the run's plan has it. */
  readonly node: PlannedNode;
  /** The version of the hop that halted. */
  readonly to: string;
}

/** Observes a node that halted its run, and says how it would go back. Changes nothing. */
export async function planRollback(
  settings: ActivitySettings,
  { node, to, ...reference }: PlanRollback,
): Promise<Rollback> {
  return inCluster(settings, reference, `${node.name} is observed`, async (access, wait) =>
    rollbackOf(access.inventory, await observeNode(access, node.name, wait.signal), node, to),
  );
}
