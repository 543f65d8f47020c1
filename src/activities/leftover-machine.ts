import { randomUUID } from 'node:crypto';
import { preflightCheckOfLeftovers } from '../planning/node/preflight-check.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { observeCluster } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import { CommandFailed } from '../tools/run-command.js';
import { runId } from '../workflows/messages.js';
import type { RunReference, Wait } from './activity-context.js';
import { setMarks } from './node-marks.js';
import { patchNodeAsSeen, requireNodeObject } from './patch-node.js';

/** The preflight check may be this old when Terraform starts (I2). */
const lookAgeMsMax = 5_000;

/** How often the preflight check is repeated where Terraform could not start in time. */
const triesMax = 3;

/**
 * Destroys a leftover machine and creates it again, right after a preflight check. The intent is written to the Node first, so that
 * an attempt after a lost one destroys nothing (I6). If Terraform was not started, the earlier attempt's annotation is restored.
 */
export async function applyAfterLook(
  access: ClusterAccess,
  wait: Wait,
  step: RunReference & { readonly node: PlannedNode; readonly install: string; readonly limit: number },
  apply: (startBefore: number) => Promise<void>,
): Promise<void> {
  const { name } = step.node;
  const mark = async (replace: string): Promise<void> => {
    await patchNodeAsSeen(access, name, (seen) => setMarks(seen, { replace }), wait.signal);
  };
  const { marks } = await requireNodeObject(access, name);
  for (let tries = 1; tries <= triesMax; tries += 1) {
    wait.says(`a preflight check before the machine of ${name} is made again`, wait.endOf(step.limit));
    const startBefore = await checkLeftover(access, wait, step);
    await mark(`${step.install} ${randomUUID()}`);
    try {
      return await apply(startBefore);
    } catch (error) {
      const isLate = error instanceof CommandFailed && error.notStarted !== undefined;
      // Terraform reports that it did nothing.
      const untouched = ['terraform-plan-stale', 'terraform-locked'];
      const isRefused = error instanceof Refusal && untouched.includes(error.reason.kind);
      if ((isLate || isRefused) && marks.replace !== undefined) await mark(marks.replace);
      if (!isLate) throw error;
    }
  }
  const waitedFor = `a preflight check at what is left of ${name} that is quick enough`;
  throw new Refusal({ kind: 'gave-up', waitedFor, limit: step.limit, reason: undefined });
}

/**
 * Checks again, right before a machine outside the cluster is destroyed, that it is still outside, and that the other control planes
 * do without it.
 *
 * @returns until when Terraform may start, in milliseconds since the epoch.
 * @throws Refusal with what forbids it
 */
async function checkLeftover(
  access: ClusterAccess,
  wait: Wait,
  { node, cluster, run }: RunReference & { readonly node: PlannedNode },
): Promise<number> {
  const lookedAt = Date.now();
  const others = access.inventory.nodes
    .filter(({ name, role }) => role === 'control-plane' && name !== node.name)
    .map(({ name }) => name);
  const isControlPlane = node.role === 'control-plane';
  const observation = await observeCluster(access, {
    talosOf: [],
    statusOf: isControlPlane ? others : [],
    etcd: isControlPlane,
    avoid: node.name,
    signal: wait.signal,
  });
  const { outageAccepted } = access.inventory.controlPlane;
  const forbids = preflightCheckOfLeftovers(observation, node, { run: runId(cluster, run), outageAccepted });
  if (forbids) throw new Refusal(forbids);
  return lookedAt + lookAgeMsMax;
}
