import { installedInThisBoot } from '../planning/node/kernel-log.js';
import type { PlannedNode } from '../planning/plan/plan.js';
import { isWithinMinor, rollbackOf, type Rollback } from '../planning/rollback/rollback.js';
import { rollbackOfReplaced } from '../planning/rollback/rollback-replaced.js';
import { rollbackValuesOf } from '../planning/rollback/rollback-values.js';
import type { ClusterAccess } from '../tools/cluster-access.js';
import { withStanding } from '../tools/machine-standing.js';
import { observeCluster, throughOthers } from '../tools/observe-cluster.js';
import { inCluster, type ActivitySettings, type RunReference, type Wait } from './activity-context.js';
import { machineInTerraform } from './machine-in-terraform.js';

export interface PlanRollback extends RunReference {
  /** As in the run's plan. */
  readonly node: PlannedNode;
  /** The version of the hop that halted. */
  readonly to: string;
  /** The values of that hop, and the templates of its nodes. */
  readonly values?: Readonly<Record<string, string>>;
  readonly templates?: readonly string[];
  /** The other nodes of the hop that are still to be replaced. */
  readonly ahead?: readonly string[];
}

/** Observes a node that halted its run, and plans its rollback. Changes nothing. */
export async function planRollback(settings: ActivitySettings, step: PlanRollback): Promise<Rollback> {
  const { node, to } = step;
  return inCluster(settings, step, `${node.name} is observed`, async (access, wait) => {
    if (node.replacement) return ofReplaced(settings, access, wait, step);
    const observation = await observeCluster(access, {
      talosOf: [node.name],
      etcd: node.role === 'control-plane' && !isWithinMinor(node, to),
      avoid: node.name,
      signal: wait.signal,
    });
    const answers = observation.nodes.some(
      ({ name, talos }) => name === node.name && talos.kind === 'answered',
    );
    const installed = answers ? await installedSince(access, node, wait) : undefined;
    return rollbackOf(access.inventory, observation, node, to, installed);
  });
}

async function ofReplaced(
  settings: ActivitySettings,
  access: ClusterAccess,
  wait: Wait,
  { node, to, values, templates, ahead = [], ...reference }: PlanRollback,
): Promise<Rollback> {
  const { inventory } = access;
  const known = rollbackValuesOf(inventory, node, { values, templates });
  if (known.verdict === 'refused') return known;
  const { way } = known;
  const observed = await observeCluster(access, {
    talosOf: [node.name],
    etcd: node.role === 'control-plane',
    avoid: node.name,
    signal: wait.signal,
  });
  const observation = await withStanding(access, observed, wait.signal);
  const machine = await machineInTerraform(settings, access, wait, reference, node, way);
  if (machine.kind === 'refused') return { verdict: 'refused', reasons: [machine.reason] };
  const { value } = machine;
  return rollbackOfReplaced({ inventory, observation, before: node, to, way, ahead, machine: value });
}

/** The image of an installer that was started since the node booted. An unreadable log shows none. */
async function installedSince(
  access: ClusterAccess,
  { name }: PlannedNode,
  wait: Wait,
): Promise<string | undefined> {
  try {
    const log = await throughOthers(access.targets(name), (target) =>
      access.talos.dmesg(target, { signal: wait.signal }),
    );
    return installedInThisBoot(log);
  } catch (error) {
    if (wait.signal.aborted) throw error;
    return undefined;
  }
}
