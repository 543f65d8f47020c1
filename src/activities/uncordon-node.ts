import { runId } from '../workflows/messages.js';
import { describeStep } from '../planning/describe.js';
import { inCluster, type ActivitySettings } from './activity-context.js';
import type { NodeStep } from './cordon-node.js';
import { removeMarks, setUnschedulable } from './node-marks.js';
import { patchNodeAsSeen } from './patch-node.js';

/**
 * Takes back the cordon and the marks of this run; only where the mark is this run's.
 * A cordon that somebody else set, before or since, stays.
 */
export async function uncordonNode(
  settings: ActivitySettings,
  { node, ...reference }: NodeStep,
): Promise<string> {
  const run = runId(reference.cluster, reference.run);
  return inCluster(settings, reference, describeStep('uncordon', node.name), async (access) => {
    let note = '';
    await patchNodeAsSeen(access, node.name, (seen) => {
      if (seen.marks.cordonedBy === run) {
        note = seen.unschedulable ? 'uncordoned' : 'was uncordoned by somebody else; marks removed';
        return [...setUnschedulable(seen, false), ...removeMarks(seen)];
      }
      if (seen.marks.run === run) {
        note = 'left cordoned, as somebody had it before';
        return removeMarks(seen);
      }
      note = 'no mark of this run is on it';
      return undefined;
    });
    return note;
  });
}
