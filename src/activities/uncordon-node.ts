import { armedWith, installMark } from '../planning/node/armed.js';
import { cordonOwner, cordonOwnerText } from '../planning/node/cordon.js';
import { describeStep } from '../planning/reasons/describe.js';
import type { NodeObject } from '../planning/node/observation.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import type { JsonPatchOperation } from '../tools/kubernetes-api.js';
import { Refusal } from '../tools/refusal.js';
import { runId } from '../workflows/messages.js';
import { inCluster, type ActivitySettings } from './activity-context.js';
import type { NodeStep } from './cordon-node.js';
import { removeMark, removeMarks, setMarks, setUnschedulable } from './node-marks.js';
import { patchNodeAsSeen } from './patch-node.js';

export interface UncordonNode extends NodeStep {
  /** It undoes the steps of this workflow, whose install must not have been sent. */
  readonly undoes?: string;
}

/**
 * Removes this run's cordon and annotations; only where the annotation is this run's. A cordon that somebody else set, before or since,
 * stays.
 *
 * @throws Refusal `install-unanswered`, `replace-unknown` as an undo, where an intent annotation says that it was, or nearly was, sent.
 */
export async function uncordonNode(
  settings: ActivitySettings,
  { node, undoes, ...reference }: UncordonNode,
): Promise<string> {
  const run = runId(reference.cluster, reference.run);
  return inCluster(settings, reference, describeStep('uncordon', node.name), async (access, wait) => {
    let note = '';
    const decide = (seen: NodeObject): readonly JsonPatchOperation[] | undefined => {
      if (undoes !== undefined && installMark(seen.marks.install)?.by === undoes)
        throw new Refusal({ kind: 'install-unanswered', node: node.name, since: new Date().toISOString() });
      if (undoes !== undefined && seen.marks.replace?.split(' ')[0] === undoes)
        throw new Refusal({ kind: 'replace-unknown', node: node.name, since: new Date().toISOString() });
      const marks = finishedMarks(node, seen);
      const owner = cordonOwner(seen);
      if (seen.marks.cordonedBy === run && (owner.by === 'run' || owner.by === 'nobody')) {
        note = seen.unschedulable ? 'uncordoned' : 'was uncordoned by somebody else; marks removed';
        return [...setUnschedulable(seen, false), ...marks];
      }
      if (seen.marks.run === run) {
        note = seen.unschedulable
          ? `left cordoned, as ${cordonOwnerText(owner)} has it`
          : 'there was no cordon to remove';
        return marks;
      }
      note = 'no mark of this run is on it';
      return undefined;
    };
    if (undoes !== undefined) await fence(access, node, run, wait.signal);
    await patchNodeAsSeen(access, node.name, decide, wait.signal);
    return note;
  });
}

/**
 * A worker that froze during its cordon may still write it when it wakes up: its patch tests the resource version it read. Where the
 * undo finds nothing to undo it therefore writes once, so that the older patch fails its test.
 */
async function fence(
  access: ClusterAccess,
  node: PlannedNode,
  run: string,
  signal: AbortSignal,
): Promise<void> {
  await patchNodeAsSeen(
    access,
    node.name,
    (seen) => (seen.marks.run === undefined ? setMarks(seen, { run }) : undefined),
    signal,
  );
}

/** A version that is installed and not booted stays recorded when the node is returned to service. */
function finishedMarks(node: PlannedNode, seen: NodeObject): JsonPatchOperation[] {
  if (node.flow !== 'lifecycle' || !armedWith(seen)) return removeMarks(seen);
  return (['run', 'cordonedBy', 'reboot'] as const).flatMap((mark) => removeMark(seen, mark));
}
