import type { PlannedNode } from '../planning/plan/plan.js';
import { stepsLeftOut } from '../planning/steps/omitted-steps.js';
import { awaitGates } from './await-gates.js';
import { inCluster, type ActivitySettings, type RunReference } from './activity-context.js';
import { drainNode, podsToLeave } from './drain-node.js';
import { transferLeadership } from './transfer-leadership.js';

export interface MakeRoom extends RunReference {
  /** With `from` as it runs now. */
  readonly node: PlannedNode;
  /** Milliseconds of the step it is part of. */
  readonly limit: number;
  readonly drain: {
    readonly attempts: number;
    /** Milliseconds of one `kubectl drain`. */
    readonly slice: number;
    readonly deleteEmptyDirData: boolean;
  };
}

/**
 * Before another reboot of a node that was drained already: evicts the pods that came since, under their budgets and the gates of
 * the cluster, and transfers etcd's leadership to another member. Where none came, it does nothing.
 */
export async function makeRoom(settings: ActivitySettings, step: MakeRoom): Promise<void> {
  const { cluster, run, node, limit, drain } = step;
  const reference = { cluster, run };
  const { inventory } = await settings.inputOf(cluster, run);
  const leftOut = stepsLeftOut(inventory);
  if (!leftOut.has('drain')) {
    const doing = `what runs on ${node.name} is looked at`;
    const left = await inCluster(settings, reference, doing, (access) => podsToLeave(access, node.name));
    if (left > 0) {
      await awaitGates(settings, { ...reference, node, limit });
      await drainNode(settings, { ...reference, node, ...drain, limit: limit / drain.attempts });
    }
  }
  if (node.role === 'control-plane' && !leftOut.has('transfer-leadership'))
    await transferLeadership(settings, { ...reference, node, limit });
}
