import { expectationBroken } from '../planning/expectations.js';
import { describeStep } from '../planning/describe.js';
import type { NodeObject } from '../planning/observation.js';
import type { PlannedNode } from '../planning/plan.js';
import { observeNode } from '../tools/observe-cluster.js';
import type { JsonPatchOperation } from '../tools/kubernetes-api.js';
import { Refusal } from '../tools/refusal.js';
import { runId } from '../workflows/messages.js';
import { inCluster, type ActivitySettings, type RunReference } from './activity-context.js';
import { setMarks, setUnschedulable } from './node-marks.js';
import { patchNodeAsSeen } from './patch-node.js';

export interface NodeStep extends RunReference {
  readonly node: PlannedNode;
}

/**
 * Marks the node unschedulable and writes whose cordon it is, in one patch (I5).
 * Asserts first that the node is still what the plan was made for.
 */
export async function cordonNode(
  settings: ActivitySettings,
  { node, ...reference }: NodeStep,
): Promise<string> {
  return inCluster(settings, reference, describeStep('cordon', node.name), async (access, wait) => {
    const broken = expectationBroken(node, await observeNode(access, node.name, wait.signal));
    if (broken) throw new Refusal(broken);
    let note = 'cordoned';
    const run = runId(reference.cluster, reference.run);
    const decide = (seen: NodeObject): readonly JsonPatchOperation[] => {
      const decided = cordonPatch(node, run, seen);
      note = decided.note;
      return decided.patch;
    };
    await patchNodeAsSeen(access, node.name, decide, wait.signal);
    return note;
  });
}

function cordonPatch(
  node: PlannedNode,
  run: string,
  seen: NodeObject,
): { patch: readonly JsonPatchOperation[]; note: string } {
  const { cordonedBy } = seen.marks;
  if (seen.unschedulable && cordonedBy === run)
    return { patch: [], note: 'was cordoned by this run already' };
  if (seen.unschedulable && cordonedBy) {
    return {
      patch: setMarks(seen, { run, cordonedBy: run }),
      note: `takes over the cordon of ${cordonedBy}`,
    };
  }
  if (seen.unschedulable && node.keepCordon) {
    return { patch: setMarks(seen, { run }), note: 'somebody cordoned it before; that cordon stays' };
  }
  if (seen.unschedulable) throw new Refusal({ kind: 'node-cordoned', node: node.name, by: 'somebody else' });
  return {
    patch: [...setUnschedulable(seen, true), ...setMarks(seen, { run, cordonedBy: run })],
    note: 'cordoned',
  };
}
