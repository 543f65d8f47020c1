import { Context } from '@temporalio/activity';
import { describeStep } from '../planning/describe.js';
import type { PlannedNode } from '../planning/plan.js';
import type { Reason } from '../planning/reason.js';
import { Refusal } from '../tools/refusal.js';
import {
  inCluster,
  gaveUp,
  type ActivitySettings,
  type RunReference,
  type Wait,
} from './activity-context.js';
import { gatesLook, lookAtGates } from './await-gates.js';
import type { ClusterAccess } from '../tools/cluster-access.js';

export interface SoakNode extends RunReference {
  readonly node: PlannedNode;
  /** Milliseconds the gates may take to open after the uncordon. */
  readonly limit: number;
}

/** Looks in a row that must find a gate closed before the soak counts as broken. */
const closedLooksMax = 3;

/**
 * After the uncordon: waits until the workload gates are open, then watches that they stay so for the node's soak.
 * A soak that breaks halts; the node is not cordoned again by itself.
 */
export async function soakNode(
  settings: ActivitySettings,
  { node, limit, ...reference }: SoakNode,
): Promise<string> {
  return inCluster(settings, reference, describeStep('soak', node.name), async (access, wait) => {
    const opened = await wait.until(limit, gaveUp(`the workload gates after ${node.name}`, limit), async () =>
      gatesLook((await lookAtGates(access, { node, moment: 'soak' }, wait.signal)).reports),
    );
    if (node.soak > 0) await watchGates(access, wait, node);
    return node.soak > 0 ? `${opened}, held for ${Math.round(node.soak / 1000)} s` : opened;
  });
}

async function watchGates(access: ClusterAccess, wait: Wait, node: PlannedNode): Promise<void> {
  const start = Date.now();
  const end = start + node.soak;
  const pause = Math.min(5_000, Math.max(200, node.soak / 10));
  let closed: Reason[] = [];
  while (Date.now() < end) {
    wait.says(`soaking: the workload gates are watched after ${node.name}`, end);
    await Context.current().sleep(Math.min(pause, Math.max(0, end - Date.now())));
    const look = gatesLook((await lookAtGates(access, { node, moment: 'soak' }, wait.signal)).reports);
    closed = look.kind === 'waiting' ? [...closed, look.reason] : [];
    const [first] = closed;
    if (first && closed.length >= closedLooksMax) {
      throw new Refusal({ kind: 'soak-broken', node: node.name, reason: first, after: Date.now() - start });
    }
  }
}
