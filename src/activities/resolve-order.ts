import type { Hop, RebootMode } from '../planning/plan/plan.js';
import { rebootModes } from '../planning/node/firmware-boots.js';
import { batchesOf } from '../planning/plan/batches.js';
import { orderNodes } from '../planning/plan/node-order.js';
import { observeEtcd } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import type { Inventory } from '../inventory/schema.js';
import { inCluster, type ActivitySettings, type RunReference } from './activity-context.js';
import { leaderOf } from './transfer-leadership.js';

export interface ResolveOrder extends RunReference {
  readonly hop: Hop;
}

export interface ResolvedOrder {
  readonly order: readonly string[];
  /** The hop's nodes in batches: those of one batch are worked on together. */
  readonly batches: readonly (readonly string[])[];
  /** How each touched node is rebooted. */
  readonly rebootModes: Readonly<Record<string, RebootMode>>;
  readonly leader: string;
}

/** The order of a hop's nodes, once etcd's leader is known; recorded, so it does not change when leadership moves. */
export async function resolveOrder(
  settings: ActivitySettings,
  { hop, ...reference }: ResolveOrder,
): Promise<ResolvedOrder> {
  return inCluster(settings, reference, 'etcd is asked who leads it', async (access, wait) => {
    // A machine that waits for a configuration is no endpoint to the others.
    const avoid = hop.nodes.find(({ replacement }) => replacement?.continues)?.name;
    const etcd = await observeEtcd(access, {
      ...(avoid === undefined ? {} : { avoid }),
      signal: wait.signal,
    });
    if (etcd.kind === 'unreachable') throw new Refusal({ kind: 'etcd-unreachable', why: etcd.why });
    const leader = leaderOf(etcd.value);
    if (!leader) throw new Refusal({ kind: 'etcd-no-leader' });
    const { controlPlane, upgrade } = access.inventory;
    const { request } = await settings.inputOf(reference.cluster, reference.run);
    // A rollback takes the reverse order, one node at a time.
    const back = request.back !== undefined;
    const order = back
      ? hop.nodes.map(({ name }) => name)
      : orderNodes(hop.nodes, leader, controlPlane.leader, upgrade.order);
    const batches = batchesOf(order, hop.nodes, back ? 1 : upgrade.workers.batch, (name) =>
      resourcesOf(access.inventory, name),
    );
    const modes = rebootModes(order, hop.nodes, (name) => hardwareOf(access.inventory, name));
    return { order, batches, rebootModes: modes, leader };
  });
}

/** The node's extended resources in the inventory: its GPUs. */
function resourcesOf({ nodes }: Inventory, name: string): readonly string[] {
  const gpu = nodes.find((node) => node.name === name)?.gpu;
  return gpu ? [gpu.resource] : [];
}

/** Its class of hardware; where the inventory names none, its role. */
function hardwareOf({ nodes }: Inventory, name: string): string {
  const node = nodes.find((candidate) => candidate.name === name);
  return node?.hardware ?? node?.role ?? name;
}
