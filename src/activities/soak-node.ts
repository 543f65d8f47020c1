import { Context } from '@temporalio/activity';
import { describe, describeStep } from '../planning/reasons/describe.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import type { Reason } from '../planning/reasons/reason.js';
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
  /** The other nodes of its batch. */
  readonly beside?: readonly string[];
  /** Milliseconds the gates may take to open after the uncordon. */
  readonly limit: number;
}

/** Consecutive observations that must find a gate closed before the soak counts as broken. */
const closedLooksMax = 3;

/**
 * After the uncordon: waits until the workload gates are open, then watches that they stay open for the node's soak. A broken soak
 * halts; the node is not cordoned again automatically.
 */
export async function soakNode(
  settings: ActivitySettings,
  { node, beside = [], limit, ...reference }: SoakNode,
): Promise<string> {
  return inCluster(settings, reference, describeStep('soak', node.name), async (access, wait) => {
    const opened = await wait.until(limit, gaveUp(`the workload gates after ${node.name}`, limit), async () =>
      gatesLook((await lookAtGates(access, { node, beside, moment: 'soak' }, wait.signal)).reports),
    );
    if (node.soak > 0) await watchGates(access, wait, { node, beside, limit });
    return node.soak > 0 ? `${opened}, held for ${Math.round(node.soak / 1000)} s` : opened;
  });
}

async function watchGates(
  access: ClusterAccess,
  wait: Wait,
  { node, beside, limit }: { node: PlannedNode; beside: readonly string[]; limit: number },
): Promise<void> {
  const start = Date.now();
  const pause = Math.min(5_000, Math.max(200, node.soak / 10));
  let closed: Reason[] = [];
  // Observations count; time in which the API is unreachable does not, and has a limit of its own.
  let unseen = 0;
  for (let before = start; before < start + node.soak + unseen;) {
    const end = start + node.soak + unseen;
    if (unseen === 0) wait.says(`soaking: the workload gates are watched after ${node.name}`, end);
    await Context.current().sleep(Math.min(pause, Math.max(0, end - Date.now())));
    const look = gatesLook(
      (await lookAtGates(access, { node, beside, moment: 'soak' }, wait.signal)).reports,
    );
    const now = Date.now();
    if (look.kind === 'waiting' && isUnknown(look.reason)) {
      unseen += now - before;
      wait.says(`soaking after ${node.name}, and nothing can be seen: ${describe(look.reason)}`, end + limit);
      if (unseen > limit)
        throw new Refusal(gaveUp(`the workload gates after ${node.name}`, limit)(look.reason));
    } else {
      closed = look.kind === 'waiting' ? [...closed, look.reason] : [];
    }
    const [first] = closed;
    if (first && closed.length >= closedLooksMax) {
      throw new Refusal({ kind: 'soak-broken', node: node.name, reason: first, after: now - start });
    }
    before = now;
  }
}

/** An unreachable API is unknown: neither well nor broken. */
const unknown = new Set<Reason['kind']>(['kubernetes-unreachable', 'etcd-unreachable', 'talos-unreachable']);

function isUnknown(reason: Reason): boolean {
  return unknown.has(reason.kind);
}
