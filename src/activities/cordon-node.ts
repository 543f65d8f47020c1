import { cordonOwner } from '../planning/node/cordon.js';
import { expectationBroken } from '../planning/node/expectations.js';
import { describeStep } from '../planning/reasons/describe.js';
import type { NodeObject } from '../planning/node/observation.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import { observeNode } from '../tools/observe-cluster.js';
import type { JsonPatchOperation } from '../tools/kubernetes-api.js';
import { Refusal } from '../tools/refusal.js';
import { runId } from '../workflows/messages.js';
import { inCluster, type ActivitySettings, type RunReference } from './activity-context.js';
import { removeMark, setMarks, setUnschedulable } from './node-marks.js';
import { patchNodeAsSeen } from './patch-node.js';

export interface NodeStep extends RunReference {
  readonly node: PlannedNode;
}

/**
 * Marks the node unschedulable and records whose cordon it is, in one patch (I5). First asserts that the node is still as the plan
 * found it.
 */
export async function cordonNode(
  settings: ActivitySettings,
  { node, ...reference }: NodeStep,
): Promise<string> {
  return inCluster(settings, reference, describeStep('cordon', node.name), async (access, wait) => {
    // Nothing is asserted for an incomplete replacement: its state is checked before anything is sent.
    const broken = node.replacement?.continues
      ? undefined
      : expectationBroken(node, await observeNode(access, node.name, wait.signal));
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
  const owner = cordonOwner(seen);
  if (owner.by === 'run' && owner.run === run) return { patch: [], note: 'was cordoned by this run already' };
  if (owner.by === 'run') {
    return {
      patch: setMarks(seen, { run, cordonedBy: run }),
      note: `takes over the cordon of ${owner.run}`,
    };
  }
  if (seen.unschedulable && node.keepCordon) {
    // The annotation of an earlier cordon would claim this one as ours.
    const patch = [...setMarks(seen, { run }), ...removeMark(seen, 'cordonedBy')];
    return { patch, note: 'somebody cordoned it before; that cordon stays' };
  }
  if (seen.unschedulable) throw new Refusal({ kind: 'node-cordoned', node: node.name, by: 'somebody else' });
  return {
    patch: [...setUnschedulable(seen, true), ...setMarks(seen, { run, cordonedBy: run })],
    note: 'cordoned',
  };
}
