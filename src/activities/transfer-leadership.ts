import type { PlannedNode } from '../planning/plan/plan.js';
import { describeStep } from '../planning/reasons/describe.js';
import type { EtcdObservation } from '../planning/node/observation.js';
import { observeEtcdStatuses, throughOthers } from '../tools/observe-cluster.js';
import type { Reason } from '../planning/reasons/reason.js';
import { gaveUp, inCluster, type ActivitySettings, type RunReference } from './activity-context.js';

export interface TransferLeadership extends RunReference {
  readonly node: PlannedNode;
  readonly limit: number;
}

/** Transfers etcd's leadership to another member where this node leads, and waits until that leads. */
export async function transferLeadership(
  settings: ActivitySettings,
  { node, limit, ...reference }: TransferLeadership,
): Promise<string> {
  return inCluster(
    settings,
    reference,
    describeStep('transfer-leadership', node.name),
    async (access, wait) => {
      const admin = await access.talosctlAdmin(node.from);
      let asked = false;
      return wait.until(
        limit,
        (last) => notTransferred(node, limit, last),
        async () => {
          const statuses = await observeEtcdStatuses(access, { avoid: node.name, signal: wait.signal });
          const leader = leaderOf({ statuses });
          if (leader && leader !== node.name) {
            return {
              kind: 'done',
              value: asked ? `${leader} leads etcd now` : `${leader} leads etcd; nothing to transfer`,
            };
          }
          if (leader === node.name) {
            asked = true;
            await throughOthers(access.targets(node.name), (target) =>
              admin.etcdForfeitLeadership(target, { signal: wait.signal }),
            ).catch((error: unknown) => {
              if (wait.signal.aborted) throw error;
            });
            // The other members elect at once; a second would be most of what this step takes.
            return { kind: 'waiting', reason: { kind: 'etcd-node-leads', node: node.name }, againMs: 200 };
          }
          return { kind: 'waiting', reason: { kind: 'etcd-no-leader' } };
        },
      );
    },
  );
}

/** It leads still; or no leader could be observed, which a transfer does not change. */
function notTransferred(node: PlannedNode, limit: number, last: Reason): Reason {
  if (last.kind === 'etcd-node-leads')
    return { kind: 'leader-stays', node: node.name, why: 'no other member took over in time' };
  return gaveUp('one leader that every etcd member follows', limit)(last);
}

/** The node all responding members follow; undefined when they do not agree. */
export function leaderOf(etcd: Pick<EtcdObservation, 'statuses'>): string | undefined {
  const answered = etcd.statuses.flatMap((status) =>
    status.kind === 'answered' ? [{ node: status.node, ...status.value }] : [],
  );
  const leaders = new Set(answered.map((status) => status.leaderId));
  if (leaders.size !== 1) return undefined;
  return answered.find((status) => status.memberId === status.leaderId)?.node;
}
