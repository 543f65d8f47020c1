import type { RecordedFacts } from '../planning/classify-node.js';
import { describeStep } from '../planning/describe.js';
import type { PlannedNode } from '../planning/plan.js';
import { observeEtcd, observeNode, throughOthers } from '../tools/observe-cluster.js';
import { Refusal } from '../tools/refusal.js';
import { inCluster, type ActivitySettings, type RunReference } from './activity-context.js';

export interface RecordFacts extends RunReference {
  readonly node: PlannedNode;
  /** The hop's version. */
  readonly to: string;
}

/** What every later attempt compares with: recorded in history before the request that cannot be repeated. */
export async function recordFacts(
  settings: ActivitySettings,
  { node, to, ...reference }: RecordFacts,
): Promise<RecordedFacts> {
  return inCluster(settings, reference, describeStep('record-facts', node.name), async (access, wait) => {
    const admin = await access.talosAdmin();
    const [seen, bootId, etcd] = await Promise.all([
      observeNode(access, node.name, wait.signal),
      throughOthers(access.targets(node.name), (target) => admin.bootId(target, { signal: wait.signal })),
      node.role === 'control-plane' ? observeEtcd(access, { signal: wait.signal }) : undefined,
    ]);
    if (seen.talos.kind === 'unreachable') {
      throw new Refusal({
        kind: 'talos-unreachable',
        node: node.name,
        endpoint: node.address,
        why: seen.talos.why,
      });
    }
    if (seen.kubernetes.kind === 'unreachable') {
      throw new Refusal({ kind: 'kubernetes-unreachable', endpoints: [], why: seen.kubernetes.why });
    }
    const object = seen.kubernetes.value;
    if (!object) throw new Refusal({ kind: 'node-missing', node: node.name });
    const status =
      etcd?.kind === 'answered' ? etcd.value.statuses.find((one) => one.node === node.name) : undefined;
    return {
      node: node.name,
      bootId,
      version: seen.talos.value.version,
      schematic: seen.talos.value.schematic,
      extensions: seen.talos.value.extensions,
      wantedVersion: to,
      wantedSchematic: node.schematic,
      labels: object.labels,
      taints: object.taints,
      annotations: object.annotations,
      ...(status?.kind === 'answered' ? { memberId: status.value.memberId } : {}),
    };
  });
}
