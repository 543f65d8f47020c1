import type { RecordedFacts } from '../planning/node/classify-node.js';
import type { NodeObject } from '../planning/node/observation.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import type { JsonPatchOperation } from '../tools/kubernetes-api.js';
import { removeMark, setMarks, setUnschedulable } from './node-marks.js';
import { patchNodeAsSeen } from './patch-node.js';

/**
 * The new machine takes over the Node, cordoned as it was. If the Node was replaced, or somebody uncordoned it meanwhile, it is
 * cordoned again before a pod is scheduled on an unverified machine (I5); as a person's cordon where it was one.
 *
 * @returns whether it was cordoned again.
 */
export async function keepCordoned(
  access: ClusterAccess,
  node: PlannedNode,
  facts: RecordedFacts,
  run: string,
  signal: AbortSignal,
): Promise<boolean> {
  let again = false;
  const decide = (seen: NodeObject): readonly JsonPatchOperation[] | undefined => {
    again = false;
    if (seen.unschedulable || seen.bootId === facts.bootId) return undefined;
    again = true;
    const marks = node.keepCordon
      ? [...setMarks(seen, { run }), ...removeMark(seen, 'cordonedBy')]
      : setMarks(seen, { run, cordonedBy: run });
    return [...setUnschedulable(seen, true), ...marks];
  };
  await patchNodeAsSeen(access, node.name, decide, signal);
  return again;
}
