import type { Hop } from '../planning/plan.js';
import { orderNodes } from '../planning/node-order.js';
import { observeEtcd } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import { inCluster, type ActivitySettings, type RunReference } from './activity-context.js';
import { leaderOf } from './hand-over-leadership.js';

export interface ResolveOrder extends RunReference {
  readonly hop: Hop;
}

export interface ResolvedOrder {
  readonly order: readonly string[];
  readonly leader: string;
}

/** The order of a hop's nodes, once it is known who leads etcd; recorded, so it does not change when leadership moves. */
export async function resolveOrder(
  settings: ActivitySettings,
  { hop, ...reference }: ResolveOrder,
): Promise<ResolvedOrder> {
  return inCluster(settings, reference, 'etcd is asked who leads it', async (access, wait) => {
    const etcd = await observeEtcd(access, { signal: wait.signal });
    if (etcd.kind === 'unreachable') throw new Refusal({ kind: 'etcd-unreachable', why: etcd.why });
    const leader = leaderOf(etcd.value);
    if (!leader) throw new Refusal({ kind: 'etcd-no-leader' });
    const { controlPlane, upgrade } = access.inventory;
    return { order: orderNodes(hop.nodes, leader, controlPlane.leader, upgrade.order), leader };
  });
}
